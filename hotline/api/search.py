"""Search by number, by a person's telephone or identity number (recorded), or by words; and likeness while typing."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Strict, Text
from hotline.permissions.table import PERSON_SEARCH
from hotline.telling import rows
from hotline.telling.finding import matching, similar
from tickets.actions import ledger
from tickets.domain.actors import Actor
from tickets.models import Inquiry, Person, Ticket, vault
from tickets.queries import pages, scopes, worklists
from tickets.queries.calendar import working_calendar

from . import shapes
from .base import Endpoint, PageQuery, ok
from .errors import Refused

CHAIN = "search"
_GAPS = re.compile(r"[\s\-－–—]")
_PERSON = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[1-8]\d{16}[\dXx]")
_COUNTRY = re.compile(r"^\+?86(?=1[3-9]\d{9}$)")
_NUMBER = re.compile(r"[A-Za-z]{0,4}-?\d[\dA-Za-z\-]{5,}")


class SearchQuery(PageQuery):
    """What is looked for."""

    q = serializers.CharField(
        min_length=2, max_length=60, help_text=gettext_lazy("a number, a telephone or identity number, or words")
    )


class LikenessForm(Strict):
    """What has been typed so far."""

    title = Text(200)
    content = Text(20_000)
    place = Text(200)
    phone = Text(30)
    related_numbers = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=20
    )


class Search(Endpoint):
    """One field that finds tickets."""

    endpoints = {"GET": "search"}

    @extend_schema(
        operation_id="search",
        summary="查找 / Search",
        tags=["search"],
        parameters=[SearchQuery],
        responses=shapes.answers(shapes.Found, 400),
    )
    def get(self, request: Request) -> Response:
        """By number first; a telephone or identity number is looked up by its keyed digest and the search is journalled."""
        asked = self.asked(SearchQuery)
        kind, condition = self._condition(asked["q"].strip())
        found = scopes.visible(Ticket.objects.all(), self.scope).filter(condition)
        try:
            page = pages.by_newest(worklists.listed(found), asked["after"], asked["size"])
        except pages.BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        calendar = working_calendar()
        shown = [worklists.shown(row, self.scope, self.now, calendar) for row in page.rows]
        return ok({"kind": kind, "rows": rows.shown(shown, self.actor), "next": page.next})

    def _condition(self, text: str) -> tuple[str, Q]:
        plain = _COUNTRY.sub("", _GAPS.sub("", text))
        numbered = Q(number__iexact=text) | Q(pk__in=Inquiry.objects.filter(number=text).values("ticket_id"))
        if _PERSON.fullmatch(plain):
            if self.actor.roles & PERSON_SEARCH:
                return "person", _of_person(plain, self.actor, self) | numbered
            if len(plain) != 18:
                raise Refused(403, "person_search", _("Only intake and the office look for persons."))
            return "number", numbered
        if _NUMBER.fullmatch(text):
            return "number", numbered | Q(number__icontains=text)
        return "text", matching(text, self.actor)


def _of_person(plain: str, actor: Actor, asker: Endpoint) -> Q:
    digest = vault.digest(plain)
    people = Person.objects.filter(Q(phone_digest=digest) | Q(incoming_digest=digest) | Q(id_digest=digest)).values(
        "pk"
    )
    refs = {"digest": digest, "kind": "identity" if len(plain) == 18 else "phone"}
    ledger.record(chain_name=CHAIN, action="search_person", actor=actor, now=asker.now, refs=refs)
    return Q(pk__in=Inquiry.objects.filter(person__in=people).values("ticket_id"))


class Likeness(Endpoint):
    """Suggestions while a matter is typed."""

    endpoints = {"POST": "duplicates"}
    keeps_answer = False

    @extend_schema(
        operation_id="duplicates",
        summary="查重 / Tickets that may be about the same",
        tags=["search"],
        request=LikenessForm,
        responses=shapes.answers(shapes.SimilarList, 400),
    )
    def post(self, request: Request) -> Response:
        """Open tickets of the last 60 days like this one by number, phone, place or text. Nothing is joined by it."""
        form: dict[str, Any] = self.read(LikenessForm)
        return ok({"rows": similar(form, self.scope, self.now)})
