"""Deadlines from prefix sums against walking the same calendar day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.tickets.making import NOW
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.deadlines import due
from tickets.domain.moments import SECOND, at, since_midnight, to_local
from tickets.domain.seed import seed_calendar
from tickets.domain.terms import Terms, Unit

from .measuring import Line, side_by_side

ROUNDS = {"XS": 3, "S": 11, "M": 25, "L": 25}
CALLS = {"XS": 20, "S": 100, "M": 1_000, "L": 2_000}
DAY_HOURS, MINUTE = 7, 60 * SECOND


def run(size: str) -> Iterator[Line]:
    """Limits of 5 and 60 days, counted in working days and in working hours; then the long limit against the short one."""
    calendar = seed_calendar()
    for unit, name in ((Unit.WORKING_DAYS, "working days"), (Unit.WORKING_HOURS, "working hours")):
        taken = []
        for days in (5, 60):
            terms = Terms(days if unit is Unit.WORKING_DAYS else days * DAY_HOURS, unit)
            assert due(terms, NOW, calendar).moment == _walked(terms, NOW, calendar)
            ours, other = side_by_side(
                lambda terms=terms: due(terms, NOW, calendar),
                lambda terms=terms: _walked(terms, NOW, calendar),
                rounds=ROUNDS[size],
                calls=CALLS[size],
            )
            taken.append(ours)
            yield Line(
                f"deadline, {name}",
                f"{days} days",
                ours * 1e6,
                other * 1e6,
                ours / other,
                1.0,
                against="a loop over the days",
            )
        yield Line(
            f"deadline, {name}, flat",
            "60 / 5 days",
            taken[1] * 1e6,
            taken[0] * 1e6,
            taken[1] / taken[0],
            1.2,
            against="the short limit",
        )


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
