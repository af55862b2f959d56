"""The lists that stand on each role's desk."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.queries.worklists import Worklist

W = Worklist
#: What stands at the head of each role's desk, in order.
DESKS: Mapping[Role, tuple[Worklist, ...]] = {
    Role.INTAKE: (W.REGISTERED, W.OPEN, W.FOLLOW_UP),
    Role.DISPATCHER: (
        W.REGISTERED,
        W.RETURNS,
        W.OUTWARD,
        W.SIGN_OFF,
        W.TO_SEND,
        W.FOLLOW_UP,
        W.REQUESTS,
        W.ASKED,
        W.OVERDUE,
        W.OPEN,
    ),
    Role.HANDLER: (W.MINE, W.QUEUE, W.ASKED, W.CO_HANDLED, W.OVERDUE),
    Role.CHIEF: (W.QUEUE, W.FIRST_REVIEW, W.ASKED, W.CO_HANDLED, W.OVERDUE),
    Role.LEADER: (W.SIGN_OFF, W.REQUESTS, W.OVERDUE, W.OPEN),
    Role.SECRECY: (W.SIGN_OFF, W.OPEN),
    Role.AUDITOR: (W.ALL,),
}


def lists_of(actor: Actor) -> tuple[Worklist, ...]:
    """The lists of the actor's roles, each once."""
    return tuple(dict.fromkeys(each for role in Role if role in actor.roles for each in DESKS.get(role, ())))
