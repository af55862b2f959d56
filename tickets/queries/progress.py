"""进展: how far matters have come, as a caller is told on the line: state, section, limit, the last public reply."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from tickets.domain.states import OPEN
from tickets.domain.words import ClockKind, Side
from tickets.models import Inquiry, Reply, ReplyState, Run, Ticket, Timer

from . import worklists
from .scopes import Scope


def of(tickets: QuerySet[Ticket], scope: Scope, now: datetime, most: int) -> list[dict[str, Any]]:
    """The open ones first, then the newest: list rows (worklists.shown), whose limit is that of the answer, with ``reply`` and
    ``replied_at`` of the last public reply, ``contacts`` (how many have spoken about it), ``satisfaction`` of the newest contact.
    Two statements, and the calendar's."""
    over = Case(When(state__in=sorted(OPEN), then=Value(0)), default=Value(1), output_field=IntegerField())
    replies = Reply.objects.filter(ticket=OuterRef("pk"), state=ReplyState.SENT.value).order_by("-no")
    own = Inquiry.objects.filter(ticket=OuterRef("pk")).order_by()
    rows = worklists.listed(tickets).annotate(
        over=over,
        reply=Subquery(replies.values("public_text")[:1]),
        replied_at=Subquery(replies.values("sent_at")[:1]),
        satisfaction=Subquery(own.order_by("-id").values("satisfaction")[:1]),
        contacts=Coalesce(_count(own, "ticket"), 0)
        + Coalesce(_count(Ticket.objects.filter(parent=OuterRef("pk")).order_by(), "parent"), 0),
    )
    found = list(rows.order_by("over", "-id")[:most])
    limits = _answer_limits([row["id"] for row in found if row["state"] in OPEN])
    return worklists.shown((_timed(row, limits.get(row["id"]), now) for row in found), scope, now)


def _answer_limits(tickets: list[int]) -> dict[int, dict[str, Any]]:
    """The earliest limit of the answer that still runs, by ticket."""
    alive = Timer.objects.filter(
        ticket_id__in=tickets,
        side=Side.OUTER.value,
        kind=ClockKind.REPLY.value,
        run__in=(Run.RUNNING.value, Run.PAUSED.value),
    )
    rows = alive.filter(due_at__isnull=False).order_by("-due_at").values("ticket_id", "due_at", "terms", "started_at")
    return {row["ticket_id"]: dict(row) for row in rows}


def _timed(row: dict[str, Any], limit: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    """The caller asks when he is answered, not when a section has to sign."""
    if limit is None:
        return row
    unit = limit["terms"].get("unit", row["due_unit"])
    late = now >= limit["due_at"]
    return {**row, "due_at": limit["due_at"], "due_unit": unit, "due_from": limit["started_at"], "is_overdue": late}


def of_callers(tickets: QuerySet[Any, dict[str, Any]]) -> QuerySet[Ticket]:
    """The work behind these tickets (a query of ids): of a merged one the ticket that goes on."""
    works = Ticket.objects.filter(pk__in=tickets).order_by().values(work=Coalesce("parent_id", "pk"))
    return Ticket.objects.filter(pk__in=works)


def _count(rows: QuerySet[Any, Any], by: str) -> Subquery:
    counted = rows.values(by).annotate(many=Count("pk")).values("many")
    return Subquery(counted, output_field=IntegerField())
