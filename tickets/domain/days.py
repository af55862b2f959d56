"""One day of the calendar: the row that makes it special, and what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .hours import DayHours


class DayKind(StrEnum):
    """What a day is, and why."""

    WORKDAY = "workday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One row of the table: a day that is not what its weekday says, or a half-day (``hours``). ``document``: its source."""

    date: date
    is_working: bool
    name_zh: str = ""
    name_en: str = ""
    document: str = ""
    announced: bool = True
    hours: DayHours | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What the calendar knows of a day; ``hours`` None when the office is shut."""

    date: date
    kind: DayKind
    name_zh: str
    name_en: str
    provisional: bool
    hours: DayHours | None
