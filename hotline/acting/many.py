"""One act on many tickets: each in a transaction of its own, a result for each, and what would take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from hotline.permissions import find_ticket
from hotline.wording import said
from tickets.domain.actors import Actor
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import SECTION, Role
from tickets.models import Ticket
from tickets.queries.worklists import Worklist

from . import choosing
from .acts import ACTS

MOST = 200
#: What a list offers, by who may.
OFFERED: dict[Action, frozenset[Role]] = {Action.SIGN: SECTION, Action.TRANSFER: frozenset({Role.CHIEF})}
#: The act that takes another back.
BACK = {Action.SIGN: Action.UNSIGN, Action.TRANSFER: Action.TRANSFER}
LISTS = frozenset({Worklist.QUEUE, Worklist.MINE, Worklist.OVERDUE})


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
    if worklist not in LISTS:
        return []
    return [(action.value, said(action)) for action, roles in OFFERED.items() if actor.roles & roles]


def colleagues(actor: Actor) -> Sequence[tuple[str, str]]:
    """Whom a chief can give tickets to."""
    return choosing.colleagues(actor.section_id) if actor.has(Role.CHIEF) else []


def act(*, numbers: Sequence[str], what: str, handler: str, actor: Actor, now: datetime) -> Done:
    """Sign for them, or give them to a colleague."""
    if what not in OFFERED:
        raise UnableToMove("action", "请选择要办理的事项。", "Choose what to do.")
    action = Action(what)
    done = Done(said(action))
    fields = {"handler": handler, "reason": ""} if action is Action.TRANSFER else {}
    for number in numbers:
        _one(done, number, actor, lambda ticket: _do(done, ticket, action, fields, actor, now))
    return done


def undo(kept: Sequence[Sequence[Any]], *, actor: Actor, now: datetime) -> Done:
    """Take back what ``act`` did, ticket by ticket, where the version is still the one it left."""
    done = Done(_("Taken back"))
    for number, version, action, fields in kept:

        def back(ticket: Ticket, version: int = version, action: str = action, fields: Any = fields) -> None:
            ACTS[Action(action)].do(ticket=ticket, actor=actor, now=now, expected_version=version, **fields)

        _one(done, str(number), actor, back)
    return done


def _do(done: Done, ticket: Ticket, action: Action, fields: dict[str, Any], actor: Actor, now: datetime) -> None:
    before = ticket.handler.username if ticket.handler else ""
    ACTS[action].do(ticket=ticket, actor=actor, now=now, expected_version=ticket.version, **fields)
    after = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
    back = {"handler": before, "reason": _("taken back")} if action is Action.TRANSFER else {}
    done.undo.append([ticket.number, after, BACK[action].value, back])


def _one(done: Done, number: str, actor: Actor, do: Callable[[Ticket], None]) -> None:
    title = ""
    try:
        ticket = find_ticket(actor, number)
        title = ticket.title if not ticket.is_confidential else ""
        do(ticket)
    except NotFound:
        done.results.append(Result(number, title, False, _("There is nothing here, or nothing that you may see.")))
    except UnableToMove as refusal:
        done.results.append(Result(number, title, False, said(refusal)))
    except OperationalError:
        done.results.append(Result(number, title, False, _("The service is busy: try again in a moment.")))
    else:
        done.results.append(Result(number, title, True))
