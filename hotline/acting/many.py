"""One act on many tickets: each in a transaction of its own, a result for each, and what would take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from hotline.permissions import find_ticket
from hotline.telling.matter import Telling
from hotline.wording import said
from tickets.domain.actors import Actor
from tickets.domain.states import BY_ACTION, Action, UnableToMove
from tickets.domain.words import Role
from tickets.models import Ticket
from tickets.queries.worklists import Worklist

from . import choosing, proposing
from .acts import ACTS
from .fields import Misread

MOST = 200
W = Worklist
Given = Mapping[str, str]
#: What is offered to many of a list at once; who may is the transition table's to say.
AT_SECTIONS = frozenset({W.QUEUE, W.MINE, W.OVERDUE, W.ASKED})
OFFERED: Mapping[Action, frozenset[Worklist]] = {
    Action.SIGN: AT_SECTIONS,
    Action.TRANSFER: AT_SECTIONS,
    Action.DISPATCH: frozenset({W.REGISTERED}),
    Action.SEND: frozenset({W.TO_SEND}),
    Action.CHASE: AT_SECTIONS,
    Action.SUPERVISE: AT_SECTIONS,
}
#: The act that takes another back.
BACK = {Action.SIGN: Action.UNSIGN, Action.TRANSFER: Action.TRANSFER, Action.DISPATCH: Action.RECALL}


@dataclass(frozen=True, slots=True)
class Result:
    """How one ticket fared: ``words`` say why where it was refused."""

    number: str
    title: str
    is_done: bool
    words: str = ""


@dataclass(slots=True)
class Done:
    """All of them; ``undo`` is kept for the person's next step: rows of (number, version now, act, its fields)."""

    label: str
    results: list[Result] = field(default_factory=list)
    undo: list[list[Any]] = field(default_factory=list)


def offered(actor: Actor, worklist: Worklist) -> list[tuple[str, str]]:
    """(act, label) of what can be done to many of this list at once."""
    return [
        (action.value, said(action))
        for action, lists in OFFERED.items()
        if worklist in lists and actor.roles & BY_ACTION[action].roles
    ]


def colleagues(actor: Actor) -> Sequence[tuple[str, str]]:
    """Whom a chief can give tickets to."""
    return choosing.colleagues(actor.section_id) if actor.has(Role.CHIEF) else []


def act(*, numbers: Sequence[str], what: str, given: Given, actor: Actor, now: datetime) -> Done:
    """The act on each. ``given``: the handler of a transfer, the section of a dispatch ('' as proposed), the words of a chase."""
    if what not in {action.value for action in OFFERED}:
        raise UnableToMove("action", "请选择要办理的事项。", "Choose what to do.")
    action = Action(what)
    if action in (Action.CHASE, Action.SUPERVISE) and not given.get("content", "").strip():
        raise UnableToMove("content", "请写明催办、督办的内容。", "Write what the section is told.")
    done = Done(said(action))
    for number in numbers:
        _one(done, number, actor, lambda ticket: _do(done, ticket, action, given, actor, now))
    return done


def undo(kept: Sequence[Sequence[Any]], *, actor: Actor, now: datetime) -> Done:
    """Take back what ``act`` did, ticket by ticket, where the version is still the one it left."""
    done = Done(_("Taken back"))
    for number, version, action, fields in kept:

        def back(ticket: Ticket, version: int = version, action: str = action, fields: Any = fields) -> None:
            ACTS[Action(action)].do(ticket=ticket, actor=actor, now=now, expected_version=version, **fields)

        _one(done, str(number), actor, back)
    return done


def _do(done: Done, ticket: Ticket, action: Action, given: Given, actor: Actor, now: datetime) -> None:
    before = ticket.handler.username if ticket.handler else ""
    fields = FIELDS[action](ticket, given)
    ACTS[action].do(ticket=ticket, actor=actor, now=now, expected_version=ticket.version, **fields)
    if action not in BACK:
        return
    after = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
    back = {} if action is Action.SIGN else {"reason": _("taken back")}
    if action is Action.TRANSFER:
        back["handler"] = before
    done.undo.append([ticket.number, after, BACK[action].value, back])


def _dispatch(ticket: Ticket, given: Given) -> dict[str, Any]:
    """To the section that was chosen, else as proposed, with the rule's co-handlers."""
    code = given.get("section", "")
    if code:
        return {"section": code, "co_sections": [], "reason": "", "inner_due": None}
    proposal = proposing.of(ticket)
    if proposal.section is None:
        raise UnableToMove("section", "没有建议科室，请选择科室。", "No section is proposed: choose one.")
    helpers = [section.code for section in proposal.co_sections]
    return {
        "section": proposal.section.code,
        "co_sections": helpers,
        "reason": proposal.reason[:300],
        "inner_due": None,
    }


def _content(ticket: Ticket, given: Given) -> dict[str, Any]:
    return {"content": given["content"].strip()[:4000]}


FIELDS: Mapping[Action, Callable[[Ticket, Given], dict[str, Any]]] = {
    Action.SIGN: lambda ticket, given: {},
    Action.SEND: lambda ticket, given: {},
    Action.TRANSFER: lambda ticket, given: {"handler": given.get("handler", ""), "reason": ""},
    Action.DISPATCH: _dispatch,
    Action.CHASE: _content,
    Action.SUPERVISE: _content,
}


def _one(done: Done, number: str, actor: Actor, do: Callable[[Ticket], None]) -> None:
    title = ""
    try:
        ticket = find_ticket(actor, number)
        title = "" if ticket.is_confidential else Telling(ticket, actor).title
        do(ticket)
    except NotFound:
        done.results.append(Result(number, title, False, _("There is nothing here, or nothing that you may see.")))
    except UnableToMove as refusal:
        done.results.append(Result(number, title, False, said(refusal)))
    except Misread as refusal:
        done.results.append(Result(number, title, False, str(refusal.errors[0]["reason"])))
    except OperationalError:
        done.results.append(Result(number, title, False, _("The service is busy: try again in a moment.")))
    else:
        done.results.append(Result(number, title, True))
