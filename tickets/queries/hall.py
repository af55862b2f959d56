"""调度大厅: how much waits where, counted in one statement, and what a dispatcher must know of each line to decide on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from tickets.domain.messages import Telling
from tickets.models import (
    Attachment,
    Decision,
    Exchange,
    FileState,
    Inquiry,
    Notice,
    OutboxRow,
    Post,
    Reply,
    ReplyState,
    Request,
    Ticket,
)

from . import pages, worklists
from .pages import Page
from .scopes import Scope
from .together import Rows, together
from .worklists import Worklist

Part = QuerySet[Any, Any]
#: What asks a section for a word, as its notices are called.
ASKED = ("chase", "supervise", "instruct")
#: Messages that wait for a person.
UNDELIVERED = (Post.DEAD.value, Post.UNKNOWN.value)
#: So much of a reply stands in a line.
BEGINNING = 90


def counts(
    *, lists: Iterable[Worklist], scope: Scope, elsewhere: Mapping[str, QuerySet[Any, Any]] | None = None
) -> dict[str, int]:
    """How many wait in each list, with ``exchanges``, ``undelivered`` and what ``elsewhere`` names: one statement, each bounded."""
    wanted: dict[str, QuerySet[Any, Any]] = {each.value: worklists.tickets(each, scope) for each in lists}
    wanted |= {"exchanges": refused(), "undelivered": undelivered()}
    return pages.counts({**wanted, **(elsewhere or {})})


def refused() -> QuerySet[Exchange]:
    """What sources told us that was not applied, and that nobody has dealt with."""
    return Exchange.objects.filter(is_applied=False, settled_at__isnull=True)


def undelivered() -> QuerySet[OutboxRow]:
    """Messages that wait for a person."""
    return OutboxRow.objects.filter(post__in=UNDELIVERED)


def exchanges(*, after: str = "", size: int = 30) -> Page:
    """A page of ``refused``, the oldest first. Raises BadCursor."""
    return pages.by_oldest(_exchanges(refused()), after, size)


def exchange(pk: int) -> dict[str, Any] | None:
    """One of them, settled or not; None where there is none."""
    return _exchanges(Exchange.objects.filter(pk=pk, is_applied=False)).first()


def _exchanges(rows: Part) -> Part:
    return rows.values(
        "id", "source_id", "source__name_zh", "source__name_en", "happening", "occurred_at", "received_at", "detail", "trouble",
        "trouble_en", "inquiry__number", "inquiry__ticket__number", "inquiry__ticket__title", "inquiry__ticket__state",
    )  # fmt: skip


def asides(worklist: Worklist, tickets: Iterable[int]) -> dict[str, Rows]:
    """What hangs on these tickets and matters in this list, in one statement: ``requests``, ``words`` (the last chase, supervision or
    instruction), and where the list is about them ``replies``, ``sources``, ``posts``."""
    ids = list(tickets)
    wanted = {"requests": _requests, "words": _words} | MORE.get(worklist, {})
    return together({name: part(ids) for name, part in wanted.items()}) if ids else {name: [] for name in wanted}


def _requests(ids: list[int]) -> Part:
    ruled = Exists(Decision.objects.filter(request=OuterRef("pk")))
    rows: Part = Request.objects.filter(ticket__in=ids, is_open=True).annotate(is_consented=ruled).order_by("id").values(
        "ticket_id", "kind", "code", "reason", "amount", "until", "facts", "asked_at", "asked_by__name", "asked_by__username",
        "is_consented",
    )  # fmt: skip
    return rows


def _words(ids: list[int]) -> Part:
    rows: Part = Notice.objects.filter(ticket__in=ids, kind__in=ASKED).order_by("id")
    return rows.values("ticket_id", "kind", "facts", "created_at")


def _replies(ids: list[int]) -> Part:
    standing = (ReplyState.REVIEWED.value, ReplyState.APPROVED.value, ReplyState.SENT.value)
    found = Reply.objects.filter(ticket__in=ids, state__in=standing, is_interim=False).order_by("no")
    rows: Part = found.annotate(beginning=Left("public_text", BEGINNING))
    return rows.values(
        "ticket_id", "no", "outcome", "promised_on", "beginning", "author_id", "author__name", "approver__name", "sent_at"
    )  # fmt: skip


def _sources(ids: list[int]) -> Part:
    """Of the work and of what was merged into it; ``parent`` is the ticket that stands in the list then."""
    found = Inquiry.objects.filter(Q(ticket__in=ids) | Q(ticket__parent__in=ids)).order_by("id")
    rows: Part = found.annotate(parent=F("ticket__parent_id"))
    return rows.values(
        "ticket_id", "parent", "source_id", "source__name_zh", "source__name_en", "number", "is_anonymous", "is_reached",
        "person_id", "channel",
    )  # fmt: skip


def _posts(ids: list[int]) -> Part:
    rows: Part = OutboxRow.objects.filter(ticket__in=ids, telling=Telling.RETURN.value).order_by("id")
    return rows.values("ticket_id", "post", "sent_at")


MORE: Mapping[Worklist, dict[str, Callable[[list[int]], Part]]] = {
    Worklist.OUTWARD: {"posts": _posts},
    Worklist.SIGN_OFF: {"replies": _replies},
    Worklist.TO_SEND: {"replies": _replies, "sources": _sources},
    Worklist.FOLLOW_UP: {"replies": _replies, "sources": _sources},
}


def letters(
    *, standing: Sequence[ReplyState], tickets: Iterable[int] = (), numbers: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The replies of these tickets that stand so, whole, each with its ``sources`` and ``files``; the earliest due first. One statement.

    The caller has found the tickets under his own scope, or sees all of them.
    """
    works = Ticket.objects.filter(Q(pk__in=list(tickets)) | Q(number__in=list(numbers))).values("pk")
    of: Part = Reply.objects.filter(ticket__in=works, state__in=[each.value for each in standing], is_interim=False)
    inquiries: Part = Inquiry.objects.filter(Q(ticket__in=works) | Q(ticket__parent__in=works)).order_by("id")
    files: Part = Attachment.objects.filter(ticket__in=works, reply__isnull=False, state=FileState.STORED.value)
    found = together({
        "replies": of.order_by(F("ticket__due_at").asc(nulls_last=True), "ticket_id").values(
            "id", "ticket_id", "ticket__number", "ticket__title", "ticket__channel", "ticket__is_confidential", "no", "outcome",
            "public_text", "handling", "promised_on", "document_no", "author__name", "approver__name",
        ),
        "sources": inquiries.annotate(parent=F("ticket__parent_id")).values(
            "ticket_id", "parent", "source_id", "source__name_zh", "source__name_en", "channel", "number", "closed_at"
        ),
        "files": files.order_by("id").values("reply_id", "name"),
    })  # fmt: skip
    return [
        {
            **row,
            "sources": [each for each in found["sources"] if row["ticket_id"] in (each["ticket_id"], each["parent"])],
            "files": [each["name"] for each in found["files"] if each["reply_id"] == row["id"]],
        }
        for row in found["replies"]
    ]
