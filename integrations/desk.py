"""What waits for a person at the machines' door: parked records and dead messages, shown masked, replayed, settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import masking, parked, registry
from integrations.models import InboxItem
from tickets import clock
from tickets.actions import delivery
from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import OutboxRow, Post

MOST = 100
LARGEST = 64 * 1024


class Dispatchers(BasePermission):
    """The office's dispatchers: raw records hold personal data, which administrators of the system may not see."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for an account whose actor dispatches."""
        user = request.user
        return bool(user and user.is_authenticated) and Role.DISPATCHER in user.actor().roles  # type: ignore[union-attr]


class ParkedShape(serializers.Serializer[Any]):
    """A record that waits for a person."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    key = serializers.CharField()
    identity = serializers.CharField()
    name = serializers.CharField()
    lot = serializers.CharField()
    field = serializers.CharField()
    trouble = serializers.CharField()
    attempts = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    result = serializers.CharField()


class ParkedPage(serializers.Serializer[Any]):
    """Parked records, oldest first; ``next`` is the id to begin after."""

    rows = ParkedShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class ParkedRecord(ParkedShape):
    """With the record itself, the person covered."""

    raw = serializers.CharField()


class OutboxShape(serializers.Serializer[Any]):
    """A message that could not be delivered."""

    id = serializers.IntegerField()
    ticket = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    number = serializers.CharField()
    telling = serializers.CharField()
    post = serializers.CharField()
    attempts = serializers.IntegerField()
    trouble = serializers.CharField()
    created_at = serializers.DateTimeField()
    receipt_no = serializers.CharField()


class OutboxPage(serializers.Serializer[Any]):
    """Messages, oldest first; ``next`` is the id to begin after."""

    rows = OutboxShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class ReasonForm(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=200)


class ProofForm(serializers.Serializer[Any]):
    """The platform's receipt number."""

    receipt_no = serializers.CharField(max_length=120)


class _Desk(APIView):
    """``form``: the one body that a POST takes; an unknown field is refused."""

    permission_classes = [Dispatchers]
    metadata_class = None
    form: ClassVar[type[serializers.Serializer[Any]] | None] = None

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.request.user.actor()  # type: ignore[union-attr]

    def said(self) -> dict[str, Any]:
        """The checked body. Raises ValidationError."""
        data = self.request.data
        if not isinstance(data, Mapping):
            raise ValidationError({"": ["JSON object"]})
        known = self.form().fields if self.form is not None else {}
        if unknown := [name for name in data if name not in known]:
            raise ValidationError({name: ["unknown field / 未知字段"] for name in unknown})
        if self.form is None:
            return {}
        form = self.form(data=data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def after(self) -> int:
        """The id to begin after. Raises ValidationError."""
        text = self.request.query_params.get("after", "0")
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise ValidationError({"after": ["id"]})
        return int(text)


def _page(rows: list[Any], told: Any) -> Response:
    following = rows[MOST - 1].pk if len(rows) > MOST else None
    return Response({"rows": [told(row) for row in rows[:MOST]], "next": following})


AFTER = OpenApiParameter("after", OpenApiTypes.INT, description="the id that the page before gave as next")
SOURCE = OpenApiParameter("source", OpenApiTypes.STR, description="code of a platform")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=["dead", "unknown"], description="dead when left out")


class Parked(_Desk):
    """The records that could not be taken in."""

    @extend_schema(
        operation_id="parked_list",
        summary="待人工处理来件 / Parked records",
        tags=["parked"],
        parameters=[AFTER, SOURCE],
        responses=ParkedPage,
    )
    def get(self, request: Request) -> Response:
        """Oldest first, a hundred at a time, without the records themselves."""
        rows = parked.listed(request.query_params.get("source", "")[:24].replace("\x00", ""))
        return _page(list(rows.filter(pk__gt=self.after())[: MOST + 1]), _parked)


class OneParked(_Desk):
    """One record."""

    @extend_schema(
        operation_id="parked_read", summary="查看来件 / One parked record", tags=["parked"], responses=ParkedRecord
    )
    def get(self, request: Request, pk: int) -> Response:
        """The record with the person covered; that it was shown is journalled."""
        item = InboxItem.objects.defer("raw").filter(pk=pk).first()
        if item is None:
            raise NotFound
        return Response({**_parked(item), "raw": parked.show(item_id=pk, actor=self.actor, now=clock.now())})


class ReplayParked(_Desk):
    """Once more."""

    @extend_schema(
        operation_id="parked_replay",
        summary="重放来件 / Replay a record",
        tags=["parked"],
        request=None,
        responses=ParkedShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Read and taken in once more; the answer says how it stands then. Safe to repeat: a record is taken in once."""
        self.said()
        try:
            return Response(_parked(parked.replay(item_id=pk, actor=self.actor, clock=clock.now)))
        except registry.UnknownPlatform:
            zh, en = "该平台未启用，无法重放。", "This platform is switched off: it cannot be replayed."
            raise parked.UnableToSettle("platform", zh, en) from None


class DiscardParked(_Desk):
    """Not to be taken in."""

    form = ReasonForm

    @extend_schema(
        operation_id="parked_discard",
        summary="作废来件 / Discard a record",
        tags=["parked"],
        request=ReasonForm,
        responses=ParkedShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """With the reason; the bytes stay."""
        return Response(_parked(parked.discard(item_id=pk, actor=self.actor, now=clock.now(), **self.said())))


class Outbox(_Desk):
    """The messages that could not be delivered."""

    @extend_schema(
        operation_id="outbox_list",
        summary="未送达 / Dead messages",
        tags=["outbox"],
        parameters=[STATE, AFTER],
        responses=OutboxPage,
    )
    def get(self, request: Request) -> Response:
        """Those that need a person (``dead``), or whose outcome is unclear (``unknown``)."""
        state = request.query_params.get("state", Post.DEAD.value)
        if state not in delivery.FOR_A_PERSON:
            raise ValidationError({"state": [", ".join(delivery.FOR_A_PERSON)]})
        rows = (
            OutboxRow.objects.filter(post=state, pk__gt=self.after()).select_related("ticket", "inquiry").order_by("pk")
        )
        return _page(list(rows[: MOST + 1]), _message)


class ReplayOutbox(_Desk):
    """Once more, under the same key."""

    @extend_schema(
        operation_id="outbox_replay",
        summary="重发 / Send once more",
        tags=["outbox"],
        request=None,
        responses=OutboxShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """The platform knows the key: it is not taken twice."""
        self.said()
        return Response(_message(delivery.replay(row_id=pk, actor=self.actor, now=clock.now())))


class MarkSent(_Desk):
    """The platform has it."""

    form = ProofForm

    @extend_schema(
        operation_id="outbox_mark_sent",
        summary="标记已送达 / Mark as sent",
        tags=["outbox"],
        request=ProofForm,
        responses=OutboxShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """With the platform's receipt number as proof."""
        return Response(_message(delivery.mark_sent(row_id=pk, actor=self.actor, now=clock.now(), **self.said())))


class DiscardOutbox(_Desk):
    """Not to be sent."""

    form = ReasonForm

    @extend_schema(
        operation_id="outbox_discard",
        summary="作废待发 / Discard a message",
        tags=["outbox"],
        request=ReasonForm,
        responses=OutboxShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """With the reason; later messages of the inquiry may leave."""
        return Response(_message(delivery.discard(row_id=pk, actor=self.actor, now=clock.now(), **self.said())))


def _parked(item: InboxItem) -> dict[str, Any]:
    chinese = (get_language() or "zh").startswith("zh")
    names = ("source", "key", "identity", "lot", "field", "attempts", "received_at", "result")
    told = {"id": item.pk, **{name: getattr(item, name) for name in names}}
    trouble = item.trouble_zh if chinese else item.trouble_en
    return {**told, "name": masking.record(item.name), "trouble": masking.record(trouble)}


def _message(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "source": row.source_id,
        "number": row.inquiry.number,
        "telling": row.telling,
        "post": row.post,
        "attempts": row.attempts,
        "trouble": masking.record(row.trouble),
        "created_at": row.created_at,
        "receipt_no": row.receipt_no,
    }
