"""The working calendar in force, built anew in every process as soon as a row changes; and its earlier editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.edition import Content, DayRow, HoursRow, YearRow
from tickets.models import CalendarEdition, CoveredYear, OfficeHours, SpecialDay

from .freshness import Cached


@dataclass(slots=True)
class Calendars:
    """The calendar of the rows with its content, and the editions before it (number and first moment), read when a clock asks."""

    content: Content
    current: WorkingCalendar
    turns: Sequence[tuple[int, datetime]]
    _old: dict[int, WorkingCalendar] = field(default_factory=dict)

    def of(self, number: int) -> WorkingCalendar:
        """The calendar of an edition; the current one for the newest edition, or for one that is not kept."""
        if not self.turns or number >= self.turns[-1][0]:
            return self.current
        if number not in self._old:
            kept = CalendarEdition.objects.filter(pk=number).values_list("content", flat=True).first()
            self._old[number] = self.current if kept is None else Content.of(kept).calendar()
        return self._old[number]

    def at(self, moment: datetime) -> WorkingCalendar:
        """The calendar that was in force then."""
        numbers = [number for number, made_at in self.turns if made_at <= moment]
        return self.of(numbers[-1] if numbers else self.turns[0][0]) if self.turns else self.current


def working_calendar() -> WorkingCalendar:
    """The calendar of the rows as they are now; without rows weekends and statutory days, all of it provisional (暂定)."""
    return cached.get().current


def calendar_at(moment: datetime) -> WorkingCalendar:
    """The calendar that was in force at a moment: of the editions that proposals made."""
    return cached.get().at(moment)


class Counted(Protocol):
    """A Timer, or its columns."""

    calendar_edition: Any
    met_at: Any


def counted_by(timer: Counted, calendar: WorkingCalendar) -> WorkingCalendar:
    """The calendar that a clock counts by: the edition it stays with by decision, for one that is met that of its end, else the one
    given."""
    if timer.calendar_edition is not None:
        return cached.get().of(timer.calendar_edition)
    if timer.met_at is not None:
        known = cached.get()
        if known.turns and timer.met_at < known.turns[-1][1]:
            return known.at(timer.met_at)
    return calendar


def content() -> Content:
    """All rows as plain data: what a proposal amends."""
    return cached.get().content


def calendar_version() -> str:
    """What the calendar's rows are known by: differs after every edit."""
    return "-".join(str(part) for part in cached.version()[1:])


def read_content() -> Content:
    """The content straight from the rows, whatever is kept in memory."""
    days = [
        DayRow(
            row.date, row.is_working, row.name_zh, row.name_en, row.document, row.issuer, row.is_announced, row.intervals
        )
        for row in SpecialDay.objects.all()
    ]  # fmt: skip
    hours = [HoursRow(row.first_date, row.intervals, row.document) for row in OfficeHours.objects.all()]
    years = [YearRow(row.year, row.document, row.is_announced) for row in CoveredYear.objects.all()]
    return Content(
        {row.date: row for row in days}, {row.first_date: row for row in hours}, {row.year: row for row in years}
    )


def _build() -> Calendars:
    found = read_content()
    turns = list(CalendarEdition.objects.order_by("number").values_list("number", "made_at"))
    return Calendars(found, found.calendar(), turns)


cached = Cached(_build, SpecialDay, OfficeHours, CoveredYear)
