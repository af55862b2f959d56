"""The pieces a limit is counted in: each day or stretch, whether it counts, and under which rule. They add up to the limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from .calendar import DayKind, WorkingCalendar
from .counting import DAY, EPOCH, Stretch, calendar_days, day_of, paused_days, paused_working_days, ticks, wall
from .hours import MINUTE
from .moments import SECOND, at, to_local
from .spans import Span, joined


class Rule(StrEnum):
    """Why a piece counts or does not."""

    START_DAY = "start_day"  # 民法典 201: the first day is not counted
    WORKING_DAY = "working_day"
    MAKEUP_DAY = "makeup_day"  # 调休: a Saturday or Sunday that is worked
    CALENDAR_DAY = "calendar_day"
    OPEN_TIME = "open_time"
    OPEN_DAYS = "open_days"
    CLOCK_TIME = "clock_time"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    ROLLED = "rolled"  # 民法典 203: the last day is a day off
    ROLLED_TO = "rolled_to"


COUNTED = frozenset(
    {Rule.WORKING_DAY, Rule.MAKEUP_DAY, Rule.CALENDAR_DAY, Rule.OPEN_TIME, Rule.OPEN_DAYS, Rule.CLOCK_TIME}
)
FOLDED = frozenset(Rule) - {Rule.START_DAY, Rule.ROLLED_TO, Rule.OPEN_TIME, Rule.CLOCK_TIME}


@dataclass(frozen=True, slots=True)
class Piece:
    """[starts, ends) under one rule; ``amount`` in days or seconds, 0 when not counted; names of the holiday."""

    rule: Rule
    starts: datetime
    ends: datetime
    amount: float = 0
    name_zh: str = ""
    name_en: str = ""


def fold(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours under the same rule and name become one."""
    folded: list[Piece] = []
    for piece in pieces:
        before = folded[-1] if folded else None
        same = before and (before.rule, before.name_zh, before.ends) == (piece.rule, piece.name_zh, piece.starts)
        if before and same and piece.rule in FOLDED:
            folded[-1] = replace(before, ends=piece.ends, amount=before.amount + piece.amount)
        else:
            folded.append(piece)
    return folded


def working_day_pieces(
    start: date, last: date, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> Iterator[Piece]:
    """The start day, then every day up to the last."""
    yield whole_day(Rule.START_DAY, start)
    blocked = paused_working_days(calendar, pauses)
    for day in days(start + timedelta(days=1), last):
        if not calendar.is_working(day):
            yield day_off(day, calendar)
        elif within(calendar.index(day), blocked):
            yield whole_day(Rule.PAUSED, day)
        else:
            known = calendar.day(day)
            rule = Rule.MAKEUP_DAY if known.kind is DayKind.MAKEUP else Rule.WORKING_DAY
            yield replace(whole_day(rule, day), amount=1)


def calendar_day_pieces(
    start: date, count: int, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> Iterator[Piece]:
    """The start day, every day up to the nominal last one, and those it rolls over."""
    last, (nominal, _) = calendar_days(count, start, calendar, pauses)
    yield whole_day(Rule.START_DAY, start)
    blocked = paused_days(pauses)
    for day in days(start + timedelta(days=1), last):
        if within(day.toordinal(), blocked):
            yield whole_day(Rule.PAUSED, day)
        elif day <= nominal:
            yield replace(whole_day(Rule.CALENDAR_DAY, day), amount=1)
        elif day == last:
            yield whole_day(Rule.ROLLED_TO, day)
        else:
            yield replace(day_off(day, calendar), rule=Rule.ROLLED)


def working_hour_pieces(
    start: datetime, moment: datetime, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> Iterator[Piece]:
    """Day by day the sessions between start and moment, days that lie wholly inside as such, and the days off between."""
    blocked = joined((wall(first), wall(end)) for first, end in pauses)
    whole = (wall(start), wall(moment))
    for day in days(to_local(start).date(), day_of(moment)):
        if not calendar.is_working(day):
            yield day_off(day, calendar)
            continue
        hours, midnight = calendar.hours_on(day), day.toordinal() * DAY
        pieces = [
            piece
            for opens, closes in hours.sessions
            for piece in split(
                Rule.OPEN_TIME,
                overlap((midnight + opens * MINUTE, midnight + closes * MINUTE), whole),
                blocked,
                on_wall,
            )
        ]
        inside = whole[0] <= midnight and midnight + DAY <= whole[1]
        if inside and sum(piece.amount for piece in pieces) * SECOND == hours.length:
            yield replace(whole_day(Rule.OPEN_DAYS, day), amount=hours.length / SECOND, name_zh=str(hours))
        else:
            yield from pieces


def clock_hour_pieces(start: datetime, moment: datetime, pauses: Sequence[Stretch]) -> Iterator[Piece]:
    """The time from start to moment, cut by the pauses."""
    blocked = joined((ticks(first), ticks(end)) for first, end in pauses)
    return split(Rule.CLOCK_TIME, (ticks(start), ticks(moment)), blocked, on_clock)


# -- small parts -----------------------------------------------------------------------------------------------------------


def days(first: date, last: date) -> Iterator[date]:
    """first..last, both included."""
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))


def whole_day(rule: Rule, day: date) -> Piece:
    """A day from 00:00 to 24:00."""
    return Piece(rule, at(day, 0), at(day, DAY))


def day_off(day: date, calendar: WorkingCalendar) -> Piece:
    """A weekend day or a holiday with its name."""
    known = calendar.day(day)
    rule = Rule.HOLIDAY if known.kind is DayKind.HOLIDAY else Rule.WEEKEND
    return replace(whole_day(rule, day), name_zh=known.name_zh, name_en=known.name_en)


def split(rule: Rule, span: Span, blocked: Sequence[Span], back: Callable[[int], datetime]) -> Iterator[Piece]:
    """The span cut at the blocked ones: pieces under the rule, with seconds, and paused ones."""
    first, end = span
    for blocked_first, blocked_end in blocked:
        shut, opened = max(first, blocked_first), min(end, blocked_end)
        if shut >= opened:
            continue
        if first < shut:
            yield Piece(rule, back(first), back(shut), (shut - first) / SECOND)
        yield Piece(Rule.PAUSED, back(shut), back(opened))
        first = opened
    if first < end:
        yield Piece(rule, back(first), back(end), (end - first) / SECOND)


def overlap(one: Span, other: Span) -> Span:
    """What two spans have in common; reversed when nothing."""
    return max(one[0], other[0]), min(one[1], other[1])


def within(number: int, spans: Sequence[Span]) -> bool:
    """Whether the number is in one of the spans."""
    return any(first <= number < end for first, end in spans)


def on_wall(number: int) -> datetime:
    """The moment of a number of ``wall``."""
    ordinal, rest = divmod(number, DAY)
    return at(date.fromordinal(ordinal), rest)


def on_clock(number: int) -> datetime:
    """The moment of a number of ``ticks``."""
    return to_local(EPOCH + timedelta(microseconds=number))
