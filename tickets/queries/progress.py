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
from .calendar import working_calendar
from .scopes import Scope


def of(tickets: QuerySet[Ticket], scope: Scope, now: datetime, most: int) -> list[dict[str, Any]]:
    """The open ones first, then the newest: list rows (worklists.shown), whose limit is that of the answer, with ``reply`` and
    ``replied_at`` of the last public reply, ``contacts`` (how many have spoken about it), ``satisfaction`` of the newest contact.
    One statement, and the calendar's."""
    over = Case(When(state__in=sorted(OPEN), then=Value(0)), default=Value(1), output_field=IntegerField())
    replies = Reply.objects.filter(ticket=OuterRef("pk"), state=ReplyState.SENT.value).order_by("-no")
    own = Inquiry.objects.filter(ticket=OuterRef("pk")).order_by()
    limits = Timer.objects.filter(
        ticket=OuterRef("pk"),
        side=Side.OUTER.value,
        kind=ClockKind.REPLY.value,
        run__in=(Run.RUNNING.value, Run.PAUSED.value),
    ).order_by("due_at")
    rows = worklists.listed(tickets).annotate(
        answer_by=Subquery(limits.values("due_at")[:1]),
        answer_terms=Subquery(limits.values("terms")[:1]),
        answer_from=Subquery(limits.values("started_at")[:1]),
        over=over,
        reply=Subquery(replies.values("public_text")[:1]),
        replied_at=Subquery(replies.values("sent_at")[:1]),
        satisfaction=Subquery(own.order_by("-id").values("satisfaction")[:1]),
        contacts=Coalesce(_count(own, "ticket"), 0)
        + Coalesce(_count(Ticket.objects.filter(parent=OuterRef("pk")).order_by(), "parent"), 0),
    )
    calendar = working_calendar()
    return [worklists.shown(_timed(row, now), scope, now, calendar) for row in rows.order_by("over", "-id")[:most]]


def _timed(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The caller asks when he is answered, not when a section has to sign."""
    if row["answer_by"] is None:
        return row
    unit = (row["answer_terms"] or {}).get("unit", row["due_unit"])
    late = now >= row["answer_by"]
    return {**row, "due_at": row["answer_by"], "due_unit": unit, "due_from": row["answer_from"], "is_overdue": late}


def of_callers(tickets: QuerySet[Any, dict[str, Any]]) -> QuerySet[Ticket]:
    """The work behind these tickets (a query of ids): of a merged one the ticket that goes on."""
    works = Ticket.objects.filter(pk__in=tickets).order_by().values(work=Coalesce("parent_id", "pk"))
    return Ticket.objects.filter(pk__in=works)


def _count(rows: QuerySet[Any, Any], by: str) -> Subquery:
    counted = rows.values(by).annotate(many=Count("pk")).values("many")
    return Subquery(counted, output_field=IntegerField())
