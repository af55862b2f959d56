"""The list of tickets, and logging a new matter at one of our own doors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Text, When, word
from hotline.acting.matter import MatterForm, incoming_of
from hotline.models import User
from hotline.telling import rows
from hotline.telling.finding import NotForYou, condition_of, similar
from hotline.wording import pair, said
from tickets.actions import intake
from tickets.domain.actors import Actor
from tickets.domain.states import State
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Inquiry, Section, Ticket
from tickets.queries import pages, worklists
from tickets.queries.scopes import Scope
from tickets.queries.worklists import Filters, Worklist

from . import shapes
from .base import Endpoint, PageQuery, ok
from .errors import Refused, etag
from .render import written


class ListQuery(PageQuery):
    """Filters of the list; all that are given must hold."""

    state = word(State, required=False, default="")
    section = Text(24, help_text=gettext_lazy("code of a section"))
    channel = word(Channel, required=False, default="")
    type = word(MatterType, required=False, default="")
    urgency = word(Urgency, required=False, default="")
    handler = Text(150, help_text=gettext_lazy("user name"))
    overdue = serializers.BooleanField(required=False, allow_null=True, default=None)
    supervised = serializers.BooleanField(required=False, allow_null=True, default=None)
    confidential = serializers.BooleanField(required=False, allow_null=True, default=None)
    due_before = When(required=False, allow_null=True, default=None)
    registered_from = When(required=False, allow_null=True, default=None)
    registered_before = When(required=False, allow_null=True, default=None)
    q = Text(60, help_text=gettext_lazy("a number, a telephone or identity number, or words"))
    order = serializers.ChoiceField(choices=["newest", "due"], required=False, default="newest")


class Tickets(Endpoint):
    """Tickets."""

    endpoints = {"GET": "tickets.list", "POST": "tickets.create"}

    @extend_schema(
        operation_id="tickets_list", summary="工单列表 / Tickets that the reader sees", tags=["tickets"],
        parameters=[ListQuery], responses=shapes.answers(shapes.TicketPage, 400),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page, the newest first or the most urgent first; ``next`` is the mark of the page after it."""
        asked = self.asked(ListQuery)
        try:
            found = _listed(self.scope, self.actor, asked, self.now)
        except NotForYou as refusal:
            raise Refused(403, "person_search", said(refusal)) from None
        ordered = pages.by_due if asked["order"] == "due" else pages.by_newest
        try:
            page = ordered(found, worklists.LISTED, asked["after"], asked["size"])
        except pages.BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        shown = worklists.shown(page.rows, self.scope, self.now)
        return ok({"rows": written(rows.shown(shown, self.actor)), "next": page.next})

    @extend_schema(
        operation_id="tickets_create", summary="登记来电、来访、上线、申请、舆情 / Log a matter", tags=["tickets"],
        request=MatterForm, parameters=[shapes.KEY], examples=[shapes.MATTER_EXAMPLE],
        responses=shapes.answers(shapes.Logged, 400, 409, 413, status=201),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Takes the matter in, routes it, starts its clocks. 201 with the number; 200 when this number was logged before."""
        form = self.read(MatterForm)
        incoming = incoming_of(form, self.now)
        received = intake.receive(incoming=incoming, actor=self.actor, now=self.now)
        inquiry = Inquiry.objects.select_related("ticket__section", "ticket__proposed_section").get(
            source_id=incoming.source, number=incoming.number, round=1
        )
        body = {
            **_logged(inquiry, received.result),
            "duplicates": similar(form, actor=self.actor, scope=self.scope, now=self.now, besides=inquiry.ticket_id),
        }
        address = {"Location": f"/api/tickets/{inquiry.ticket.number}", "ETag": etag(inquiry.ticket.version)}
        return ok(body, 201 if received.result in ("ticket", "joined") else 200, **address)


def _listed(scope: Scope, actor: Actor, asked: dict[str, Any], now: datetime) -> QuerySet[Ticket]:
    filters = Filters(
        channel=asked["channel"], type=asked["type"], urgency=asked["urgency"], state=asked["state"],
        is_overdue=asked["overdue"], is_supervised=asked["supervised"], is_confidential=asked["confidential"],
        due_until=asked["due_before"], registered_from=asked["registered_from"], registered_until=asked["registered_before"],
    )  # fmt: skip
    found = worklists.tickets(Worklist.ALL, scope, actor.user_id, filters)
    if asked["section"]:
        found = found.filter(section_id=Subquery(Section.objects.filter(code=asked["section"]).values("pk")))
    if asked["handler"]:
        found = found.filter(handler_id=Subquery(User.objects.filter(username=asked["handler"]).values("pk")))
    return found.filter(condition_of(asked["q"], actor=actor, now=now)[1]) if asked["q"].strip() else found


def _logged(inquiry: Inquiry, result: str) -> dict[str, Any]:
    ticket = inquiry.ticket
    return {
        "number": ticket.number,
        "version": ticket.version,
        "result": result,
        "inquiry": inquiry.number,
        "lookup_code": inquiry.lookup_code,
        "state": ticket.state,
        "state_label": pair(ticket.stage.zh, ticket.stage.en),
        "section": _code(ticket.section),
        "proposed_section": _code(ticket.proposed_section),
        "route_reason": ticket.route_reason,
        "due_at": ticket.due_at,
        "url": f"/api/tickets/{ticket.number}",
    }


def _code(section: Section | None) -> dict[str, str] | None:
    return {"code": section.code, "name": section.name} if section else None
