"""What waits for a decision: replies to sign off and requests to grant, each with what must be known to decide, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from tickets.domain.states import ANSWERED, OPEN
from tickets.domain.words import ClockKind
from tickets.models import Attachment, Contact, Inquiry, Reply, ReplyState, Request, Run, Ticket, Timer

from . import readiness, signing, worklists
from .readiness import Finding, Known, Text
from .scopes import Scope
from .together import Rows, together
from .worklists import TO_DECIDE, Worklist

WHO = ("username", "name")


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply that waits to be signed off: its row, what the checks say of it, whether a leader must sign it, and the channels by
    which the matter came in."""

    reply: Mapping[str, Any]
    content: str
    findings: Sequence[Finding]
    needs_leader: bool
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plea:
    """A request that waits for a decision, with the reply clock that it would move (None: there is none)."""

    request: Request
    content: str
    clock: Timer | None


@dataclass(slots=True)
class _Known:
    """What was read of one ticket."""

    inquiries: list[Inquiry] = field(default_factory=list)
    contact: Any = None
    photos: set[int] = field(default_factory=set)
    files: list[int] = field(default_factory=list)


def to_sign(scope: Scope) -> QuerySet[Ticket]:
    """The tickets whose reply waits to be signed off."""
    return worklists.tickets(Worklist.SIGN_OFF, scope)


def to_grant(scope: Scope) -> QuerySet[Ticket]:
    """The tickets with an extension or a suspension that no person has ruled on: what waits for the platform's ruling is not ours."""
    open_requests = Request.objects.filter(is_open=True, kind__in=TO_DECIDE, decisions__isnull=True)
    rows = worklists.tickets(Worklist.REQUESTS, scope).filter(pk__in=open_requests.values("ticket_id"))
    return rows.filter(state__in=sorted(OPEN - ANSWERED))


def letters(ticket_ids: Sequence[int], standing: ReplyState = ReplyState.REVIEWED) -> dict[int, Letter]:
    """The reply that waits on each of these tickets, to be signed off or (``standing`` submitted) to be reviewed."""
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(pk__in=ticket_ids)}
    found = together(_parts(ticket_ids, standing))
    known = _known(ticket_ids, found)
    return {
        row["ticket_id"]: _letter(tickets[row["ticket_id"]], row, known[row["ticket_id"]]) for row in found["replies"]
    }


def _parts(ticket_ids: Sequence[int], standing: ReplyState) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    replies = Reply.objects.filter(ticket__in=ticket_ids, state=standing.value, is_interim=False)
    people = [f"{who}__{part}" for who in ("author", "reviewer") for part in WHO]
    return {
        "replies": replies.order_by("no").values(
            "id", "ticket_id", "no", "outcome", "public_text", "handling", "promised_on", "disclosure", "disclosure_ground",
            "document_no", "author_id", "written_at", "reviewed_at", *people,
        ),
        "contacts": Contact.objects.filter(ticket__in=ticket_ids).order_by("contacted_at").values(
            "ticket_id", "contacted_at", "is_reached"
        ),
        "files": Attachment.objects.filter(ticket__in=ticket_ids).values("id", "ticket_id", "role", "reply_id"),
    }  # fmt: skip


def _known(ticket_ids: Sequence[int], found: Mapping[str, Rows]) -> dict[int, _Known]:
    known: dict[int, _Known] = defaultdict(_Known)
    of_work = Q(ticket__in=ticket_ids) | Q(ticket__parent__in=ticket_ids)
    for inquiry in Inquiry.objects.filter(of_work).select_related("source", "person", "ticket").order_by("id"):
        parent = inquiry.ticket.parent_id or 0
        known[parent if parent in ticket_ids else inquiry.ticket_id].inquiries.append(inquiry)
    for row in found["contacts"]:
        known[row["ticket_id"]].contact = (row["contacted_at"], row["is_reached"])
    reply_of = {row["id"] for row in found["replies"]}
    for row in found["files"]:
        if row["role"] == "photo":
            known[row["ticket_id"]].photos.add(row["id"])
        if row["reply_id"] in reply_of:
            known[row["ticket_id"]].files.append(row["id"])
    return known


def _letter(ticket: Ticket, row: Mapping[str, Any], known: _Known) -> Letter:
    text = Text(row["outcome"], row["public_text"], row["handling"], row["promised_on"], tuple(known.files))
    held_against = Known(known.inquiries, known.contact, frozenset(known.photos))
    by_leader = signing.needs_leader(channel=ticket.channel, outcome=row["outcome"], is_supervised=ticket.is_supervised)
    channels = frozenset(each.channel for each in known.inquiries)
    return Letter(row, ticket.content, readiness.findings(ticket, text, held_against), by_leader, channels)


def pleas(ticket_ids: Sequence[int]) -> dict[int, list[Plea]]:
    """The requests that wait on each of these tickets, the older first."""
    rows = Request.objects.filter(ticket__in=ticket_ids, is_open=True, kind__in=TO_DECIDE, decisions__isnull=True)
    clocks = _reply_clocks(ticket_ids)
    found: dict[int, list[Plea]] = defaultdict(list)
    for request in rows.select_related("ticket", "asked_by", "inquiry__source").order_by("asked_at"):
        found[request.ticket_id].append(Plea(request, request.ticket.content, clocks.get(request.ticket_id)))
    return found


def _reply_clocks(ticket_ids: Iterable[int]) -> dict[int, Timer]:
    """The reply clock in force of each: the source's before the section's, the earlier first."""
    rows = Timer.objects.filter(ticket__in=ticket_ids, kind=ClockKind.REPLY, due_at__isnull=False)
    alive = rows.filter(run__in=[Run.RUNNING.value, Run.PAUSED.value]).select_related("policy")
    return {timer.ticket_id: timer for timer in alive.order_by("side", "-due_at")}
