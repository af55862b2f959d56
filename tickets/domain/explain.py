"""A deadline told so that it can be checked by hand: the counted pieces as sentences, and the whole in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .calendar import WorkingCalendar
from .counting import Stretch, closed
from .deadlines import due
from .itemise import (
    COUNTED,
    Piece,
    Rule,
    calendar_day_pieces,
    clock_hour_pieces,
    fold,
    working_day_pieces,
    working_hour_pieces,
)
from .moments import to_local
from .phrases import Pair, begins, describe, ends, extended, in_short, not_published
from .terms import Due, Pause, Terms, Unit

SHORT = 8
"""A summary tells up to so many lines one by one."""


@dataclass(frozen=True, slots=True)
class Line:
    """[starts, ends) and whether it counts; ``amount``: days or seconds counted. The amounts add up to the limit."""

    starts: datetime
    ends: datetime
    counted: bool
    amount: float
    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, its lines in order of time, and the summary as a sentence in each language."""

    due: Due
    lines: tuple[Line, ...]
    summary_zh: str
    summary_en: str


def explain(
    terms: Terms,
    start: datetime,
    calendar: WorkingCalendar,
    pauses: Iterable[Pause] = (),
    *,
    extension: Decimal | float | str = 0,
    restart: datetime | None = None,
    strict: bool = False,
    now: datetime | None = None,
    event: Pair = ("起算", "start"),
) -> Explanation:
    """How ``due`` comes to its answer; same arguments and errors. ``event``: what started it, as (派单, dispatched)."""
    pauses = tuple(pauses)
    found = due(terms, start, calendar, pauses, extension=extension, restart=restart, strict=strict, now=now)
    begin = to_local(start if restart is None else restart)
    count = terms.size + terms.measure(extension)
    stretches = [closed(pause, now) for pause in pauses]
    pieces = fold(_pieces(found, count, terms.unit, begin=begin, calendar=calendar, pauses=stretches))
    lines = _told(pieces, terms, begin)
    opening = begins(begin, terms.unit, event)
    summary = _summary(opening, pieces, lines, terms, found)
    if extension := Decimal(extension):
        zh, en = extended(terms, extension)
        summary = (f"{summary[0]}{zh}", f"{summary[1]} {en}")
    if found.provisional:
        zh, en = not_published(calendar.covered_until)
        summary = (f"{summary[0]}（{zh}）", f"{summary[1]} ({en})")
    return Explanation(found, tuple(lines), *summary)


def _pieces(
    found: Due, count: int, unit: Unit, *, begin: datetime, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> Iterable[Piece]:
    if unit is Unit.CLOCK_HOURS:
        return clock_hour_pieces(begin, found.moment, pauses)
    if unit is Unit.WORKING_HOURS:
        return working_hour_pieces(begin, found.moment, calendar, pauses)
    if unit is Unit.CALENDAR_DAYS or found.last_day is None:
        return calendar_day_pieces(begin.date(), count, calendar, pauses)
    return working_day_pieces(begin.date(), found.last_day, calendar, pauses)


def _told(pieces: Sequence[Piece], terms: Terms, begin: datetime) -> list[Line]:
    lines: list[Line] = []
    so_far = 0
    for piece in pieces:
        zh, en = describe(piece, so_far, begin.year)
        counted = piece.rule in COUNTED
        lines.append(Line(piece.starts, piece.ends, counted, piece.amount, piece.rule.value, zh, en))
        so_far += int(piece.amount) if terms.unit.is_days else 0
    return lines


def _summary(opening: Pair, pieces: Sequence[Piece], lines: Sequence[Line], terms: Terms, found: Due) -> Pair:
    year = pieces[0].starts.year
    closing = ends(found, terms, year, dated=len(lines) > SHORT or not terms.unit.is_days)
    if len(lines) > SHORT:
        middle = [in_short(pieces, terms.unit, year)]
    else:
        middle = [(line.zh, line.en) for line in lines if line.rule != Rule.START_DAY]
    zh = "；".join([opening[0], *(pair[0] for pair in middle)])
    en = "; ".join([opening[1], *(pair[1] for pair in middle)])
    return f"{zh}，{closing[0]}。", f"{en}; {closing[1]}."
