"""Somebody was quicker: who did what and when, for the one who comes second."""

from __future__ import annotations

from typing import Any

from hotline.wording import said
from tickets.actions import ledger
from tickets.actions.ledger import StaleVersion
from tickets.domain.states import Action
from tickets.models import Ticket

from . import people


def told(error: StaleVersion) -> dict[str, Any]:
    """``version`` as it is now, ``action`` in words, ``actor`` by name, ``at``."""
    facts = error.facts
    action = facts["last_action"]
    return {
        "version": facts["version"],
        "code": action,
        "action": said(Action(action)) if action in Action._value2member_map_ else action,
        "actor": people.names([facts["last_actor"]]).get(facts["last_actor"], facts["last_actor"]),
        "at": facts["last_at"],
    }


def last(ticket: Ticket) -> dict[str, Any]:
    """The same of whatever was done last, where no version was compared."""
    return told(ledger.stale(ticket, ticket.version))
