"""并单: merging merges the work; each inquiry keeps its number, its deadlines and its answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import CLERKS, OPEN, Action, State, UnableToMove
from tickets.domain.words import Side
from tickets.models import Apart, Ticket, Timer

from .. import ledger, timers
from . import proposals, standing


@transaction.atomic
def merge(
    *, ticket: Ticket, into: Ticket, actor: Actor, now: datetime, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """Put ``ticket`` under ``into``: its work stops, its sources' clocks go on under the parent (no clock runs on merged work)."""
    first, second = sorted((ticket.pk, into.pk))
    locked = {pk: ledger.lock(pk, expected_version if pk == ticket.pk else None) for pk in (first, second)}
    child, parent = locked[ticket.pk], locked[into.pk]
    check_pair(child, parent)
    changes = {"parent": parent, "before_merge": child.state}
    ledger.move(
        ticket=child,
        action=Action.MERGE,
        actor=actor,
        now=now,
        changes=changes,
        refs={"into": parent.number},
        reason=reason,
    )
    proposals.settle(ticket=child, action=Action.MERGE, actor=actor, now=now)
    timers.stop(ticket=child, now=now, side=Side.INNER)
    Timer.objects.filter(ticket=child, side=Side.OUTER).update(ticket=parent)
    ledger.note(ticket=parent, action="merged_in", actor=actor, now=now, refs={"ticket": child.number})
    timers.reach(child)
    timers.reach(parent)
    return child


def check_pair(child: Ticket, parent: Ticket) -> None:
    """Raise UnableToMove where one cannot go on under the other."""
    if child.pk == parent.pk:
        raise UnableToMove("same", "不能并入自身。", "A ticket cannot be merged into itself.", field="into")
    if parent.state not in OPEN:
        raise UnableToMove("parent_over", "目标工单已结束，不能并入。", "The other ticket is over.", field="into")
    if child.merged.exists():
        raise UnableToMove(
            "has_merged",
            "本件已并有其他工单，请并入本件或先撤销并单。",
            "Other tickets are merged into this one: un-merge them first.",
        )
    if child.is_confidential != parent.is_confidential:
        raise UnableToMove(
            "confidential", "保密件不能与普通件并单。", "A confidential matter is not merged with an ordinary one."
        )


@transaction.atomic
def unmerge(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """撤销并单: back to the state before, with its sources' clocks."""
    assert_parent = Ticket.objects.filter(pk=ticket.pk).values_list("parent_id", flat=True).first()
    pks = sorted({ticket.pk, assert_parent or ticket.pk})
    locked = {pk: ledger.lock(pk, expected_version if pk == ticket.pk else None) for pk in pks}
    child = locked[ticket.pk]
    parent = locked.get(assert_parent) if assert_parent else None
    ledger.move(
        ticket=child,
        action=Action.UNMERGE,
        actor=actor,
        now=now,
        changes={"parent": None, **standing.changes(child)},
        reason=reason,
    )
    child.before_merge = ""
    Ticket.objects.filter(pk=child.pk).update(before_merge="")
    Timer.objects.filter(inquiry__ticket=child, side=Side.OUTER).update(ticket=child)
    if parent is not None:
        ledger.note(ticket=parent, action="unmerged", actor=actor, now=now, refs={"ticket": child.number})
        timers.reach(parent)
    if child.section_id is not None and child.state != State.REGISTERED:
        timers.start_inner(ticket=child, now=now)
    timers.reach(child)
    return child


@transaction.atomic
def keep_apart(*, ticket: Ticket, other: Ticket, actor: Actor, now: datetime) -> Apart:
    """非同一事项: somebody has looked at both and found two matters; the pair is suggested no more."""
    if not actor.roles & CLERKS:
        raise UnableToMove("role", "须由登记员或派单员确认。", "This is for intake and the dispatcher.")
    first, second = (ledger.lock(pk) for pk in sorted((ticket.pk, other.pk)))
    row, is_new = Apart.objects.get_or_create(first=first, second=second, defaults={"by_id": actor.account, "at": now})
    if is_new:
        ledger.note(ticket=first, action="kept_apart", actor=actor, now=now, refs={"ticket": second.number})
        ledger.note(ticket=second, action="kept_apart", actor=actor, now=now, refs={"ticket": first.number})
    return row
