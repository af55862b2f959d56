"""One ticket: the whole of it, its story, and the fields that changed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting import possible
from hotline.acting.fields import Strict
from hotline.permissions import find_ticket
from hotline.permissions.table import SEES_READINGS
from hotline.telling import changes, people
from hotline.telling.clocks import clocks
from hotline.telling.matter import Telling
from hotline.wording import in_chinese, pair
from tickets.models import Ticket
from tickets.queries import dossier

from . import shapes
from .base import Endpoint, ok
from .errors import etag


class OneTicket(Endpoint):
    """A ticket as this reader may see it."""

    endpoints = {"GET": "ticket.read"}

    @extend_schema(
        operation_id="ticket_read",
        summary="工单详情 / One ticket",
        tags=["ticket"],
        responses=shapes.answers(shapes.TicketShape, 404),
    )
    def get(self, request: Request, number: str) -> Response:
        """The matter masked, the caller covered, clocks with their count in words, acts possible now. ``ETag`` is its version."""
        self.asked(Strict)
        ticket = find_ticket(self.actor, number)
        telling = Telling(ticket, self.actor)
        told = telling.whole()
        told["caller"] = next((each["caller"] for each in reversed(told["inquiries"]) if each["caller"]), None)
        told["clocks"] = clocks(ticket, self.now)
        told["actions"] = possible.actions(ticket, self.actor, telling.hanging)
        return ok(told, ETag=etag(ticket.version))


class Story(Endpoint):
    """经过."""

    endpoints = {"GET": "ticket.timeline"}

    @extend_schema(
        operation_id="ticket_timeline",
        summary="经过 / The story of a ticket",
        tags=["ticket"],
        responses=shapes.answers(shapes.StoryShape, 404),
    )
    def get(self, request: Request, number: str) -> Response:
        """Acts, messages of the sources, what was sent to them, rulings: oldest first."""
        self.asked(Strict)
        ticket = find_ticket(self.actor, number)
        telling = Telling(ticket, self.actor)
        sees = bool(self.actor.roles & SEES_READINGS)
        entries = dossier.story(ticket, with_readings=sees)
        names = people.names(entry.actor for entry in entries)
        rows = [
            {
                "at": entry.at,
                "kind": entry.kind,
                "code": entry.code,
                "label": pair(entry.zh, entry.en),
                "actor": names.get(entry.actor, entry.actor),
                "seq": entry.seq,
                "facts": _covered(entry.facts or {}, telling),
            }
            for entry in entries
        ]
        return ok({"rows": rows})


def _covered(facts: dict[str, Any], telling: Telling) -> dict[str, Any]:
    return {name: telling.text(value) if isinstance(value, str) else value for name, value in facts.items()}


class History(Endpoint):
    """What changed: field, old and new, who and why."""

    endpoints = {"GET": "ticket.history"}

    @extend_schema(
        operation_id="ticket_history",
        summary="修改记录 / What changed",
        tags=["ticket"],
        responses=shapes.answers(shapes.HistoryShape, 404),
    )
    def get(self, request: Request, number: str) -> Response:
        """Each saved version of the ticket, its replies and its requests, with the fields that differ from the one before."""
        self.asked(Strict)
        ticket = find_ticket(self.actor, number)
        return ok({"rows": changes.of(ticket, Telling(ticket, self.actor))})


def stands(ticket: Ticket, action: str) -> dict[str, Any]:
    """Where the ticket stands after an act."""
    stage = ticket.stage
    return {
        "number": ticket.number,
        "version": ticket.version,
        "state": ticket.state,
        "state_label": stage.zh if in_chinese() else stage.en,
        "action": action,
        "due_at": ticket.due_at,
    }
