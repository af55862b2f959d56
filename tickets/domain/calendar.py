"""The working calendar: holidays, make-up days and office hours; counts by date, in the time of a bisection for any span.

Two number lines carry everything. *Working days* are numbered one after another; *open time* is the microseconds the office
has been open since the first of them. A moment has one place on each, found by bisection in prefix sums.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from .days import Day, DayKind, SpecialDay
from .daytable import DayTable, HoursLine, OutOfReach, empty
from .hours import DEFAULT_OFFICE_HOURS, DayHours, OfficeHours, in_order
from .moments import SECOND, at, since_midnight, to_local
from .statutory import statutory_days

__all__ = ["BeyondCalendar", "Day", "DayKind", "NoOpenTime", "OutOfReach", "SpecialDay", "WorkingCalendar"]


class NoOpenTime(ValueError):
    """A calendar in which the office never opens: nothing could ever fall due."""


class BeyondCalendar(Exception):
    """The answer needs a day that the published calendar does not cover. ``day`` is the first such day met."""

    def __init__(self, day: date) -> None:
        super().__init__(f"the calendar does not cover {day.isoformat()}")
        self.day = day


class WorkingCalendar:
    """Immutable; built from rows in a few milliseconds.

    ``covered_from`` .. ``covered_until`` are the days the published tables speak for; beyond them weekends and the statutory
    days are taken and the answer is provisional (暂定). Raises NoOpenTime when the covered days hold no working day, BadHours
    when the office hours are none.
    """

    __slots__ = ("_hours", "_specials", "_statutory", "_table", "_unannounced", "covered_from", "covered_until")

    def __init__(
        self,
        special_days: Iterable[SpecialDay] = (),
        office_hours: Iterable[OfficeHours] = DEFAULT_OFFICE_HOURS,
        *,
        covered_from: date | None = None,
        covered_until: date | None = None,
    ) -> None:
        self._specials = {row.date: row for row in special_days}
        own = {day.toordinal(): row.hours for day, row in self._specials.items() if row.hours and row.is_working}
        self._hours = HoursLine(in_order(office_hours), own)
        self.covered_until = covered_until
        self.covered_from = covered_from
        if covered_until is not None and covered_from is None:
            self.covered_from = date(min([covered_until, *self._specials]).year, 1, 1)
        self._unannounced = sorted(day for day, row in self._specials.items() if not row.announced)
        self._statutory: dict[int, dict[date, tuple[str, str]]] = {}
        first = min(2000, self.covered_from.year) if self.covered_from else 2000
        self._table = self._extended(empty(first), max(2030, covered_until.year + 3) if covered_until else 2030)
        self._refuse_if_never_open()

    def with_hours(self, office_hours: Iterable[OfficeHours]) -> WorkingCalendar:
        """The same days under other office hours (half-days keep their own)."""
        return WorkingCalendar(
            self._specials.values(), office_hours, covered_from=self.covered_from, covered_until=self.covered_until
        )

    # -- one day ------------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Make-up Saturdays and Sundays are working days (调休)."""
        row = self._specials.get(day)
        if row is not None:
            return row.is_working
        return day.weekday() < 5 and (self.is_covered(day) or day not in self._fixed(day.year))

    def is_covered(self, day: date) -> bool:
        """Whether a published table speaks for the day."""
        return (
            self.covered_from is not None
            and self.covered_until is not None
            and (self.covered_from <= day <= self.covered_until)
        )

    def is_provisional(self, day: date) -> bool:
        """暂定: not covered, or a row not announced yet."""
        row = self._specials.get(day)
        return not self.is_covered(day) or (row is not None and not row.announced)

    def uncovered(self, first: date, last: date) -> date | None:
        """The first day of first..last that no table covers; None when all are covered."""
        if not self.is_covered(first):
            return first
        if self.covered_until is not None and last > self.covered_until:
            return self.covered_until + timedelta(days=1)
        return None

    def is_provisional_within(self, first: date, last: date) -> bool:
        """Whether any day of first..last is provisional."""
        if self.uncovered(first, last) is not None:
            return True
        place = bisect_left(self._unannounced, first)
        return place < len(self._unannounced) and self._unannounced[place] <= last

    def hours_on(self, day: date) -> DayHours:
        """The hours in force that day, asked also of a day on which the office is shut (its version's hours)."""
        return self._hours.on(day)

    def closing(self, day: date) -> datetime:
        """When the office closes that day (24:00 is 00:00 of the next)."""
        return at(day, self.hours_on(day).closes)

    def day(self, day: date) -> Day:
        """Kind, names and hours of a day, for showing."""
        row, is_working = self._specials.get(day), self.is_working(day)
        zh, en = (row.name_zh, row.name_en) if row else ("", "")
        if is_working:
            kind = DayKind.MAKEUP if day.weekday() >= 5 else DayKind.WORKDAY
        elif row is not None:
            kind = DayKind.HOLIDAY
        elif not self.is_covered(day) and day in self._fixed(day.year):
            kind, (zh, en) = DayKind.HOLIDAY, self._fixed(day.year)[day]
        else:
            kind = DayKind.WEEKEND
        return Day(day, kind, zh, en, self.is_provisional(day), self.hours_on(day) if is_working else None)

    def roll(self, day: date) -> date:
        """The day itself when it is a working day, else the next one (民法典 203)."""
        return self.nth(self.index(day))

    @property
    def table(self) -> DayTable:
        """The number lines as far as they were asked for yet (many.py lays them out as arrays)."""
        return self._table

    # -- working days, one after another --------------------------------------------------------------------------------

    def index(self, day: date) -> int:
        """The number of the first working day that is not before ``day``."""
        ordinal = day.toordinal()
        return bisect_left(self._reach(ordinal).days, ordinal)

    def nth(self, index: int) -> date:
        """The working day with that number; OutOfReach when it is before or after all that can be computed."""
        if index < 0:
            raise OutOfReach("before the first day of the calendar")
        while index >= len(self._table.days):
            self._grow()
        return date.fromordinal(self._table.days[index])

    def add_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (not counted itself); before it when negative; 0 is ``day``."""
        if count == 0:
            return day
        if count > 0:
            return self.nth(self.index(day + timedelta(days=1)) + count - 1)
        return self.nth(self.index(day) + count)

    def days_between(self, after: date, until: date) -> int:
        """Working days after ``after`` up to and with ``until``; negative the other way round."""
        return self.index(until + timedelta(days=1)) - self.index(after + timedelta(days=1))

    def days_inside(self, first: int, end: int) -> tuple[int, int]:
        """The numbers of the working days whose whole open time lies in the span [first, end) of open time."""
        opened = self._table.opened
        return bisect_left(opened, first), bisect_right(opened, end) - 1

    # -- open time --------------------------------------------------------------------------------------------------------

    def position(self, moment: datetime) -> int:
        """Open microseconds before the moment, from the first day of the calendar."""
        local = to_local(moment)
        ordinal = local.toordinal()
        table = self._reach(ordinal)
        index = bisect_left(table.days, ordinal)
        before = table.opened[index]
        if table.days[index] != ordinal:
            return before
        return before + self.hours_on(local.date()).elapsed(since_midnight(local))

    def moment(self, position: int) -> datetime:
        """The first moment with so much open time behind it: a closing, never the next opening."""
        while position > self._table.opened[-1]:
            self._grow()
        return self._found(position, bisect_left(self._table.opened, position) - 1, DayHours.earliest)

    def latest_moment(self, position: int) -> datetime:
        """The last moment with so much open time behind it: an opening, never a closing."""
        while position >= self._table.opened[-1]:
            self._grow()
        return self._found(position, bisect_right(self._table.opened, position) - 1, DayHours.latest)

    def add(self, moment: datetime, seconds: float) -> datetime:
        """``seconds`` of open time later; a limit used up at closing ends at closing. Negative: earlier, at an opening."""
        amount = round(seconds * SECOND)
        if amount == 0:
            return to_local(moment)
        position = self.position(moment) + amount
        return self.moment(position) if amount > 0 else self.latest_moment(position)

    def between(self, start: datetime, end: datetime) -> float:
        """Seconds of open time from start to end; negative the other way round."""
        return (self.position(end) - self.position(start)) / SECOND

    # -- within -----------------------------------------------------------------------------------------------------------

    def _found(self, position: int, index: int, find: Callable[[DayHours, int], int]) -> datetime:
        if index < 0:
            raise OutOfReach("before the first day of the calendar")
        day = date.fromordinal(self._table.days[index])
        return at(day, find(self.hours_on(day), position - self._table.opened[index]))

    def _fixed(self, year: int) -> dict[date, tuple[str, str]]:
        if year not in self._statutory:
            self._statutory[year] = statutory_days(year)
        return self._statutory[year]

    def _reach(self, ordinal: int) -> DayTable:
        if ordinal < self._table.first:
            raise OutOfReach(f"before {date.fromordinal(self._table.first).isoformat()}, the first day of the calendar")
        while ordinal > self._table.days[-1]:
            self._grow()
        return self._table

    def _grow(self) -> None:
        # Numbers already given stay what they are, so whoever still reads the shorter table is not wrong.
        self._table = self._extended(self._table, self._table.year + 10)

    def _extended(self, table: DayTable, year: int) -> DayTable:
        working = {day.toordinal() for day, row in self._specials.items() if row.is_working}
        shut = {day.toordinal() for day, row in self._specials.items() if not row.is_working}
        fixed = (day for each in range(table.year, year) for day in self._fixed(each))
        return table.extended(
            year, working, shut | {day.toordinal() for day in fixed if not self.is_covered(day)}, self._hours
        )

    def _refuse_if_never_open(self) -> None:
        if self.covered_from is None or self.covered_until is None:
            return
        if self.days_between(self.covered_from - timedelta(days=1), self.covered_until) <= 0:
            raise NoOpenTime("no working day between the first and the last covered day: nothing could ever fall due")
