"""How much of a limit is used and what is left of it, as figures; the wording is the pages' business."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .calendar import WorkingCalendar
from .counting import (
    ONE_DAY,
    closed,
    day_of,
    open_pauses,
    paused_days,
    paused_working_days,
    ticks,
)
from .deadlines import due
from .moments import to_local
from .spans import free, joined
from .terms import HOUR, Due, Pause, Terms, Unit


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left at ``now``. All zero when ``is_overdue``, except the late figures.

    ``working_days``: whole working days after today up to and with the last day, wholly paused ones left out;
    ``calendar_days``: the same for all days. ``is_last_day``: today is the day it ends. ``seconds``: on the clock until the
    due moment; ``open_seconds``: of office hours until then. ``late_days``: working days after the day of the breach up to
    and with today; ``late_seconds``: on the clock since the breach.
    """

    due: Due
    is_overdue: bool
    is_last_day: bool
    working_days: int
    calendar_days: int
    seconds: float
    open_seconds: float
    late_days: int
    late_seconds: float


@dataclass(frozen=True, slots=True)
class Used:
    """``amount`` of ``total`` is used, both in the limit's unit. The day under way counts as its number (今天是第 3 个工作日)."""

    amount: Decimal
    total: Decimal
    unit: Unit


def remaining(
    terms: Terms,
    start: datetime,
    now: datetime,
    calendar: WorkingCalendar,
    pauses: Iterable[Pause] = (),
    *,
    extension: Decimal | float | str = 0,
    restart: datetime | None = None,
) -> Remaining:
    """What is left of the limit at ``now``; arguments as for ``due``. A paused limit is never overdue unless it was before."""
    pauses = tuple(pauses)
    found = due(terms, start, calendar, pauses, extension=extension, restart=restart, now=now)
    local = to_local(now)
    if found.breach_at is not None and local >= found.breach_at:
        return _late(found, found.breach_at, local, calendar)
    blocked = [closed(pause, now) for pause in pauses]
    today, last = local.date(), found.last_day or day_of(found.moment)
    first_open, end_open = calendar.index(today + ONE_DAY), calendar.index(last + ONE_DAY)
    return Remaining(
        due=found,
        is_overdue=False,
        is_last_day=today == last,
        working_days=free(first_open, end_open, paused_working_days(calendar, blocked)),
        calendar_days=free(today.toordinal() + 1, last.toordinal() + 1, paused_days(blocked)),
        seconds=max(0.0, (found.moment - local).total_seconds()),
        open_seconds=max(0.0, calendar.between(local, found.moment)),
        late_days=0,
        late_seconds=0,
    )


def used(
    terms: Terms,
    start: datetime,
    now: datetime,
    calendar: WorkingCalendar,
    pauses: Iterable[Pause] = (),
    *,
    extension: Decimal | float | str = 0,
    restart: datetime | None = None,
) -> Used:
    """How much of the limit is used at ``now``, more than all of it when it is over; arguments as for ``due``."""
    begin, local = to_local(start if restart is None else restart), to_local(now)
    blocked = [closed(pause, now) for pause in pauses]
    total = terms.amount + Decimal(str(extension))
    return Used(_count(terms.unit, begin, local, calendar, blocked), total, terms.unit)


def _count(
    unit: Unit, begin: datetime, now: datetime, calendar: WorkingCalendar, blocked: list[tuple[datetime, datetime]]
) -> Decimal:
    first, end = begin.date() + ONE_DAY, now.date() + ONE_DAY
    if unit is Unit.WORKING_DAYS:
        return Decimal(free(calendar.index(first), calendar.index(end), paused_working_days(calendar, blocked)))
    if unit is Unit.CALENDAR_DAYS:
        return Decimal(free(first.toordinal(), end.toordinal(), paused_days(blocked)))
    if unit is Unit.WORKING_HOURS:
        size = free(calendar.position(begin), calendar.position(now), open_pauses(calendar, blocked))
    else:
        size = free(ticks(begin), ticks(now), joined((ticks(first), ticks(end)) for first, end in blocked))
    return Decimal(size) / HOUR


def _late(found: Due, breach_at: datetime, now: datetime, calendar: WorkingCalendar) -> Remaining:
    seconds = (now - breach_at).total_seconds()
    days = calendar.days_between(day_of(breach_at), now.date())
    return Remaining(found, True, False, 0, 0, 0, 0, days, seconds)
