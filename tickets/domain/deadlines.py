"""Terms become moments: pause, restart, extend (民法典 201–203; domain §3). explain.py shows the same count line by line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from .calendar import BeyondCalendar, OutOfReach, WorkingCalendar
from .counting import (
    DAY,
    Stretch,
    calendar_days,
    clock_hours,
    closed,
    day_of,
    is_under_way,
    working_days,
    working_hours,
)
from .moments import at, to_local
from .terms import BadTerms, Due, End, Pause, Terms, Unit

__all__ = ["BadTerms", "BeyondCalendar", "Due", "End", "Pause", "Terms", "Unit", "due"]


def due(
    terms: Terms,
    start: datetime,
    calendar: WorkingCalendar,
    pauses: Iterable[Pause] = (),
    *,
    extension: Decimal | float | str = 0,
    restart: datetime | None = None,
    strict: bool = False,
    now: datetime | None = None,
) -> Due:
    """When the limit ends.

    A limit in days does not count the day of ``start`` (民法典 201); calendar days roll to the next working day at the end
    (民法典 203); hours begin at once. A pause takes out minutes, and days only when wholly paused. ``extension`` is more of
    the same unit, counted on from the same start. After ``restart`` limit, extension and pauses count from there.
    ``now`` closes pauses that still go on (without it they count for nothing yet).
    Raises BeyondCalendar when ``strict`` and the answer needs a day that no published table covers; OutOfReach before 2000
    and after 2199.
    """
    begin = to_local(start if restart is None else restart)
    size = terms.size + (terms.measure(extension) if extension else 0)
    pauses = tuple(pauses)
    stretches = [closed(pause, now) for pause in pauses] if pauses else []
    try:
        moment, last_day, needs = _counted(terms, size, begin, calendar, stretches)
    except OutOfReach:
        if strict:
            raise BeyondCalendar(begin.date()) from None
        raise
    provisional = needs is not None and calendar.is_provisional_within(*needs)
    if strict and provisional and needs is not None:
        refuse_uncovered(calendar, *needs)
    if not pauses:
        return Due(moment, last_day, provisional, False, moment, moment)
    return Due(moment, last_day, provisional, *breach(moment, pauses, calendar, now))


def _counted(
    terms: Terms, size: int, begin: datetime, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> tuple[datetime, date | None, tuple[date, date] | None]:
    """The moment, the last day of a limit in days, and the first and last day looked up in the calendar."""
    if terms.unit is Unit.CLOCK_HOURS:
        return clock_hours(size, begin, pauses), None, None
    if terms.unit is Unit.WORKING_HOURS:
        moment = working_hours(size, begin, calendar, pauses)
        return moment, None, (begin.date(), day_of(moment))
    count = working_days if terms.unit is Unit.WORKING_DAYS else calendar_days
    last_day, needs = count(size, begin.date(), calendar, pauses)
    return at(last_day, DAY) if terms.end is End.MIDNIGHT else calendar.closing(last_day), last_day, needs


def refuse_uncovered(calendar: WorkingCalendar, first: date, last: date) -> None:
    """BeyondCalendar when a day of first..last is not covered."""
    day = calendar.uncovered(first, last)
    if day is not None:
        raise BeyondCalendar(day)


def breach(
    moment: datetime, pauses: Sequence[Pause], calendar: WorkingCalendar, now: datetime | None
) -> tuple[bool, datetime | None, datetime | None]:
    """(paused, breach_at, late_after) of a due moment: inside a pause the breach waits for the resuming (domain §3 rule 8)."""
    paused = any(is_under_way(pause, now) for pause in pauses)
    resumed = moment
    for pause in sorted(pauses, key=lambda pause: pause.starts):
        if pause.ends is None:
            if pause.starts <= resumed and is_under_way(pause, now):
                return paused, None, None
        elif pause.starts <= resumed < pause.ends:
            resumed = to_local(pause.ends)
    return paused, resumed, moment if resumed == moment else close_after(resumed, calendar)


def close_after(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The close of that day, or of the next working day when the office is shut for the day already."""
    day = calendar.roll(to_local(moment).date())
    if calendar.closing(day) <= moment:
        day = calendar.add_days(day, 1)
    return calendar.closing(day)
