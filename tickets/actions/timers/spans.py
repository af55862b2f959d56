"""Clocks are met, stopped and extended, and follow the source's own deadlines (pauses: pausing.py)."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from decimal import Decimal

from tickets.domain.clock_events import ClockEventKind
from tickets.domain.counting import TICK
from tickets.domain.deadlines import due
from tickets.domain.terms import End, Terms, Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import Inquiry, Run, Section, Ticket, Timer
from tickets.queries.calendar import working_calendar
from tickets.queries.freshness import held
from tickets.queries.reckoning import reckon

from .rows import alive, arm, book, reach, save, settle
from .start import follow, start_outer, work_of


@held()
def meet(
    *,
    ticket: Ticket,
    kind: ClockKind | tuple[ClockKind, ...],
    now: datetime,
    side: Side | None = None,
    inquiry: Inquiry | None = None,
    section_id: int | None = None,
) -> list[Timer]:
    """What the clock (or clocks of several kinds) waited for has happened at ``now``.

    Late is what comes after the due moment, or, when that lay inside a pause, after the close of the day of resuming
    (domain §3 rule 8).
    """
    kinds = (kind,) if isinstance(kind, ClockKind) else kind
    rows = alive(ticket, side=side, inquiry=inquiry).filter(kind__in=kinds)
    met = list(rows if section_id is None else rows.filter(section_id=section_id))
    if not met:
        return met
    for timer in met:
        timer.is_late = _is_late(timer, now)
        book(timer, ClockEventKind.MEET, now)
        settle(timer)
    save(met)
    if ClockKind.REPLY in kinds:
        follow(ticket, now)
    reach(ticket)
    return met


@held()
def unmeet(*, ticket: Ticket, kind: ClockKind, side: Side, now: datetime) -> list[Timer]:
    """What had met the newest clocks of a kind is taken back: they count on from their own start, as if it had not happened."""
    rows = (
        Timer.objects.filter(ticket=ticket, kind=kind, side=side, run=Run.MET).select_related("policy").order_by("-id")
    )
    again = [timer for timer in rows if timer.started_at == rows[0].started_at] if rows else []
    for timer in again:
        book(timer, ClockEventKind.UNMEET, now)
        timer.is_late = False
        arm(timer, now)
    save(again)
    reach(ticket)
    return again


def _is_late(timer: Timer, now: datetime) -> bool:
    late_after = reckon(timer, working_calendar(), now).late_after
    return late_after is not None and now > late_after


def hand_over(*, ticket: Ticket, section: Section) -> None:
    """The section's clocks that are neither met nor stopped count for another section from now on; they run on as they are."""
    alive(ticket, side=Side.INNER).exclude(kind=ClockKind.CONTRIBUTE).update(section=section)


@held()
def stop(*, ticket: Ticket, now: datetime, side: Side | None = None, inquiry: Inquiry | None = None) -> list[Timer]:
    """No further steps: the work was merged, ended, returned or taken back. What was breached by then stays so."""
    stopped = list(alive(ticket, side=side, inquiry=inquiry))
    for timer in stopped:
        book(timer, ClockEventKind.STOP, now)
        settle(timer)
    save(stopped)
    if stopped and side is not Side.INNER:
        follow(ticket, now)
    reach(ticket)
    return stopped


@held()
def extend(
    *,
    ticket: Ticket,
    now: datetime,
    amount: Decimal | None = None,
    new_due: datetime | None = None,
    inquiry: Inquiry | None = None,
    side: Side | None = None,
    kind: ClockKind = ClockKind.REPLY,
) -> list[Timer]:
    """So much more of the limit's own unit, or a granted date. A source's own deadline does not move by our decision (it does
    by ``limits_changed``); a section's reply clock never passes the outer one and keeps its margin."""
    extended = []
    for each in (
        (Side.OUTER, Side.INNER) if side is None else (side,)
    ):  # the section's date may move as far as the outer one has
        timers = [
            row
            for row in alive(ticket, side=each, kind=kind)
            if inquiry is None or row.inquiry_id in (None, inquiry.pk)
        ]
        for timer in timers:
            _extend(timer, now, amount, new_due)
        save(timers)
        follow(ticket, now)
        extended += timers
    reach(ticket)
    return extended


def _extend(timer: Timer, now: datetime, amount: Decimal | None, new_due: datetime | None) -> None:
    granted = _granted(timer) if new_due is None else new_due
    if amount is not None and granted is not None and new_due is None:
        granted = _later(granted, timer, amount)
    terms = None if granted is None else {**timer.terms, "until": _within(timer, granted).isoformat()}
    book(timer, ClockEventKind.EXTEND, now, amount=amount, terms=terms)
    arm(timer, now)


def _within(timer: Timer, wanted: datetime) -> datetime:
    return min(wanted, datetime.fromisoformat(timer.terms["before"])) if "before" in timer.terms else wanted


def extended_due(*, timer: Timer, amount: Decimal) -> datetime | None:
    """The deadline that an extension by ``amount`` would ask for; nothing is changed. A source's own deadline is counted on
    from itself."""
    fixed = timer.platform_due_at or _granted(timer)
    if fixed is not None:
        return _later(fixed, timer, amount)
    wanted = copy(timer)
    wanted.extension = Decimal(timer.extension) + amount
    return reckon(wanted, working_calendar()).due_at


def _granted(timer: Timer) -> datetime | None:
    return datetime.fromisoformat(timer.terms["until"]) if "until" in timer.terms else None


def _later(moment: datetime, timer: Timer, amount: Decimal) -> datetime:
    unit = Unit(timer.terms.get("unit", Unit.WORKING_DAYS))
    start = moment - TICK if unit.is_days else moment  # 24:00 belongs to the day it ends
    return due(Terms(amount, unit, timer.terms.get("end", End.MIDNIGHT)), start, working_calendar()).moment


@held()
def limits_changed(*, inquiry: Inquiry, now: datetime, ticket: Ticket | None = None) -> list[Timer]:
    """The source moved its own deadlines: ours follow where they are kept beside, missing clocks begin, the section's follows."""
    ticket = ticket or work_of(inquiry)
    changed = []
    for timer in alive(ticket, side=Side.OUTER, inquiry=inquiry):
        limit: datetime | None = getattr(inquiry, f"limit_{timer.kind}", None)
        if limit is None or limit == timer.platform_due_at:
            continue
        book(timer, ClockEventKind.LIMIT, now, limit_at=limit)
        arm(timer, now)
        changed.append(timer)
    save(changed)
    return [*changed, *_missing(inquiry, ticket, now)]


def _missing(inquiry: Inquiry, ticket: Ticket, now: datetime) -> list[Timer]:
    known = set(Timer.objects.filter(inquiry=inquiry, side=Side.OUTER).values_list("pk", flat=True))
    return [timer for timer in start_outer(inquiry=inquiry, now=now, ticket=ticket) if timer.pk not in known]
