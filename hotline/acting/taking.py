"""A matter is taken in at the desk and, in the same transaction, answered on the line, joined to another, or proposed for rejection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tickets.actions import handling, intake
from tickets.domain.actors import Actor
from tickets.domain.messages import Incoming
from tickets.domain.states import UnableToMove
from tickets.domain.words import Role
from tickets.models import Inquiry, Ticket

NEW = ("ticket", "joined")


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why it is none of ours, how the caller was told, and where he was pointed to."""

    code: str
    told: str
    pointed_to: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. ``is_new`` False: the same form was sent before, and nothing was done again."""

    inquiry: Inquiry
    is_new: bool

    @property
    def ticket(self) -> Ticket:
        """The ticket of the contact; of a joined one the one that was merged."""
        return self.inquiry.ticket


def log(*, incoming: Incoming, actor: Actor, now: datetime) -> Taken:
    """Take it in. Raises UnableToReceiveError."""
    received = intake.receive(incoming=incoming, actor=actor, now=now)
    inquiry = Inquiry.objects.select_related("ticket").get(
        source_id=incoming.source, number=incoming.number, round=incoming.round
    )
    return Taken(inquiry, received.result in NEW)


@transaction.atomic
def answer(*, incoming: Incoming, text: str, actor: Actor, now: datetime) -> Taken:
    """直办: logged and closed with what was answered on the line. Raises UnableToReceiveError, UnableToMove."""
    taken = log(incoming=incoming, actor=actor, now=now)
    if taken.is_new:
        handling.answer_directly(ticket=taken.ticket, actor=actor, now=now, answer=text)
    return taken


@transaction.atomic
def reject(*, incoming: Incoming, why: Rejection, actor: Actor, now: datetime) -> Taken:
    """不予受理: the office rejects at once, a clerk proposes it to the office."""
    taken = log(incoming=incoming, actor=actor, now=now)
    if not taken.is_new:
        return taken
    act = handling.reject if actor.has(Role.DISPATCHER) else handling.propose_rejection
    act(ticket=taken.ticket, actor=actor, now=now, code=why.code, told=why.told, pointed_to=why.pointed_to)
    return taken


@transaction.atomic
def join(*, incoming: Incoming, into: Ticket, actor: Actor, now: datetime) -> Taken:
    """Logged and merged into another ticket; where the table does not allow it, proposed to the office."""
    taken = log(incoming=incoming, actor=actor, now=now)
    if not taken.is_new:
        return taken
    reason = f"登记时并入：{into.number}"
    try:
        with transaction.atomic():
            handling.merge(ticket=taken.ticket, into=into, actor=actor, now=now, reason=reason)
    except UnableToMove as refusal:
        why = f"疑似与 {into.number}（{into.stage.zh}）为同一事项：{refusal.zh}"
        handling.propose_merger(ticket=taken.ticket, into=into, actor=actor, now=now, reason=why)
    return taken
