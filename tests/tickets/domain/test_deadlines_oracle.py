"""The clock and the slow second opinion agree on thousands of questions drawn at random (always the same ones)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from tickets.domain.deadlines import Pause, Terms, due
from tickets.domain.hours import parse_office_hours
from tickets.domain.seed import seed_calendar

from .oracle import ZONE, Minutes, Question, answer

TEXTS = (
    "08:00-12:00,14:30-17:30",
    "09:00-17:00",
    "08:00-12:00,14:00-17:30|2024-06-01 08:00-12:00,15:00-18:00|2024-10-01 08:00-12:00,14:00-17:30",
    "00:00-24:00",
)
EDGES = (0, 7 * 60 + 59, 8 * 60, 10 * 60, 12 * 60, 13 * 60, 14 * 60 + 30, 17 * 60 + 30, 18 * 60, 23 * 60 + 59)
SEED = seed_calendar()
CALENDARS = {text: SEED.with_hours(parse_office_hours(text)) for text in TEXTS}
FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)
WORKING = {
    day
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    if chinese_calendar.is_workday(day)
}
ROUNDS = 40
PER_ROUND = 75


def _sessions(text: str) -> list[tuple[date, Minutes]]:
    versions = []
    for part in text.split("|"):
        first, _, hours = part.rpartition(" ")
        times = [[int(t[:2]) * 60 + int(t[3:]) for t in session.split("-")] for session in hours.split(",")]
        versions.append((date.fromisoformat(first) if first else date.min, [(a, b) for a, b in times]))
    return versions


def _moment(dice: random.Random, around: datetime, days: int) -> datetime:
    day = around.replace(hour=0, minute=0) + timedelta(days=dice.randint(0, days))
    minute = dice.choice(EDGES) if dice.random() < 0.7 else dice.randrange(1440)
    moment = day + timedelta(minutes=minute)
    return moment.astimezone(UTC) if dice.random() < 0.3 else moment


def _pauses(dice: random.Random, start: datetime) -> list[tuple[datetime, datetime]]:
    early = start.astimezone(ZONE) - timedelta(days=2)
    ends = [(_moment(dice, early, 12), _moment(dice, early, 12)) for _ in range(dice.choice((0, 0, 1, 1, 2, 3)))]
    return [(min(a, b), max(a, b)) for a, b in ends]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_both_give_the_same_moment(number: int) -> None:
    dice = random.Random(number)
    for _ in range(PER_ROUND):
        text = dice.choice(TEXTS)
        unit = dice.choice(("working_days", "calendar_days", "working_hours", "clock_hours"))
        end = dice.choice(("midnight", "close"))
        start = _moment(dice, datetime(2022, 1, 1, tzinfo=ZONE), 365 * 4 + 250)
        size = dice.randint(1, 12) if unit.endswith("days") else dice.choice((15, 30, 60, 90, 420, 421, 1000))
        more = dice.randint(0, 5)
        amount, extension = (size, more) if unit.endswith("days") else (size / 60, more)
        total = size + more * (1 if unit.endswith("days") else 60)
        pauses = _pauses(dice, start)
        found = due(
            Terms(f"{amount:.12g}", unit, end),
            start,
            CALENDARS[text],
            [Pause(*pause) for pause in pauses],
            extension=extension,
            strict=True,
        )
        expected = answer(Question(unit, total, end, start, pauses, _sessions(text), WORKING))
        assert abs(found.moment - expected) < timedelta(milliseconds=1), (unit, total, end, start, pauses, text)
