"""Deadlines from prefix sums against walking the same calendar day by day: one by one, and an array of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from tests.tickets.making import NOW
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.counting import EPOCH, TICK, ticks
from tickets.domain.deadlines import due
from tickets.domain.many import Many, Moments
from tickets.domain.moments import SECOND, at, since_midnight, to_local
from tickets.domain.seed import seed_calendar
from tickets.domain.terms import Terms, Unit

from .measuring import Line, side_by_side

ROUNDS = {"XS": 3, "S": 11, "M": 25, "L": 25}
CALLS = {"XS": 20, "S": 100, "M": 1_000, "L": 2_000}
AT_ONCE = {"XS": 10_000, "S": 100_000, "M": 1_000_000, "L": 1_000_000}
#: The starts of an array are spread over so many microseconds before NOW, in no order.
YEARS = 15 * 365 * 24 * 3600 * SECOND
DAY_HOURS, MINUTE = 7, 60 * SECOND


def run(size: str) -> Iterator[Line]:
    """Limits of 5 and 60 days, counted in working days and in working hours; each long limit against the short one."""
    calendar = seed_calendar()
    for unit, name in ((Unit.WORKING_DAYS, "working days"), (Unit.WORKING_HOURS, "working hours")):
        yield from _singly(size, unit, f"deadline, {name}", calendar)
        yield from _at_once(size, unit, f"deadlines at once, {name}", calendar)


def _terms(days: int, unit: Unit) -> Terms:
    return Terms(days if unit is Unit.WORKING_DAYS else days * DAY_HOURS, unit)


def _singly(size: str, unit: Unit, name: str, calendar: WorkingCalendar) -> Iterator[Line]:
    taken = []
    for days in (5, 60):
        terms = _terms(days, unit)
        assert due(terms, NOW, calendar).moment == _walked(terms, NOW, calendar)
        ours, other = side_by_side(
            partial(due, terms, NOW, calendar),
            partial(_walked, terms, NOW, calendar),
            rounds=ROUNDS[size],
            calls=CALLS[size],
        )
        taken.append(ours)
        yield _line(name, f"{days} days", ours, other, 1.0, "a loop over the days")
    yield _line(f"{name}, flat", "60 / 5 days", taken[1], taken[0], 1.2, "the short limit")


def _at_once(size: str, unit: Unit, name: str, calendar: WorkingCalendar) -> Iterator[Line]:
    """An array of starts, the tables made anew each round; the loop is asked for one after another of them."""
    count, taken = AT_ONCE[size], []
    starts: Moments = ticks(NOW) - np.random.default_rng(1).integers(0, YEARS, count)
    some = [EPOCH + int(each) * TICK for each in starts[: CALLS[size]]]
    for days in (5, 60):
        at_once, walked = (
            partial(_together, _terms(days, unit), starts, calendar),
            partial(_one_by_one, _terms(days, unit), some, calendar),
        )
        assert [EPOCH + int(each) * TICK for each in at_once()[: len(some)]] == walked()
        ours, other = side_by_side(at_once, walked, rounds=ROUNDS[size])
        taken.append(ours / count)
        times = other / len(some) / taken[-1]
        yield Line(
            f"{name}, times faster", f"{count:,} of {days} days", taken[-1] * 1e6, other / len(some) * 1e6, times, 200, "at least",
            against="a loop over the days",
        )  # fmt: skip
    yield _line(f"{name}, flat", "60 / 5 days", taken[1], taken[0], 1.2, "the short limit")


def _together(terms: Terms, starts: Moments, calendar: WorkingCalendar) -> Moments:
    return Many(calendar).dues(terms, starts)


def _one_by_one(terms: Terms, starts: list[datetime], calendar: WorkingCalendar) -> list[datetime]:
    return [_walked(terms, start, calendar) for start in starts]


def _line(name: str, size: str, ours: float, other: float, aim: float, against: str) -> Line:
    return Line(name, size, ours * 1e6, other * 1e6, ours / other, aim, against=against)


def _walked(terms: Terms, start: datetime, calendar: WorkingCalendar) -> datetime:
    return (
        _days(terms.size, start, calendar) if terms.unit is Unit.WORKING_DAYS else _hours(terms.size, start, calendar)
    )


def _days(left: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    """The day of the start is not counted; the last one ends at 24:00."""
    day = to_local(start).date()
    while left:
        day += timedelta(days=1)
        if calendar.is_working(day):
            left -= 1
    return at(day, 24 * 3600 * SECOND)


def _hours(left: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    """Open time day after day; within the last day session after session."""
    local = to_local(start)
    day, passed = local.date(), since_midnight(local)
    while True:
        if calendar.is_working(day):
            for opens, closes in calendar.hours_on(day).sessions:
                begin, end = max(opens * MINUTE, passed), closes * MINUTE
                if begin < end and end - begin >= left:
                    return at(day, begin + left)
                left -= max(0, end - begin)
        day, passed = day + timedelta(days=1), 0
