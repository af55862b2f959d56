"""Clock rows: made, changed by events and by nothing else, counted anew and put back; the earliest of them kept on the ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tickets.domain.clock_events import ClockEventKind, apply
from tickets.domain.terms import Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import ClockEvent, Inquiry, Policy, Run, Ticket, Timer
from tickets.models.bulk import insert_rows
from tickets.queries.calendar import working_calendar
from tickets.queries.reckoning import DUE, WARNED, Reckoned, Rung, ladder, reckon

ALIVE = (Run.RUNNING.value, Run.PAUSED.value)
#: A right, not a duty: when the time to object or to return is over, nobody is late; the matter has to be handled.
LAPSING = frozenset({ClockKind.OBJECTION.value, ClockKind.CORRECTION.value})
#: Clocks that oblige somebody else than who has the work: they warn, and do not make the ticket overdue.
BESIDE = LAPSING | {ClockKind.CONTRIBUTE.value, ClockKind.THIRD_PARTY.value}


def alive(
    ticket: Ticket,
    *,
    side: Side | None = None,
    kind: ClockKind | None = None,
    inquiry: Inquiry | None = None,
) -> QuerySet[Timer]:
    """The clocks of the work that are neither met nor stopped, the oldest first."""
    rows = Timer.objects.filter(ticket=ticket, run__in=ALIVE).select_related("policy").order_by("id")
    if side is not None:
        rows = rows.filter(side=side)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows if inquiry is None else rows.filter(inquiry=inquiry)


def create(
    *,
    ticket: Ticket,
    kind: ClockKind,
    side: Side,
    started_at: datetime,
    policy: Policy | None,
    now: datetime,
    inquiry: Inquiry | None = None,
    platform_due_at: datetime | None = None,
    terms: dict[str, Any] | None = None,
    section_id: int | None = None,
    is_new: bool = False,
) -> Timer:
    """A clock, once: the same inquiry or work, side, kind and start give the row that is there already, set going again when
    it was stopped (a dispatch taken back and given again in one moment). ``is_new``: the caller knows that there is none."""
    section = section_id or (ticket.section_id if side is Side.INNER else None)
    whose: dict[str, Any] = {"inquiry": inquiry} if inquiry else {"ticket": ticket, "inquiry": None}
    if section_id is not None:
        whose["section_id"] = section_id
    same = Timer.objects.filter(**whose, side=side, kind=kind, started_at=started_at)
    there = None if is_new else same.first()
    if there is not None and there.run != Run.STOPPED:
        return there
    timer = Timer(
        pk=there.pk if there else None, ticket=ticket, inquiry=inquiry, kind=kind.value, side=side.value, section_id=section,
        channel=inquiry.channel if inquiry else ticket.channel,
    )  # fmt: skip
    book(
        timer, ClockEventKind.START, started_at, policy=policy, policy_version=policy.version if policy else 1,
        limit_at=platform_due_at, terms=plain_terms(policy) if terms is None else terms,
    )  # fmt: skip
    arm(timer, now)
    save([timer])
    return timer


def book(timer: Timer, kind: ClockEventKind, at: datetime, **facts: Any) -> None:
    """Let an event happen to a clock: nothing else changes what it is counted from. ``save`` writes both."""
    event = ClockEvent(timer=timer, kind=kind.value, at=at, **facts)
    apply(timer, event)
    if event.policy_id is not None:
        timer.policy = event.policy
    unwritten(timer).append(event)


def unwritten(timer: Timer) -> list[ClockEvent]:
    """Events that have happened to the instance and stand in no row yet."""
    events: list[ClockEvent] = timer.__dict__.setdefault("_unwritten", [])
    return events


def plain_terms(policy: Policy | None, **more: Any) -> dict[str, Any]:
    """What a policy row says, as kept on the clock; empty for a source's own deadline without a policy."""
    if policy is None:
        return dict(more)
    return {"amount": f"{policy.amount.normalize():f}", "unit": policy.unit, "end": policy.end, **more}


def arm(timer: Timer, now: datetime) -> None:
    """Count the clock anew and set when it next has something to do; steps whose moment moved ahead may come again."""
    calendar = working_calendar()
    reckoned = reckon(timer, calendar, now)
    timer.due_at, timer.is_provisional = reckoned.due_at, reckoned.is_provisional
    rungs = ladder(timer, timer.policy, calendar, reckoned)
    step_back(timer, rungs, reckoned, now)
    timer.next_at = next_moment(timer, rungs, reckoned)


def settle(timer: Timer) -> None:
    """A clock at its end: nothing is to come, and a pause that ended with it counts in its due moment."""
    reckoned = reckon(timer, working_calendar())
    timer.due_at, timer.is_provisional, timer.next_at = reckoned.due_at, reckoned.is_provisional, None


def step_back(timer: Timer, rungs: list[Rung], reckoned: Reckoned, now: datetime) -> None:
    """A clock whose moments moved ahead stands on the step it would have reached by now."""
    passed = [rung.step for rung in rungs if rung.at <= now]
    if timer.step >= DUE and (reckoned.breach_at is None or reckoned.breach_at > now):
        timer.breached_at, timer.is_late = None, False
        timer.step = WARNED if WARNED in passed else 0
    elif timer.step == WARNED and any(rung.step == WARNED and rung.at > now for rung in rungs):
        timer.step = 0


def next_moment(timer: Timer, rungs: list[Rung], reckoned: Reckoned | None) -> datetime | None:
    """The next rung above the step it stands on, of a paused clock the end of its pause; a breached one also wakes once when it begins
    to count as late."""
    if timer.run == Run.PAUSED:
        return pause_ends(timer)
    if timer.run != Run.RUNNING:
        return None
    moments = [rung.at for rung in rungs if rung.step > timer.step]
    if timer.step >= DUE and not timer.is_late and reckoned is not None and reckoned.late_after is not None:
        moments.append(reckoned.late_after)
    return min(moments, default=None)


def pause_ends(timer: Timer) -> datetime | None:
    """When the pause that goes on ends by itself."""
    until = next((each.get("until") for each in timer.pauses if not each.get("to")), None)
    return datetime.fromisoformat(until) if until else None


def save(timers: Iterable[Timer]) -> None:
    """Write rows back as a whole with what has happened to them (their ticket is locked by the caller). The first event of a new row
    is written by the database itself."""
    events: list[ClockEvent] = []
    for timer in timers:
        is_new = timer.pk is None
        timer.save(force_insert=is_new, force_update=not is_new)
        events += booked(timer)[1 if is_new else 0 :]
    insert_rows(ClockEvent, events)


def booked(timer: Timer) -> list[ClockEvent]:
    """The unwritten events of a row that is written, with what it came to; they are the caller's now."""
    events: list[ClockEvent] = timer.__dict__.pop("_unwritten", [])
    for event in events:
        event.timer, event.due_at = timer, timer.due_at
    return events


def reach(ticket: Ticket) -> None:
    """Keep ``due_at`` and ``is_overdue`` of the ticket, on the instance and in the row: the earliest due moment of its running
    clocks, and whether one that is not met was breached. Neither column is guarded by the journal."""
    clocks = list(alive(ticket).exclude(kind__in=BESIDE).order_by("due_at", "id").select_related(None))
    first = next((clock for clock in clocks if clock.run == Run.RUNNING and clock.due_at is not None), None)
    facts = {**next_due(first), "is_overdue": any(clock.breached_at is not None for clock in clocks)}
    for name, value in facts.items():
        setattr(ticket, name, value)
    Ticket.objects.filter(pk=ticket.pk).update(**facts)


def next_due(clock: Timer | None) -> dict[str, Any]:
    """What the ticket keeps of the clock that is due first."""
    if clock is None:
        return {"due_at": None, "due_kind": "", "due_unit": "", "due_from": None, "due_provisional": False}
    unit = clock.terms.get("unit", Unit.WORKING_DAYS.value)
    return {
        "due_at": clock.due_at, "due_kind": clock.kind, "due_unit": unit, "due_from": clock.restarted_at or clock.started_at,
        "due_provisional": clock.is_provisional,
    }  # fmt: skip
