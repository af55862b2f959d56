"""The first content of the calendar table: the State Council's years as the package ``chinesecalendar`` knows them.

The rows are stored and then belong to the office: the package is asked once, at installation, and never by a deadline.
"""

from __future__ import annotations

from datetime import date

from chinese_calendar import constants

from .calendar import WorkingCalendar
from .days import SpecialDay
from .hours import DEFAULT_OFFICE_HOURS, OfficeHours

NAMES: dict[str, str] = {
    member.value: member.chinese if member.chinese[-1] in "节旦日" else f"{member.chinese}节"
    for member in constants.Holiday
}


#: Where the package differs from the notice itself, the notice decides.
CORRECTIONS = (
    SpecialDay(
        date(2005, 12, 31),
        True,
        "元旦调休上班",
        "Make-up working day for New Year's Day",
        "国办发明电〔2005〕35号 国务院办公厅关于2006年部分节假日安排的通知",
    ),
)


def seed() -> list[SpecialDay]:
    """Holidays and make-up days of all years of the package, in order of date (2004 to 2026 with version 1.11)."""
    off = {
        day: SpecialDay(day, False, NAMES[name], name, document(day.year)) for day, name in constants.holidays.items()
    }
    on = {
        day: SpecialDay(day, True, f"{NAMES[name]}调休上班", f"Make-up working day for {name}", document(day.year))
        for day, name in constants.workdays.items()
    }
    rows = off | on | {row.date: row for row in CORRECTIONS}
    return [rows[day] for day in sorted(rows)]


def document(year: int) -> str:
    """The notice that a year's table stands in."""
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


def seed_coverage() -> tuple[date, date]:
    """First and last day the seed speaks for."""
    return date(min(constants.holidays).year, 1, 1), date(max(constants.holidays).year, 12, 31)


def seed_calendar(office_hours: tuple[OfficeHours, ...] = DEFAULT_OFFICE_HOURS) -> WorkingCalendar:
    """The calendar as it is on the day of installation."""
    covered_from, covered_until = seed_coverage()
    return WorkingCalendar(seed(), office_hours, covered_from=covered_from, covered_until=covered_until)
