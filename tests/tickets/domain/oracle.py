"""A slow second opinion: deadlines by walking day by day and minute by minute over plain sets, sharing no code with the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

ZONE = timezone(timedelta(hours=8))
NIGHTS = 24 * 60
Minutes = list[tuple[int, int]]


@dataclass
class Question:
    """All moments are whole minutes; hours are (first day, sessions in minutes), the first version's day is date.min."""

    unit: str
    minutes_or_days: int
    end: str
    start: datetime
    pauses: list[tuple[datetime, datetime]]
    hours: list[tuple[date, Minutes]]
    working: set[date]


class Walk:
    """The question with every moment as a whole minute of the Shanghai clock."""

    def __init__(self, question: Question) -> None:
        self.ask = question
        self.start = _minute(question.start)
        self.day = question.start.astimezone(ZONE).date()
        self.pauses = [(_minute(first), _minute(end)) for first, end in question.pauses]

    def sessions(self, day: date) -> Minutes:
        return [sessions for first, sessions in self.ask.hours if first <= day][-1]

    def is_working(self) -> bool:
        return self.day in self.ask.working

    def is_paused(self, minute: int) -> bool:
        for first, end in self.pauses:  # noqa: SIM110  plain on purpose, and quicker
            if first <= minute < end:
                return True
        return False

    def minutes(self, sessions: Minutes) -> Iterator[int]:
        midnight = self.day.toordinal() * NIGHTS
        return (midnight + minute for opens, closes in sessions for minute in range(opens, closes))

    def is_wholly_paused(self, sessions: Minutes) -> bool:
        return all(self.is_paused(minute) for minute in self.minutes(sessions))

    def on(self) -> None:
        self.day += timedelta(days=1)

    def end(self) -> int:
        closes = NIGHTS if self.ask.end == "midnight" else self.sessions(self.day)[-1][1]
        return self.day.toordinal() * NIGHTS + closes


def answer(question: Question) -> datetime:
    """The due moment."""
    walk = Walk(question)
    counts = {
        "working_days": _working_days,
        "calendar_days": _calendar_days,
        "working_hours": _working_hours,
        "clock_hours": _clock_hours,
    }
    day, minute = divmod(counts[question.unit](walk, question.minutes_or_days), NIGHTS)
    return datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), ZONE)


def _minute(moment: datetime) -> int:
    local = moment.astimezone(ZONE)
    return local.toordinal() * NIGHTS + local.hour * 60 + local.minute


def _working_days(walk: Walk, left: int) -> int:
    while left:
        walk.on()
        if walk.is_working() and not walk.is_wholly_paused(walk.sessions(walk.day)):
            left -= 1
    return walk.end()


def _calendar_days(walk: Walk, left: int) -> int:
    while left:
        walk.on()
        if not walk.is_wholly_paused([(0, NIGHTS)]):
            left -= 1
    while not walk.is_working() or walk.is_wholly_paused([(0, NIGHTS)]):
        walk.on()
    return walk.end()


def _working_hours(walk: Walk, left: int) -> int:
    while True:
        for minute in walk.minutes(walk.sessions(walk.day) if walk.is_working() else []):
            if minute >= walk.start and not walk.is_paused(minute):
                left -= 1
                if not left:
                    return minute + 1
        walk.on()


def _clock_hours(walk: Walk, left: int) -> int:
    minute = walk.start
    while left:
        if not walk.is_paused(minute):
            left -= 1
        minute += 1
    return minute
