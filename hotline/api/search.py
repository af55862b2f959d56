"""Search by number, by a person's telephone or identity number (recorded), or by words; and likeness while typing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Strict, Text
from hotline.telling import finding, rows
from hotline.wording import said
from tickets.domain import telephone
from tickets.queries import pages

from . import shapes
from .base import Endpoint, PageQuery, ok
from .errors import Refused
from .render import written


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
        try:
            kind, page = finding.find(
                asked["q"], actor=self.actor, scope=self.scope, now=self.now, after=asked["after"], size=asked["size"]
            )
        except pages.BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        except finding.NotForYou as refusal:
            raise Refused(403, "person_search", said(refusal)) from None
        return ok({"kind": kind, "rows": written(rows.shown(page.rows, self.actor)), "next": page.next})


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
        """Tickets of the last 60 days like this one by number, phone, place or text. Nothing is joined by it; to ask for a telephone
        is to search for a person, and journalled."""
        form: dict[str, Any] = self.read(LikenessForm)
        if form["phone"]:
            finding.record(telephone.plain(form["phone"]), self.actor, self.now)
        return ok({"rows": finding.similar(form, actor=self.actor, scope=self.scope, now=self.now)})
