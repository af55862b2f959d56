"""100,000 clocks drawn at random, with pauses, extensions and restarts around holidays: their events say what the slow walk says."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import chinese_calendar
import pytest

from tickets.domain.clock_events import ClockEventKind
from tickets.domain.reckoning import standing
from tickets.domain.seed import seed_calendar

from .oracle import ZONE, Question, answer

K = ClockEventKind
CALENDAR = seed_calendar()
FIRST, LAST = date(2021, 11, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
WORKING = {day for day in DAYS if chinese_calendar.is_workday(day)}
#: The days about which the calendar differs from the weekday: where mistakes live.
ODD = [day for day in DAYS if (day in WORKING) != (day.weekday() < 5) and date(2022, 1, 1) <= day < date(2026, 10, 1)]
HOURS = [(date.min, [(8 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)])]
SIZES = {"working_days": 12, "calendar_days": 30}
ROUNDS, PER_ROUND = 20, 5_000


@dataclass
class Happened:
    kind: ClockEventKind
    at: datetime
    ground: str = ""
    terms: Any = None
    policy_id: int | None = None
    policy_version: int | None = None
    amount: Any = None
    limit_at: datetime | None = None
    until: datetime | None = None


def _drawn(dice: random.Random) -> tuple[list[Happened], Question]:
    """A clock's life and the same question to the walk."""
    unit = dice.choice(("working_days", "calendar_days", "working_hours", "clock_hours"))
    size = dice.randint(1, SIZES[unit]) if unit in SIZES else dice.choice((1, 2, 4, 7, 8, 15))
    end = dice.choice(("midnight", "close"))
    begin = datetime.combine(dice.choice(ODD) - timedelta(days=dice.randint(0, 9)), datetime.min.time(), ZONE)
    begin += timedelta(minutes=dice.randrange(1440))
    terms = {"amount": str(size), "unit": unit, "end": end}
    events, at, start, more, pauses = [Happened(K.START, begin, terms=terms)], begin, begin, 0, []
    for _ in range(dice.randint(0, 4)):
        at += timedelta(minutes=dice.choice((1, 30, 600, 1440, 4000)))
        what = dice.choice((K.PAUSE, K.EXTEND, K.RESTART))
        if what is K.EXTEND:
            more += (extra := dice.randint(1, 5))
            events.append(Happened(K.EXTEND, at, amount=Decimal(extra)))
        elif what is K.RESTART:
            start = at
            events.append(Happened(K.RESTART, at))
        else:
            first, at = at, at + timedelta(minutes=dice.choice((5, 900, 2880, 7000)))
            pauses.append((first, at))
            events += [Happened(K.PAUSE, first, ground="suspension"), Happened(K.RESUME, at)]
    total = (size + more) * (1 if unit in SIZES else 60)
    return events, Question(unit, total, end, start, pauses, HOURS, WORKING)


def _agree(dice: random.Random, many: int) -> None:
    for _ in range(many):
        events, question = _drawn(dice)
        found = standing(events, CALENDAR, question.start).reckoned.due_at
        assert found == answer(question), (question, events)


def test_a_thousand_clocks_agree() -> None:
    _agree(random.Random("few"), 1_000)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_hundred_thousand_clocks_agree(number: int) -> None:
    _agree(random.Random(number), PER_ROUND)
