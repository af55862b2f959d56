"""The in-tray of a person."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Strict
from hotline.telling import tray
from tickets.actions import notices
from tickets.queries import trays
from tickets.queries.pages import BadCursor

from . import shapes
from .base import Endpoint, PageQuery, ok


class TrayQuery(PageQuery):
    """All of it, or what is unread."""

    unread = serializers.BooleanField(required=False, default=False)


class Notices(Endpoint):
    """The in-tray."""

    endpoints = {"GET": "notices"}

    @extend_schema(
        operation_id="notices",
        summary="收件栏 / In-tray",
        tags=["notices"],
        parameters=[TrayQuery],
        responses=shapes.answers(shapes.Notices, 400),
    )
    def get(self, request: Request) -> Response:
        """What is addressed to the reader, to his role, or to his section's."""
        asked = self.asked(TrayQuery)
        try:
            page = trays.page(actor=self.actor, unread_only=asked["unread"], after=asked["after"], size=asked["size"])
        except BadCursor:
            raise Misread(("after", _("This is no mark of a page of this list."))) from None
        rows = [tray.told(row, self.actor) for row in page.rows]
        return ok({"rows": rows, "next": page.next, "unread": trays.unread(actor=self.actor)})


class Read(Endpoint):
    """A notice that was read."""

    endpoints = {"POST": "notice.read"}
    keeps_answer = False

    @extend_schema(
        operation_id="notice_read",
        summary="标为已读 / Mark as read",
        tags=["notices"],
        request=None,
        responses={
            204: None,
            **{code: each for code, each in shapes.answers(shapes.Error, 404).items() if code != 200},
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Safe to repeat."""
        self.read(Strict)
        if not trays.notices(self.actor).filter(pk=pk).exists():
            raise NotFound
        notices.mark_read(actor=self.actor, notices=[pk], now=self.now)
        return Response(status=204)
