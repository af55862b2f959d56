"""预测: what falls due day by day over the next two weeks and round the next holiday, by section; one statement over the open tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate

from tickets.domain.calendar import DayKind, WorkingCalendar
from tickets.domain.counting import TICK
from tickets.domain.moments import SHANGHAI, at, to_local
from tickets.domain.states import OPEN
from tickets.models import Ticket

from . import pages, scopes, worklists
from .calendar import working_calendar
from .pages import Page
from .scopes import Scope

DAYS = 14
#: So far ahead a next holiday is looked for.
FAR = 200
ONE_DAY = timedelta(days=1)
NOBODY = 0
"""The section of what no section has yet."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """The next stretch of days off that holds a holiday: ``first`` .. ``last``, the working days before and after it."""

    name_zh: str
    name_en: str
    first: date
    last: date
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Line:
    """A section: what is overdue now, and what falls due on each day."""

    section_id: int
    overdue: int = 0
    by_day: Mapping[date, int] = field(default_factory=dict)

    def within(self, first: date, last: date) -> int:
        """What falls due from the one day to the other."""
        return sum(count for day, count in self.by_day.items() if first <= day <= last)


@dataclass(frozen=True, slots=True)
class Forecast:
    """``days``: two weeks from today; ``lines`` of the sections that have anything, ``whole`` of all."""

    today: date
    days: tuple[date, ...]
    holiday: Holiday | None
    lines: tuple[Line, ...]
    whole: Line


def read(now: datetime, section_id: int | None = None) -> Forecast:
    """What falls due, of one section where given."""
    today, calendar = to_local(now).date(), working_calendar()
    days = tuple(today + ONE_DAY * step for step in range(DAYS))
    holiday = next_holiday(calendar, today)
    last = max(days[-1], holiday.after) if holiday else days[-1]
    lines = _lines(_counted(last, section_id), today)
    return Forecast(today, days, holiday, tuple(lines), _whole(lines))


def next_holiday(calendar: WorkingCalendar, today: date) -> Holiday | None:
    """The next days off that are more than a weekend, today's own left out; None when none is near."""
    day = today + ONE_DAY
    while calendar.day(day).kind is not DayKind.HOLIDAY:
        day += ONE_DAY
        if (day - today).days > FAR:
            return None
    before, after = calendar.add_days(day, -1), calendar.roll(day)
    known = calendar.day(day)
    return Holiday(known.name_zh, known.name_en, before + ONE_DAY, after - ONE_DAY, before, after)


def _open(section_id: int | None) -> QuerySet[Ticket]:
    rows = Ticket.objects.filter(state__in=sorted(OPEN), due_at__isnull=False)
    if section_id is None:
        return rows
    return rows.filter(section_id=section_id) if section_id else rows.filter(section_id__isnull=True)


def _counted(last: date, section_id: int | None) -> list[dict[str, Any]]:
    """(section, day, overdue or not) with counts; midnight belongs to the day it ends."""
    day = TruncDate(F("due_at") - TICK, tzinfo=SHANGHAI)
    rows = _open(section_id).filter(due_at__lte=at(last + ONE_DAY, 0)).order_by()
    counted: Any = rows.annotate(day=day).values("section_id", "day", "is_overdue").annotate(n=Count("pk"))
    return list(counted)


def _lines(rows: list[dict[str, Any]], today: date) -> list[Line]:
    overdue: dict[int, int] = {}
    by_day: dict[int, dict[date, int]] = {}
    for row in rows:
        section, day = row["section_id"] or NOBODY, max(row["day"], today)
        if row["is_overdue"]:
            overdue[section] = overdue.get(section, 0) + row["n"]
        else:
            days = by_day.setdefault(section, {})
            days[day] = days.get(day, 0) + row["n"]
    return [Line(pk, overdue.get(pk, 0), by_day.get(pk, {})) for pk in sorted(overdue.keys() | by_day.keys())]


def _whole(lines: list[Line]) -> Line:
    total: dict[date, int] = {}
    for line in lines:
        for day, count in line.by_day.items():
            total[day] = total.get(day, 0) + count
    return Line(-1, sum(line.overdue for line in lines), total)


def tickets(
    *,
    first: date,
    last: date,
    now: datetime,
    scope: Scope,
    section_id: int | None,
    is_overdue: bool,
    after: str,
    size: int,
) -> Page:
    """The tickets behind a number: those that fall due from the one day to the other, or those overdue. Raises BadCursor."""
    rows = _open(section_id).filter(is_overdue=is_overdue)
    if not is_overdue:
        begin = None if first <= to_local(now).date() else at(first, 0)
        rows = rows.filter(due_at__lte=at(last + ONE_DAY, 0))
        rows = rows if begin is None else rows.filter(due_at__gt=begin)
    found = pages.by_due(scopes.visible(rows, scope), worklists.LISTED, after, size)
    return Page(worklists.shown(found.rows, scope, now), found.next)
