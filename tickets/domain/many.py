"""Many limits of the same terms at once: the due moments of an array of starts, without pauses, extensions or restarts.

The number lines of the calendar as arrays, so that a million answers are a few look-ups: a limit in days is read from a table by the day
of its start; one in working hours goes from its place in open time to the session in which the sum is reached. The answers are those of
``deadlines.due``. A moment is microseconds since 1970 in UTC, as ``counting.ticks`` gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .calendar import WorkingCalendar
from .counting import DAY, EPOCH, TICK, ticks
from .daytable import DayTable
from .deadlines import due
from .hours import MINUTE, DayHours
from .terms import HOUR, End, Terms, Unit

Moments: TypeAlias = NDArray[np.int64]
"""Microseconds since 1970 in UTC."""

#: Shanghai is eight hours ahead of UTC, on every day since 1992.
AHEAD = 8 * HOUR
FIRST_DAY = EPOCH.date().toordinal()
#: So many are counted in one go: what lies between two look-ups then stays in the processor's cache.
BLOCK = 1 << 16


class Many:
    """A calendar for arrays of moments."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar, self._lines = calendar, _Lines(calendar)

    def of(self, terms: Terms, starts: Sequence[datetime]) -> list[datetime]:
        """``dues`` of moments with a time zone, in UTC."""
        found = self.dues(terms, np.fromiter(map(ticks, starts), np.int64, len(starts)))
        return [EPOCH + each * TICK for each in found.tolist()]

    def dues(self, terms: Terms, starts: Moments) -> Moments:
        """When each limit ends, in the order of ``starts``. Raises OutOfReach before 2000 and after 2199."""
        if not starts.size:
            return starts
        for outermost in (starts.min(), starts.max()):  # these two say whether the calendar reaches so far, and make it
            due(terms, EPOCH + int(outermost) * TICK, self._calendar)
        if self._lines.table is not self._calendar.table:
            self._lines = _Lines(self._calendar)
        ends = np.empty_like(starts)
        for begin in range(0, starts.size, BLOCK):
            part = slice(begin, begin + BLOCK)
            ends[part] = _ends(terms, starts[part], self._lines)
        return ends


def _ends(terms: Terms, starts: Moments, lines: _Lines) -> Moments:
    if terms.unit is Unit.CLOCK_HOURS:
        return starts + terms.size
    days = (starts + AHEAD) // DAY + (FIRST_DAY - lines.table.first)
    if terms.unit is Unit.WORKING_HOURS:
        return lines.sessions.moments(lines.sessions.positions(starts, lines.index[days]) + terms.size)
    if terms.unit is Unit.WORKING_DAYS:
        last = lines.index[days + 1] + (terms.size - 1)
    else:
        last = lines.index[days + terms.size]
    return (lines.midnights if terms.end is End.MIDNIGHT else lines.closings)[last]


class _Lines:
    """The calendar's table as arrays. A working day is known by its number, as in WorkingCalendar."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.table: DayTable = calendar.table
        self._calendar = calendar
        self._days = np.array(self.table.days, np.int64)
        self.index = np.searchsorted(self._days, np.arange(self.table.first, self.table.days[-1] + 1))
        """The first working day not before the day, by days since the first of the table."""

    @cached_property
    def midnights(self) -> Moments:
        """The end of each working day."""
        return self._begins + DAY

    @cached_property
    def closings(self) -> Moments:
        """The close of business of each working day."""
        return self._begins + np.array([hours.closes for hours in self._hours], np.int64)

    @cached_property
    def sessions(self) -> _Sessions:
        """The sessions of all working days, one after another."""
        return _Sessions(self._begins, [hours.sessions for hours in self._hours])

    @property
    def _begins(self) -> Moments:
        return (self._days - FIRST_DAY) * DAY - AHEAD

    @property
    def _hours(self) -> Iterator[DayHours]:
        return (self._calendar.hours_on(date.fromordinal(day)) for day in self.table.days)


class _Sessions:
    """Open time: ``opens``, ``lengths`` and the open time ``before`` of each session, in microseconds."""

    def __init__(self, begins: Moments, days: list[tuple[tuple[int, int], ...]]) -> None:
        counts = np.array([len(sessions) for sessions in days])
        spans = np.array([span for sessions in days for span in sessions], np.int64) * MINUTE
        self._most = int(counts.max())
        self._first = np.cumsum(counts) - counts
        """The first session of each working day."""
        self._opens: Moments = np.append(np.repeat(begins, counts) + spans[:, 0], np.iinfo(np.int64).max)
        self._lengths: Moments = spans[:, 1] - spans[:, 0]
        self._before: Moments = np.cumsum(self._lengths) - self._lengths
        self._grain = int(np.gcd.reduce(self._lengths))
        self._holding = np.repeat(np.arange(len(spans)), self._lengths // self._grain)
        """The session that holds each grain of open time: every session is a whole number of grains."""

    def positions(self, moments: Moments, days: NDArray[np.int64]) -> Moments:
        """Open time before each moment; ``days``: the first working day that is not before it."""
        session = self._first[days]
        for _ in range(self._most - 1):
            session = session + (moments >= self._opens[session + 1])
        found: Moments = self._before[session] + np.clip(moments - self._opens[session], 0, self._lengths[session])
        return found

    def moments(self, positions: Moments) -> Moments:
        """The first moment with so much open time behind it: a closing, never the next opening."""
        session = self._holding[(positions - 1) // self._grain]
        found: Moments = self._opens[session] + positions - self._before[session]
        return found
