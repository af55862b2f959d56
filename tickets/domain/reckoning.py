"""What a clock comes to: its due moment, its lateness and what is used of it, from what its events left and a calendar alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .calendar import WorkingCalendar
from .clock_events import Happened, Run, Standing, fold
from .counting import DAY, closed, day_of
from .deadlines import breach, due
from .moments import at, to_local
from .terms import End, Pause, Terms, Unit


@dataclass(frozen=True, slots=True)
class Reckoned:
    """``breach_at`` and ``late_after`` are None while the due moment lies inside a pause that goes on (domain §3 rule 8)."""

    due_at: datetime
    is_provisional: bool
    breach_at: datetime | None
    late_after: datetime | None


def reckon(clock: Standing, calendar: WorkingCalendar, now: datetime | None = None) -> Reckoned:
    """The due moment from the row alone: the source's own goes first and knows no pause; else a granted date, a margin
    before the outer deadline, or the count of the terms. ``now`` closes pauses that go on."""
    if clock.platform_due_at is not None:
        return Reckoned(clock.platform_due_at, False, clock.platform_due_at, clock.platform_due_at)
    pauses = pauses_of(clock)
    if "until" in clock.terms:
        return _fixed(datetime.fromisoformat(clock.terms["until"]), False, pauses, calendar, now)
    if "before" in clock.terms:
        moment, provisional = _ahead(clock, calendar)
        return _fixed(moment, provisional, pauses, calendar, now)
    answer = due(
        terms_of(clock),
        clock.started_at,
        calendar,
        pauses,
        extension=clock.extension,
        restart=clock.restarted_at,
        now=now,
    )
    return Reckoned(answer.moment, answer.provisional, answer.breach_at, answer.late_after)


def is_plain(clock: Standing) -> bool:
    """Whether its due moment comes of its start and its terms alone."""
    has_more = clock.pauses or clock.restarted_at or clock.extension or clock.platform_due_at
    return not has_more and "before" not in clock.terms and "until" not in clock.terms


def terms_of(clock: Standing) -> Terms:
    """The counted limit of the row; BadTerms when it says nothing."""
    said: dict[str, Any] = clock.terms
    return _terms(said["amount"], said["unit"], said.get("end", End.MIDNIGHT))


@lru_cache(maxsize=256)
def _terms(amount: str, unit: str, end: str) -> Terms:
    return Terms(amount, unit, end)


def pauses_of(clock: Standing) -> list[Pause]:
    """The row's pauses; one that goes on has no end."""
    return [
        Pause(datetime.fromisoformat(each["from"]), datetime.fromisoformat(each["to"]) if each.get("to") else None)
        for each in clock.pauses
    ]


def _fixed(
    moment: datetime, provisional: bool, pauses: Sequence[Pause], calendar: WorkingCalendar, now: datetime | None
) -> Reckoned:
    _, breach_at, late_after = breach(to_local(moment), pauses, calendar, now)
    return Reckoned(moment, provisional, breach_at, late_after)


def _ahead(clock: Standing, calendar: WorkingCalendar) -> tuple[datetime, bool]:
    """A margin ahead of the outer deadline: half of what is left where the margin does not fit, never after the deadline
    itself and never before the start."""
    outer, start = datetime.fromisoformat(clock.terms["before"]), clock.restarted_at or clock.started_at
    if outer <= start:
        return start, False
    moment = _margin(terms_of(clock), outer, calendar)
    if moment <= start:
        moment = start + (outer - start) / 2
    return min(moment, outer), calendar.is_provisional(day_of(outer))


def _margin(terms: Terms, outer: datetime, calendar: WorkingCalendar) -> datetime:
    if not terms.unit.is_days:
        return shift(outer, -terms.amount, terms.unit, calendar)
    day, days = day_of(outer), terms.size
    last = calendar.add_days(day, -days) if terms.unit is Unit.WORKING_DAYS else day - timedelta(days=days)
    return at(last, DAY) if terms.end is End.MIDNIGHT else calendar.closing(last)


def shift(moment: datetime, hours: Decimal, unit: Unit, calendar: WorkingCalendar) -> datetime:
    """So many hours later (earlier when negative): clock hours of a round-the-clock limit, else hours of open time."""
    if unit is Unit.CLOCK_HOURS:
        return moment + timedelta(hours=float(hours))
    return calendar.add(moment, float(hours) * 3600)


def used(clock: Standing, calendar: WorkingCalendar, now: datetime) -> float:
    """Seconds counted by ``now`` in the clock's own kind of time (open time for working days and hours, else all of it), from its
    start on, pauses left out; never more than until it was met."""
    end, start = min(now, clock.met_at or now), clock.restarted_at or clock.started_at
    stretches = [] if clock.platform_due_at else [closed(pause, end) for pause in pauses_of(clock)]
    paused = sum(lasting(clock, max(first, start), min(last, end), calendar) for first, last in stretches)
    return max(0.0, lasting(clock, start, end, calendar) - paused)


def lasting(clock: Standing, first: datetime, last: datetime, calendar: WorkingCalendar) -> float:
    """Seconds from first to last in the clock's own kind of time; none the other way round."""
    if last <= first:
        return 0.0
    if clock.terms.get("unit") in (Unit.CLOCK_HOURS, Unit.CALENDAR_DAYS):
        return (last - first) / timedelta(seconds=1)
    return calendar.between(first, last)


@dataclass(frozen=True, slots=True)
class Told:
    """A clock by its events at a moment: where it stands, what it was due at, seconds used, whether it is late by now."""

    run: Run
    reckoned: Reckoned
    used: float
    is_late: bool


def standing(events: Iterable[Happened], calendar: WorkingCalendar, now: datetime) -> Told:
    """The whole answer as a pure function of the events and the calendar they were counted under."""
    clock = fold(events)
    moment = clock.met_at or now
    reckoned = reckon(clock, calendar, moment)
    is_late = clock.run != Run.STOPPED and reckoned.late_after is not None and moment > reckoned.late_after
    return Told(Run(clock.run), reckoned, used(clock, calendar, now), is_late)
