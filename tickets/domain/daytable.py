"""The two number lines of the working calendar: working days one after another, and open time as prefix sums over them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from .hours import DayHours, OfficeHours

LAST_YEAR = 2200


class OutOfReach(ValueError):
    """A day before the calendar begins or after the year 2200: a limit or a date that nobody can mean."""


@dataclass(frozen=True, slots=True)
class DayTable:
    """``days``: ordinals of the working days from ``first`` up to the end of the year before ``year``.

    ``opened[i]``: open microseconds before ``days[i]``; one more entry than days.
    """

    first: int
    year: int
    days: list[int]
    opened: list[int]

    def extended(self, year: int, working: Collection[int], shut: Collection[int], hours: HoursLine) -> DayTable:
        """The same lines up to the end of ``year`` - 1. Numbers already given do not change."""
        if year > LAST_YEAR:
            raise OutOfReach(f"after the year {LAST_YEAR - 1}")
        begin, end = date(self.year, 1, 1).toordinal(), date(year, 1, 1).toordinal()
        days = [day for day in range(begin, end) if day in working or ((day - 1) % 7 < 5 and day not in shut)]
        opened = accumulate(hours.lengths(days), initial=self.opened[-1])
        return DayTable(self.first, year, self.days + days, self.opened[:-1] + list(opened))


def empty(year: int) -> DayTable:
    """The lines before the first day of the year."""
    return DayTable(date(year, 1, 1).toordinal(), year, [], [0])


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Which hours are in force on a day: dated versions in order, and the half-days' own by ordinal."""

    versions: tuple[OfficeHours, ...]
    own: Mapping[int, DayHours]

    def on(self, day: date) -> DayHours:
        """The hours of the day; before the first version, the first version's."""
        own = self.own.get(day.toordinal()) if self.own else None
        if own is not None:
            return own
        hours = self.versions[0].hours
        for version in self.versions[1:]:
            if version.first_date is not None and version.first_date <= day:
                hours = version.hours
        return hours

    def lengths(self, days: Sequence[int]) -> list[int]:
        """Open microseconds of each of the days (ordinals in order)."""
        lengths: list[int] = []
        for number, version in enumerate(self.versions):
            later = self.versions[number + 1 : number + 2]
            end = bisect_left(days, later[0].first_date.toordinal()) if later and later[0].first_date else len(days)
            lengths += [version.hours.length] * (end - len(lengths))
        for ordinal, hours in self.own.items():
            place = bisect_left(days, ordinal)
            if place < len(days) and days[place] == ordinal:
                lengths[place] = hours.length
        return lengths
