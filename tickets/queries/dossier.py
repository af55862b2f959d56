"""案卷: everything that hangs on a ticket, as plain rows, in one statement whatever its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from tickets.domain.words import ClockKind
from tickets.models import Attachment, CoHandler, Contact, Decision, Inquiry, Rating, Reply, Request, Run, Ticket, Timer

from . import timeline
from .together import Rows, together

Part = QuerySet[Any, dict[str, Any]]
#: Who a row names: his user name, and the name people read.
WHO = ("username", "name")


def of(ticket: Ticket, *, story: bool = False) -> dict[str, Rows]:
    """``replies``, ``requests``, ``decisions``, ``contacts``, ``co_handlers``, ``attachments``, ``ratings``, ``extended`` (the limits of
    the answer that run and were extended), each in order; with ``story`` also the parts of timeline.parts. Columns of related rows
    are named with two underscores (``author__name``)."""
    return together({**_parts(ticket), **(timeline.parts(ticket) if story else {})})


def story(ticket: Ticket, *, with_readings: bool = True) -> list[timeline.Entry]:
    """Every line of the story, oldest first."""
    return timeline.entries(of(ticket, story=True), with_readings=with_readings)


def _parts(ticket: Ticket) -> Mapping[str, Part]:
    return {
        "replies": Reply.objects.filter(ticket=ticket).order_by("no").values(
            "no", "is_interim", "state", "outcome", "public_text", "handling", "promised_on", "disclosure", "disclosure_ground",
            "document_no", "author_id", "written_at", "submitted_at", "reviewed_at", "approved_at", "sent_at", "remark",
            *_who("author", "reviewer", "approver"),
        ),
        "requests": Request.objects.filter(ticket=ticket).order_by("id").values(
            "id", "kind", "inquiry_id", "asked_at", "code", "reason", "amount", "until", "review_on", "told_at", "is_open",
            "is_granted", *_who("asked_by"),
        ),
        "decisions": Decision.objects.filter(request__ticket=ticket).order_by("id").values(
            "request_id", "request__kind", "actor", "at", "is_granted", "opinion", *_who("by")
        ),
        "contacts": Contact.objects.filter(ticket=ticket).order_by("contacted_at", "id").values(
            "id", "by_office", "contacted_at", "is_reached", "reason", "note", *_who("by")
        ),
        "co_handlers": CoHandler.objects.filter(ticket=ticket, is_active=True).order_by("id").values(
            "section_id", "section__code", "section__name", "asked_at", "opinion", "contributed_at", *_who("contributed_by")
        ),
        "attachments": Attachment.objects.filter(ticket=ticket).order_by("id").values(
            "id", "name", "role", "state", "size", "sha256", "added_at", "trouble", "inquiry_id", "reply__no",
            "added_by__section_id", *_who("added_by"),
        ),
        "ratings": Rating.objects.filter(inquiry__in=_works(ticket)).order_by("rated_at").values(
            "inquiry__number", "is_solved", "satisfaction", "comment", "rated_at"
        ),
        "extended": Timer.objects.filter(
            ticket=ticket, kind=ClockKind.REPLY, run=Run.RUNNING, extension__gt=0
        ).order_by("id").values("id"),
    }  # fmt: skip


def _works(ticket: Ticket) -> QuerySet[Inquiry, Any]:
    """The inquiries of the ticket and of those merged into it."""
    works = Ticket.objects.filter(Q(pk=ticket.pk) | Q(parent=ticket)).order_by().values("pk")
    return Inquiry.objects.filter(ticket__in=works).order_by().values("pk")


def _who(*columns: str) -> list[str]:
    return [f"{column}__{part}" for column in columns for part in WHO]
