"""Worklists: what waits for whom."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Strict
from hotline.permissions import lists_of
from hotline.telling import rows
from hotline.wording import said
from tickets.queries import worklists
from tickets.queries.worklists import BadCursor, Worklist

from . import shapes
from .base import Endpoint, PageQuery, ok
from .render import written

#: Other names people use for the same lists.
ALIASES = {"section": Worklist.QUEUE, "hall": Worklist.REGISTERED, "dispatch": Worklist.REGISTERED}


def named(name: str) -> Worklist:
    """A list by its name, with dashes or underscores. Raises NotFound."""
    plain = name.replace("-", "_")
    if plain in ALIASES:
        return ALIASES[plain]
    if plain not in Worklist._value2member_map_:
        raise NotFound
    return Worklist(plain)


class Worklists(Endpoint):
    """The head of a desk."""

    endpoints = {"GET": "worklists"}

    @extend_schema(
        operation_id="worklists",
        summary="工作台 / The lists of my desks",
        tags=["worklists"],
        responses=shapes.answers(shapes.Worklists),
    )
    def get(self, request: Request) -> Response:
        """Each list with how many wait in it, counted to 1,001 at the most."""
        self.asked(Strict)
        rows = [
            {
                "name": each.value,
                "label": said(each),
                "count": worklists.count(worklist=each, scope=self.scope, user_id=self.actor.in_place_of),
                "url": f"/api/worklists/{each.value}",
            }
            for each in lists_of(self.actor)
        ]
        return ok({"rows": rows})


class OneWorklist(Endpoint):
    """One list."""

    endpoints = {"GET": "worklist"}

    @extend_schema(
        operation_id="worklist",
        summary="待办列表 / One list",
        tags=["worklists"],
        parameters=[
            PageQuery,
            OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH, enum=[each.value for each in Worklist]),
        ],
        responses=shapes.answers(shapes.TicketPage, 400, 404),
    )
    def get(self, request: Request, name: str) -> Response:
        """A page, the most urgent first."""
        asked = self.asked(PageQuery)
        try:
            page = worklists.page(
                worklist=named(name),
                scope=self.scope,
                now=self.now,
                user_id=self.actor.in_place_of,
                after=asked["after"],
                size=asked["size"],
            )
        except BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        return ok({"rows": written(rows.shown(page.rows, self.actor)), "next": page.next})
