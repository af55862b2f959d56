"""The State Council's years as rows, the default office hours, and the years they cover."""

from __future__ import annotations

from datetime import date

from tickets.domain import seed
from tickets.domain.hours import DEFAULT_HOURS
from tickets.models import CoveredYear, OfficeHours, SpecialDay


def special_days() -> list[SpecialDay]:
    """Holidays and make-up days of every year the package knows."""
    return [
        SpecialDay(
            date=row.date,
            is_working=row.is_working,
            name_zh=row.name_zh,
            name_en=row.name_en,
            document=row.document,
            is_announced=row.announced,
            intervals=str(row.hours) if row.hours else "",
        )
        for row in seed.seed()
    ]


def office_hours() -> list[OfficeHours]:
    """One version; the office adds its summer hours."""
    return [OfficeHours(first_date=date(2004, 1, 1), intervals=str(DEFAULT_HOURS), document="本单位作息时间，待确认")]


def covered_years() -> list[CoveredYear]:
    """One row a year, with the notice its table stands in."""
    first, last = seed.seed_coverage()
    return [CoveredYear(year=year, document=seed.document(year)) for year in range(first.year, last.year + 1)]
