"""The working calendar in force: built from the rows, and built anew in every process as soon as a row changes."""

from __future__ import annotations

from datetime import date

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.days import SpecialDay as Special
from tickets.domain.hours import DEFAULT_OFFICE_HOURS, DayHours
from tickets.domain.hours import OfficeHours as Hours
from tickets.models import CoveredYear, OfficeHours, SpecialDay

from .freshness import Cached


def working_calendar() -> WorkingCalendar:
    """The calendar of the rows as they are now; without rows weekends and statutory days, all of it provisional (暂定)."""
    return cached.get()


def calendar_version() -> str:
    """What the calendar's rows are known by: differs after every edit."""
    return "-".join(str(part) for part in cached.version()[1::3])


def _build() -> WorkingCalendar:
    covered = _covered()
    return WorkingCalendar(_specials(), _hours(), covered_from=covered[0], covered_until=covered[1])


def _specials() -> list[Special]:
    return [
        Special(
            row.date,
            row.is_working,
            row.name_zh,
            row.name_en,
            row.document,
            row.is_announced,
            DayHours.parse(row.intervals) if row.intervals else None,
        )
        for row in SpecialDay.objects.all()
    ]


def _hours() -> tuple[Hours, ...]:
    """The earliest version also speaks for the days before it."""
    rows = list(OfficeHours.objects.order_by("first_date"))
    if not rows:
        return DEFAULT_OFFICE_HOURS
    return tuple(
        Hours(row.first_date if place else None, DayHours.parse(row.intervals)) for place, row in enumerate(rows)
    )


def _covered() -> tuple[date | None, date | None]:
    """First and last day of the unbroken run of announced years."""
    years = list(CoveredYear.objects.filter(is_announced=True).order_by("year").values_list("year", flat=True))
    if not years:
        return None, None
    last = years[0]
    for year in years[1:]:
        if year != last + 1:
            break
        last = year
    return date(years[0], 1, 1), date(last, 12, 31)


cached = Cached(_build, SpecialDay, OfficeHours, CoveredYear)
