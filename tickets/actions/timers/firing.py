"""One batch of clocks fires: rows, notices and journal events in one transaction, each effect once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.domain.actors import SYSTEM
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.clock_events import ClockEventKind
from tickets.domain.states import OVER
from tickets.domain.words import Role, Side
from tickets.models import ClockEvent, Notice, Run, Ticket, Timer
from tickets.models.bulk import insert_rows, update_columns
from tickets.queries.calendar import working_calendar
from tickets.queries.freshness import held
from tickets.queries.reckoning import DUE, WARNED, Reckoned, Rung, ladder, reckon

from .. import ledger
from .digests import gather
from .rows import BESIDE, LAPSING, arm, book, booked, next_moment, pause_ends, settle

ACTIONS = {WARNED: "clock_warned", DUE: "clock_due"}
#: A due moment in a pause was breached at the resuming, and is late from the close of that day.
LATE = "clock_late"
#: A pause ended by itself.
RESUMED = "clock_resumed"


COLUMNS = ("step", "run", "pauses", "due_at", "is_provisional", "next_at", "breached_at", "is_late")


@dataclass(slots=True)
class Batch:
    """What one transaction writes."""

    timers: list[Timer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    events: list[tuple[Ticket, str, dict[str, Any]]] = field(default_factory=list)
    overdue: dict[int, Ticket] = field(default_factory=dict)


@transaction.atomic
@held()
def fire(candidates: Sequence[tuple[int, int]], now: datetime, *, is_alone: bool = False) -> int:
    """Fire the clocks of ``candidates`` (timer id, ticket id) that are still due; the number that had something to do.

    Clocks are locked with their tickets, in order of the tickets; what somebody else holds is left for the next round.
    ``is_alone``: no other batch is fired at this ``now``.
    """
    timers = _locked([timer for timer, _ in candidates], now)
    if not timers:
        return 0
    batch, calendar = Batch(), working_calendar()
    tickets: dict[int, Ticket] = {}
    for timer in timers:
        climb(timer, tickets.setdefault(timer.ticket_id, timer.ticket), calendar, now, batch)
    _write(batch, now, is_alone)
    return len(batch.timers)


def _locked(ids: Sequence[int], now: datetime) -> list[Timer]:
    """Asked again under the lock. SQLite knows no row lock: there the transaction itself is the only writer."""
    rows = Timer.objects.select_for_update(skip_locked=True, of=("self", "ticket"))
    return list(
        rows.select_related("policy", "ticket").filter(pk__in=ids, next_at__lte=now).order_by("ticket_id", "id")
    )


def climb(timer: Timer, ticket: Ticket, calendar: WorkingCalendar, now: datetime, batch: Batch) -> None:
    """Take every rung whose moment has come. No rung on finished or merged work, none under a policy that is switched off
    (a source's own deadline does not ask our policy), no warning once the limit is over."""
    batch.timers.append(timer)
    if timer.run == Run.PAUSED and ticket.state not in OVER:
        _go_on(timer, ticket, now, batch)
    if ticket.state in OVER or timer.run != Run.RUNNING or _is_switched_off(timer):
        timer.next_at = None
        return
    reckoned = reckon(timer, calendar, now)
    rungs = ladder(timer, timer.policy, calendar, reckoned)
    reached = [rung for rung in rungs if rung.step > timer.step and rung.at <= now]
    if any(rung.step >= DUE for rung in reached):
        reached = [rung for rung in reached if rung.step >= DUE]
    for rung in reached:
        _take(timer, ticket, rung, now, batch)
    if timer.step >= DUE and timer.kind in LAPSING:
        book(timer, ClockEventKind.STOP, reckoned.breach_at or now, ground="lapsed")
        settle(timer)
        return
    if timer.step >= DUE:
        was_late = timer.is_late
        _breach(timer, ticket, reckoned, now, batch)
        if timer.is_late and not was_late and not reached:
            batch.events.append((ticket, LATE, {"timer": timer.pk, "clock": timer.kind, "side": timer.side}))
    timer.next_at = next_moment(timer, rungs, reckoned)


def _go_on(timer: Timer, ticket: Ticket, now: datetime, batch: Batch) -> None:
    """A pause whose time is over ends by itself, at that time; whoever keeps the clock is told."""
    ends = pause_ends(timer)
    if ends is None or ends > now:
        return
    book(timer, ClockEventKind.RESUME, ends, ground="cap")
    arm(timer, now)
    role, section, user = _addressee(timer, ticket, Rung(0, ends))
    facts = {
        "timer": timer.pk,
        "clock": timer.kind,
        "side": timer.side,
        "number": ticket.number,
        "due": timer.due_at.isoformat() if timer.due_at else None,
    }
    batch.events.append((ticket, RESUMED, {"timer": timer.pk, "clock": timer.kind, "side": timer.side}))
    batch.notices.append(Notice(
        key=f"{timer.pk}:resumed:{ends:%Y%m%d%H%M%S}", ticket=ticket, kind=RESUMED, role=role.value, section_id=section, user_id=user,
        facts=facts, created_at=now,
    ))  # fmt: skip


def _is_switched_off(timer: Timer) -> bool:
    return timer.platform_due_at is None and timer.policy is not None and not timer.policy.is_active


def _breach(timer: Timer, ticket: Ticket, reckoned: Reckoned, now: datetime, batch: Batch) -> None:
    timer.breached_at = timer.breached_at or reckoned.breach_at
    timer.is_late = reckoned.late_after is not None and now >= reckoned.late_after
    if not ticket.is_overdue and timer.kind not in BESIDE:
        ticket.is_overdue = True
        batch.overdue[ticket.pk] = ticket


def _take(timer: Timer, ticket: Ticket, rung: Rung, now: datetime, batch: Batch) -> None:
    timer.step = rung.step
    role, section, user = _addressee(timer, ticket, rung)
    kind = ACTIONS.get(rung.step, "clock_escalated")
    due = timer.due_at.isoformat() if timer.due_at else ""
    facts = {
        "timer": timer.pk,
        "clock": timer.kind,
        "side": timer.side,
        "due": due,
        "step": rung.step,
        "to": role.value,
        **({"card": rung.card} if rung.card else {}),
    }
    batch.events.append((ticket, kind, facts))
    batch.notices.append(Notice(
        key=_key(timer, rung, role), ticket=ticket, kind=kind, role=role.value, section_id=section, user_id=user,
        facts={**facts, "number": ticket.number}, created_at=now,
    ))  # fmt: skip


def _key(timer: Timer, rung: Rung, role: Role) -> str:
    """One line per step and role; after an extension the new due moment makes a new line."""
    return f"{timer.pk}:{rung.step}:{role.value}:{timer.due_at:%Y%m%d%H%M%S}"


def _addressee(timer: Timer, ticket: Ticket, rung: Rung) -> tuple[Role, int | None, int | None]:
    """Warning and due go to whoever keeps the clock: the section (its handler) or the office. A chief who is not there yet:
    the office."""
    section = timer.section_id or ticket.section_id
    if rung.to is None:
        inner = timer.side == Side.INNER and section is not None
        return (Role.HANDLER, section, ticket.handler_id) if inner else (Role.DISPATCHER, None, None)
    if rung.to in (Role.CHIEF, Role.HANDLER):
        return (rung.to, section, None) if section is not None else (Role.DISPATCHER, None, None)
    return rung.to, None, None


def _write(batch: Batch, now: datetime, is_alone: bool) -> None:
    ledger.note_all(notes=batch.events, actor=SYSTEM, now=now, also=["is_overdue"])
    insert_rows(Notice, gather(batch.notices, now, is_alone=is_alone), ignore_conflicts=True)
    update_columns(Timer, batch.timers, COLUMNS)
    insert_rows(ClockEvent, [event for timer in batch.timers for event in booked(timer)])
    noted = {ticket.pk for ticket, _, _ in batch.events}
    update_columns(Ticket, [ticket for pk, ticket in batch.overdue.items() if pk not in noted], ["is_overdue"])
