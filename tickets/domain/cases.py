"""Written questions about deadlines: a row of a table of cases, and a limit in words (``5 working days``, 5个工作日)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from .calendar import BeyondCalendar, WorkingCalendar
from .deadlines import due
from .hours import OfficeHours, parse_office_hours
from .moments import SHANGHAI
from .terms import BadTerms, End, Pause, Terms, Unit

T = TypeVar("T")
REQUIRED = ("id", "start", "unit", "limit")
BEYOND = "beyond-calendar"
UNITS: dict[str, Unit] = {
    "working day": Unit.WORKING_DAYS,
    "calendar day": Unit.CALENDAR_DAYS,
    "working hour": Unit.WORKING_HOURS,
    "clock hour": Unit.CLOCK_HOURS,
    "个工作日": Unit.WORKING_DAYS,
    "工作日": Unit.WORKING_DAYS,
    "个自然日": Unit.CALENDAR_DAYS,
    "自然日": Unit.CALENDAR_DAYS,
    "个工作小时": Unit.WORKING_HOURS,
    "工作小时": Unit.WORKING_HOURS,
    "小时": Unit.CLOCK_HOURS,
}


class BadCase(ValueError):
    """A question that cannot be read. ``field``: where; ``value``: what stood there; ``why``: in words."""

    def __init__(self, field: str, value: str, why: str) -> None:
        super().__init__(f"{field}: {value!r}: {why}")
        self.field, self.value, self.why = field, value, why


@dataclass(frozen=True, slots=True)
class Case:
    """One question: everything ``due`` takes, and the office hours it is asked under."""

    terms: Terms
    start: datetime
    office_hours: tuple[OfficeHours, ...]
    pauses: tuple[Pause, ...]
    extension: Decimal
    restart: datetime | None

    def answer(self, calendar: WorkingCalendar) -> str:
        """The due moment as the samples write it, or ``beyond-calendar``."""
        try:
            found = due(
                self.terms,
                self.start,
                calendar,
                self.pauses,
                extension=self.extension,
                restart=self.restart,
                strict=True,
            )
        except BeyondCalendar:
            return BEYOND
        return written(found.moment)


def read_case(row: Mapping[str, str]) -> Case:
    """A row of the table; missing columns are blank. BadCase names the field. ``last_day`` and ``due`` are never read."""
    unit = _field(row, "unit", Unit)
    end = _field(row, "end", lambda text: End(text) if text else End.MIDNIGHT)
    terms = _field(row, "limit", lambda text: Terms(text, unit, end))
    extension = _field(row, "extension", lambda text: Decimal(text) if text else Decimal(0))
    _field(row, "extension", lambda text: terms.measure(text or 0))
    return Case(
        terms,
        _field(row, "start", read_moment),
        _field(row, "hours", parse_office_hours),
        _field(row, "pauses", read_pauses),
        extension,
        _field(row, "restart", lambda text: read_moment(text) if text else None),
    )


def read_moment(text: str) -> datetime:
    """ISO 8601, a blank instead of the T allowed; without an offset it is Shanghai time, a day alone is its 00:00."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("no moment: write 2026-09-30T10:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def read_pauses(text: str) -> tuple[Pause, ...]:
    """``from/to;from/to``, in any order."""
    return tuple(read_pause(part) for part in text.split(";") if part.strip())


def read_pause(text: str) -> Pause:
    """``from/to``; a day alone begins at its 00:00."""
    first, slash, end = text.partition("/")
    if not slash or "/" in end:
        raise ValueError("no pause: write FROM/TO")
    return Pause(read_moment(first), read_moment(end))


def read_terms(text: str, end: End = End.MIDNIGHT) -> Terms:
    """``5 working days``, ``0.25 clock hours``, ``5个工作日``. Plain "days" (日) are refused: the unit is never inferred."""
    found = re.fullmatch(r"\s*([0-9.]+)\s*(\D+?)\s*", text)
    name = re.sub(r"[\s_-]+", " ", found[2]).lower().removesuffix("s") if found else ""
    if found is None or name not in UNITS:
        raise BadTerms(
            f"no limit: {text!r}: write a number and working days, calendar days, working hours or clock hours"
        )
    return Terms(found[1], UNITS[name], end)


def written(moment: datetime) -> str:
    """``2023-01-30T17:30+08:00``; seconds only when there are any."""
    local = moment.astimezone(SHANGHAI)
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def _field(row: Mapping[str, str], name: str, read: Callable[[str], T]) -> T:
    text = (row.get(name) or "").strip()
    try:
        return read(text)
    except (ValueError, ArithmeticError) as error:
        raise BadCase(name, text, str(error)) from None
