"""The list of tickets, and logging a new matter at one of our own doors."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.permissions.table import SEES_CARD
from hotline.wording import mask_text, pair
from tickets.actions import intake
from tickets.domain.actors import Actor
from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.moments import to_local
from tickets.domain.states import State
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Inquiry, Section, Ticket
from tickets.models.numbering import PREFIX
from tickets.queries import duplicates, pages, scopes, worklists
from tickets.queries.calendar import working_calendar
from tickets.queries.scopes import Scope
from tickets.queries.worklists import Filters, Worklist

from . import present, shapes
from .base import Endpoint, PageQuery, Strict, Text, When, ok, word
from .errors import Misread, etag

OWN_DOORS = (Channel.DIRECT, Channel.RADIO, Channel.DISCLOSURE, Channel.OPINION)


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
    q = Text(60, help_text=gettext_lazy("part of number, title or content; two characters are enough"))
    order = serializers.ChoiceField(choices=["newest", "due"], required=False, default="newest")


class PartyForm(Strict):
    """The caller; every field may be empty."""

    name = Text(60)
    gender = Text(10)
    phone = Text(30)
    incoming_phone = Text(30)
    id_number = Text(30)
    address = Text(200)
    organisation = Text(120)
    email = Text(120)


class MatterForm(Strict):
    """A matter that comes in at one of our own doors. Title or content must say something."""

    channel = serializers.ChoiceField(
        choices=[(each.value, each.zh) for each in OWN_DOORS], default=Channel.DIRECT.value
    )
    number = Text(64, help_text=gettext_lazy("a number of your own; the same number again is the same matter"))
    title = Text(200)
    content = Text(20_000)
    type = word(MatterType, required=False, default=MatterType.OTHER.value)
    category = Text(120)
    urgency = word(Urgency, required=False, default=Urgency.ORDINARY.value)
    area_code = Text(12)
    place = Text(200)
    project = Text(120)
    party = PartyForm(required=False, default=dict)
    is_anonymous = serializers.BooleanField(required=False, default=False)
    is_confidential = serializers.BooleanField(required=False, default=False)
    is_report = serializers.BooleanField(required=False, default=False)
    needs_reply = serializers.BooleanField(required=False, default=True)
    called_at = When(required=False, allow_null=True, default=None)
    confirmed_at = When(required=False, allow_null=True, default=None)
    related_numbers = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=20
    )


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
        found = _listed(self.scope, self.actor, asked)
        ordered = pages.by_due if asked["order"] == "due" else pages.by_newest
        try:
            page = ordered(worklists.listed(found), asked["after"], asked["size"])
        except pages.BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        calendar = working_calendar()
        shown = [worklists.shown(row, self.scope, self.now, calendar) for row in page.rows]
        return ok({"rows": present.rows(shown, self.actor), "next": page.next})

    @extend_schema(
        operation_id="tickets_create", summary="登记来电、来访、上线、申请、舆情 / Log a matter", tags=["tickets"],
        request=MatterForm, parameters=[shapes.KEY], examples=[shapes.MATTER_EXAMPLE],
        responses=shapes.answers(shapes.Logged, 400, 409, 413, status=201),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Takes the matter in, routes it, starts its clocks. 201 with the number; 200 when this number was logged before."""
        form = self.read(MatterForm)
        incoming = _incoming(form, self.now)
        received = intake.receive(incoming=incoming, actor=self.actor, now=self.now)
        inquiry = Inquiry.objects.select_related("ticket__section", "ticket__proposed_section").get(
            source_id=incoming.source, number=incoming.number, round=1
        )
        body = {**_logged(inquiry, received.result), "duplicates": similar(form, self, besides=inquiry.ticket_id)}
        address = {"Location": f"/api/tickets/{inquiry.ticket.number}", "ETag": etag(inquiry.ticket.version)}
        return ok(body, 201 if received.result in ("ticket", "joined") else 200, **address)


def _listed(scope: Scope, actor: Actor, asked: dict[str, Any]) -> QuerySet[Ticket]:
    filters = Filters(
        channel=asked["channel"], type=asked["type"], urgency=asked["urgency"], state=asked["state"],
        is_overdue=asked["overdue"], is_supervised=asked["supervised"], is_confidential=asked["confidential"],
        due_until=asked["due_before"], registered_from=asked["registered_from"], registered_until=asked["registered_before"],
    )  # fmt: skip
    found = worklists.tickets(Worklist.ALL, scope, actor.user_id, filters)
    if asked["section"]:
        found = found.filter(section__code=asked["section"])
    if asked["handler"]:
        found = found.filter(handler__username=asked["handler"])
    return found.filter(matching(asked["q"], actor)) if asked["q"].strip() else found


def matching(text: str, actor: Actor) -> Q:
    """Tickets whose number, title or content holds the text. Who may not read a confidential matter does not find it by its
    words either: a hit would tell what it holds."""
    words = Q(title__contains=text.strip()) | Q(content__contains=text.strip())
    if not actor.roles & SEES_CARD:
        words &= Q(is_confidential=False)
    return words | Q(number__icontains=text.strip())


def _incoming(form: dict[str, Any], now: datetime) -> Incoming:
    facts = dict(form)
    channel = Channel(facts.pop("channel"))
    number = facts.pop("number").strip() or f"{PREFIX[channel]}{to_local(now):%Y%m%d}{secrets.token_hex(5).upper()}"
    matter = Matter(
        **{
            **facts,
            "party": Party(**facts["party"]),
            "type": MatterType(facts["type"]),
            "urgency": Urgency(facts["urgency"]),
            "related_numbers": tuple(facts["related_numbers"]),
            "called_at": facts["called_at"] or now,
            "dispatched_at": now,
        }
    )
    return Incoming(
        channel.value, channel, number, 1, Happening.DISPATCHED, now, event_id=f"typed:{number}", matter=matter
    )


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


def similar(form: dict[str, Any], asker: Endpoint, besides: int | None = None) -> list[dict[str, Any]]:
    """Tickets that may be about the same matter: a suggestion, nothing is joined by it."""
    found = duplicates.like(
        title=form.get("title", ""),
        content=form.get("content", ""),
        place=form.get("place", ""),
        phone=form.get("party", {}).get("phone", "") or form.get("phone", ""),
        related=tuple(form.get("related_numbers", ())),
        now=asker.now,
        visible=scopes.visible(Ticket.objects.exclude(pk=besides or 0), asker.scope),
    )
    return [
        {
            "number": each.number,
            "title": mask_text(each.title),
            "state": each.state,
            "reasons": list(each.reasons),
            "likeness": round(each.likeness),
        }
        for each in found
    ]
