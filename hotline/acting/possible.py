"""What this reader can do with a ticket now, and why not the rest of what his roles may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.wording import pair, said
from tickets.actions import handling
from tickets.domain import states
from tickets.domain.actors import Actor
from tickets.domain.states import BY_ACTION, Action, State, UnableToMove
from tickets.domain.words import OWN_DOORS, Channel, Role
from tickets.models import RequestKind, Ticket
from tickets.queries import dossier
from tickets.queries.together import Rows

from .acts import ACTS

#: Where the law lets a limit wait (pause rules).
WAITING_BY_LAW = (Channel.DISCLOSURE.value, Channel.PETITION.value)

#: What is asked for, once at a time.
ASKED = {Action.ASK_EXTENSION: RequestKind.EXTENSION, Action.ASK_SUSPENSION: RequestKind.SUSPENSION}

#: What only the office does on a confidential matter.
CLOSED = {
    Action.CONTACT: ("保密件由办公室联系诉求人。", "A confidential matter: the office makes contact."),
    Action.READ_PERSON: ("保密件的诉求人信息不向科室开放。", "The petitioner of a confidential matter is not shown."),
}


def actions(ticket: Ticket, actor: Actor, hanging: Mapping[str, Rows] | None = None) -> list[dict[str, Any]]:
    """Each act open to the actor's roles: ``is_possible``, and where not the ``reason`` in words. ``hanging``: what hangs on the ticket
    (dossier.of), where the caller has read it."""
    found = hanging or dossier.of(ticket)
    return [
        _told(action, ticket, actor, found)
        for action in ACTS
        if actor.roles & BY_ACTION[action].roles and _exists(action, ticket)
    ]


def _exists(action: Action, ticket: Ticket) -> bool:
    """Acts that only some channels know are not shown to the others at all."""
    if action is Action.ASK_CORRECTION:
        return ticket.channel == Channel.DISCLOSURE
    return action not in (Action.PAUSE_CLOCK, Action.RESUME_CLOCK) or ticket.channel in WAITING_BY_LAW


def _told(action: Action, ticket: Ticket, actor: Actor, hanging: Mapping[str, Rows]) -> dict[str, Any]:
    told = {
        "action": action.value,
        "label": said(action),
        "url": f"/api/tickets/{ticket.number}/{action.value}/",
        "is_possible": True,
        "reason": "",
    }
    before = State(ticket.before_merge) if ticket.before_merge else None
    try:
        states.check(ticket.stage, action, actor, ticket.section_id, before)
    except UnableToMove as refusal:
        reason = pair(*refusal.facts.get("plain", (refusal.zh, refusal.en)))  # what is open instead stands beside it
        return {**told, "is_possible": False, "reason": reason}
    reason = _known(action, ticket, actor, hanging)
    return {**told, "is_possible": not reason, "reason": reason}


def _known(action: Action, ticket: Ticket, actor: Actor, hanging: Mapping[str, Rows]) -> str:
    """Refusals of the acts themselves that can be told before trying."""
    if action in ASKED:
        return _asked(action, hanging)
    if action is Action.ASK_SECTION_RETURN and ticket.must_handle:
        return pair(*handling.RETURN_USED)
    if action is Action.CONTRIBUTE and actor.section_id not in {row["section_id"] for row in hanging["co_handlers"]}:
        return pair("本科室不是本件的协办单位。", "Your section does not co-handle this matter.")
    if action is Action.WITHDRAW and Channel(ticket.channel) not in OWN_DOORS:
        return pair("平台转来的件由来源平台撤单。", "What a platform sent is withdrawn by the platform.")
    if ticket.is_confidential and action in CLOSED and not actor.has(Role.DISPATCHER):
        return pair(*CLOSED[action])
    return ""


def _asked(action: Action, hanging: Mapping[str, Rows]) -> str:
    """Why it cannot be asked for once more."""
    kind = ASKED[action]
    if any(row["kind"] == kind and row["is_open"] for row in hanging["requests"]):
        return pair(*handling.open_already(kind))
    if kind is RequestKind.EXTENSION and hanging["extended"]:
        return pair(*handling.EXTENSION_USED)
    return ""
