"""建议: what the intake desk proposes and the office decides: not to take a matter on, or to join it to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.words import RejectionReason, Role
from tickets.models import Decision, Request, RequestKind, Ticket

from .. import ledger, notices

#: The act that a proposal asks for.
ASKS = {RequestKind.REJECTION.value: Action.REJECT, RequestKind.MERGER.value: Action.MERGE}
NOTES = {RequestKind.REJECTION: "propose_rejection", RequestKind.MERGER: "propose_merger"}


@transaction.atomic
def propose_rejection(*, ticket: Ticket, actor: Actor, now: datetime, code: str, told: str, pointed_to: str) -> Request:
    """建议不予受理: the ground, how the caller was told and where he was pointed to; the office rejects or dispatches."""
    if code not in RejectionReason._value2member_map_:
        raise UnableToMove("code", "请选择不予受理的理由。", "Choose a reason code.", field="code")
    facts = {"code": code, "told": told, "pointed_to": pointed_to}
    return _propose(ticket, RequestKind.REJECTION, actor, now, code=code, reason=f"{told}；{pointed_to}", facts=facts)


@transaction.atomic
def propose_merger(*, ticket: Ticket, into: Ticket, actor: Actor, now: datetime, reason: str = "") -> Request:
    """建议并单: the two seem to be one matter, and merging was not possible at once."""
    return _propose(ticket, RequestKind.MERGER, actor, now, reason=reason or into.number, facts={"into": into.number})


def _propose(
    ticket: Ticket,
    kind: RequestKind,
    actor: Actor,
    now: datetime,
    *,
    reason: str,
    facts: Mapping[str, str],
    code: str = "",
) -> Request:
    """One open proposal of a kind: a second one takes the place of the first."""
    ticket = ledger.lock(ticket.pk)
    if ticket.stage is not State.REGISTERED:
        raise UnableToMove("state", "本件已不在待派单状态，无需再提建议。", "The office has decided on it already.")
    request = ticket.requests.filter(kind=kind.value, is_open=True).first() or Request(ticket=ticket, kind=kind.value)
    request.asked_by_id, request.asked_at, request.round = actor.account, now, ticket.round
    request.code, request.reason, request.facts = code, reason, dict(facts)
    ledger.save_with_history(request, actor=actor, now=now, reason=kind.value)
    refs = {name: facts[name] for name in ("code", "into") if name in facts}
    ledger.note(ticket=ticket, action=NOTES[kind], actor=actor, now=now, refs=refs)
    notices.tell(
        key=f"{kind.value}:{request.pk}:{ticket.journal_seq}", kind=f"{kind.value}_proposed", role=Role.DISPATCHER, now=now, ticket=ticket,
    )  # fmt: skip
    return request


def settle(*, ticket: Ticket, action: Action, actor: Actor, now: datetime) -> None:
    """The office has acted: a proposal of this very act is followed, any other is passed over. The caller holds the lock."""
    for request in ticket.requests.filter(kind__in=ASKS, is_open=True):
        followed = ASKS[request.kind] is action
        Decision.objects.create(
            request=request, by_id=actor.user_id, actor=actor.label, at=now, is_granted=followed, opinion=""
        )
        request.is_open, request.is_granted = False, followed
        ledger.save_with_history(request, actor=actor, now=now, reason="granted" if followed else "refused")
