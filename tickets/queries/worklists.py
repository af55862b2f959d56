"""What waits for whom: keyset pages of plain rows, scoped in one place, with bounded queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.domain.left import Lefts
from tickets.domain.states import ANSWERED, OPEN, State
from tickets.domain.terms import Unit
from tickets.domain.words import NO_CALLER, Labelled
from tickets.models import CoHandler, Inquiry, Request, RequestKind, Ticket

from . import calendar, pages, scopes
from .pages import BadCursor, Page
from .scopes import Scope
from .together import Columns

__all__ = ["BadCursor", "Filters", "Page", "Worklist", "count", "counts", "page"]

PART = 1_000
COLUMNS = (
    "id", "number", "state", "version", "title", "place", "channel", "type", "urgency", "category", "section_id",
    "section_name", "handler_id", "handler_name", "proposed_section_id", "proposed_section_name", "route_reason",
    "due_at", "due_kind", "due_unit", "due_from", "due_provisional",
    "is_overdue", "is_confidential", "is_supervised", "must_handle", "chase_count", "asked_at", "redo_count",
    "registered_at", "dispatched_at", "sent_at", "closed_at", "promised_on", "extension_asked", "suspension_asked",
)  # fmt: skip


class Worklist(Labelled):
    """The lists of the desks."""

    QUEUE = "queue", "科室待办", "The section's queue"
    MINE = "mine", "我的待办", "My own"
    CO_HANDLED = "co_handled", "协办件", "Co-handled"
    REGISTERED = "registered", "待派单", "To dispatch"
    RETURNS = "returns", "科室退单", "Section returns"
    OUTWARD = "outward", "外退待裁", "Outward returns"
    FIRST_REVIEW = "first_review", "待初审", "First review"
    SIGN_OFF = "sign_off", "待签发", "To sign off"
    TO_SEND = "to_send", "待反馈", "To send"
    REQUESTS = "requests", "待批申请", "Requests to decide"
    FOLLOW_UP = "follow_up", "待回访", "Follow-up"
    ASKED = "asked", "催办未回", "Chased, not answered"
    OVERDUE = "overdue", "超期件", "Overdue"
    OPEN = "open", "在办件", "Open"
    ALL = "all", "全部工单", "All tickets"


IN_STATES: dict[Worklist, frozenset[State]] = {
    Worklist.QUEUE: OPEN - ANSWERED - {State.REGISTERED, State.OUTWARD_RETURN_ASKED},
    Worklist.MINE: OPEN - ANSWERED,
    Worklist.CO_HANDLED: OPEN,
    Worklist.REGISTERED: frozenset({State.REGISTERED}),
    Worklist.RETURNS: frozenset({State.SECTION_RETURN_ASKED}),
    Worklist.OUTWARD: frozenset({State.OUTWARD_RETURN_ASKED}),
    Worklist.FIRST_REVIEW: frozenset({State.FIRST_REVIEW}),
    Worklist.SIGN_OFF: frozenset({State.SIGN_OFF}),
    Worklist.TO_SEND: frozenset({State.APPROVED}),
    Worklist.REQUESTS: OPEN,
    Worklist.FOLLOW_UP: ANSWERED,
    Worklist.OVERDUE: OPEN,
    Worklist.OPEN: OPEN,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; None or '' leaves it open. Moments include ``from`` and exclude ``until``."""

    channel: str = ""
    type: str = ""
    urgency: str = ""
    state: str = ""
    section_id: int | None = None
    handler_id: int | None = None
    is_overdue: bool | None = None
    is_supervised: bool | None = None
    is_confidential: bool | None = None
    due_until: datetime | None = None
    registered_from: datetime | None = None
    registered_until: datetime | None = None


LOOKUPS = {"due_until": "due_at__lt", "registered_from": "registered_at__gte", "registered_until": "registered_at__lt"}


def page(
    *,
    worklist: Worklist,
    scope: Scope,
    now: datetime,
    user_id: int | None = None,
    filters: Filters | None = None,
    after: str = "",
    size: int = 50,
) -> Page:
    """One page of a list as the scope may read it; the most urgent first, all tickets the newest first.

    Each row: the columns, and what is left (``_told``).
    Raises BadCursor for an ``after`` that is no mark of ours.
    """
    rows = tickets(worklist, scope, user_id, filters)
    found = (pages.by_newest if worklist is Worklist.ALL else pages.by_due)(rows, LISTED, after, size)
    return Page(shown(found.rows, scope, now), found.next)


def every(
    rows: QuerySet[Ticket], *, scope: Scope, now: datetime, most: int, by_due: bool = True
) -> tuple[int, Iterator[dict[str, Any]]]:
    """All of these tickets as list rows, for an export: how many they are (``most`` + 1: there are more than that), and the rows one
    by one, read in parts. The order is that of the page."""
    order = (F("due_at").asc(nulls_last=True), "id") if by_due else ("-id",)
    ids = list(rows.order_by(*order).values_list("pk", flat=True)[: most + 1])
    return len(ids), _each(ids, scope, now)


def _each(ids: Sequence[int], scope: Scope, now: datetime) -> Iterator[dict[str, Any]]:
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        found = {row["id"]: row for row in LISTED.of(Ticket.objects.filter(pk__in=part))}
        yield from shown((found[pk] for pk in part if pk in found), scope, now)


def count(*, worklist: Worklist, scope: Scope, user_id: int | None = None, filters: Filters | None = None) -> int:
    """How many wait in a list, to 1,001 at the most."""
    return pages.count(tickets(worklist, scope, user_id, filters).values("pk"))


def counts(*, worklists: tuple[Worklist, ...], scope: Scope, user_id: int | None = None) -> dict[str, int]:
    """``count`` of several lists, for the head of a desk, in one statement."""
    return pages.counts({each.value: tickets(each, scope, user_id) for each in worklists})


def tickets(
    worklist: Worklist, scope: Scope, user_id: int | None = None, filters: Filters | None = None
) -> QuerySet[Ticket]:
    """The list before ordering, never more than the scope sees; a section's own lists are of what it leads."""
    rows = _of_list(Ticket.objects.all(), worklist, scope, user_id)
    if worklist in IN_STATES:
        rows = rows.filter(state__in=sorted(IN_STATES[worklist]))
    return _narrowed(rows, filters or Filters())


#: Also what a section co-handles.
WIDE = frozenset({Worklist.CO_HANDLED, Worklist.OPEN, Worklist.ALL})


def _of_list(rows: QuerySet[Ticket], worklist: Worklist, scope: Scope, user_id: int | None) -> QuerySet[Ticket]:
    if scope.kind != "section" or worklist in WIDE:
        rows = scopes.visible(rows, scope)
    else:
        rows = rows.filter(section_id=scope.section_id or 0)
    if worklist is Worklist.CO_HANDLED:
        helped = CoHandler.objects.filter(is_active=True, is_open=True)
        if scope.kind == "section":
            helped = helped.filter(section_id=scope.section_id or 0)
        return rows.filter(pk__in=helped.values("ticket_id"))
    if worklist is Worklist.MINE:
        return rows.filter(handler_id=user_id) if user_id is not None else rows.none()
    holds = HOLDS.get(worklist)
    return rows if holds is None else rows.filter(holds())


def callers(rows: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    """The inquiries of somebody who can be asked whether he is content."""
    return rows.filter(is_anonymous=False, person__isnull=False).exclude(channel__in=NO_CALLER)


def _to_ask() -> Any:
    """An inquiry of the work, or of what was merged into it, whose caller has not been reached yet."""
    unasked = callers(Inquiry.objects.filter(closed_at__isnull=True)).exclude(is_reached=True)
    return Exists(unasked.filter(ticket=OuterRef("pk"))) | Exists(unasked.filter(ticket__parent=OuterRef("pk")))


def _waits_for_its_source() -> Any:
    """A platform closes an inquiry of the work, or of what was merged into it, by itself: nothing is to be done here."""
    theirs = Inquiry.objects.filter(closed_at__isnull=True, source__is_platform=True)
    return Exists(theirs.filter(ticket=OuterRef("pk"))) | Exists(theirs.filter(ticket__parent=OuterRef("pk")))


TO_DECIDE = (RequestKind.EXTENSION.value, RequestKind.SUSPENSION.value)
#: What must hold beside the state.
HOLDS: Mapping[Worklist, Callable[[], Any]] = {
    Worklist.OVERDUE: lambda: Q(is_overdue=True),
    Worklist.ASKED: lambda: Q(asked_at__isnull=False),
    Worklist.FOLLOW_UP: lambda: _to_ask() | ~_waits_for_its_source(),
    Worklist.REQUESTS: lambda: Q(pk__in=Request.objects.filter(is_open=True, kind__in=TO_DECIDE).values("ticket_id")),
}


def _narrowed(rows: QuerySet[Ticket], filters: Filters) -> QuerySet[Ticket]:
    given = {each.name: getattr(filters, each.name) for each in fields(filters)}
    wanted = {LOOKUPS.get(name, name): value for name, value in given.items() if value not in (None, "")}
    return rows.filter(**wanted)


def listed(rows: QuerySet[Ticket]) -> QuerySet[Any, dict[str, Any]]:
    """The columns of a list, with the tags of open requests (延期待批, 挂账待批)."""
    asked = Request.objects.filter(ticket=OuterRef("pk"), is_open=True)
    marked = rows.annotate(
        extension_asked=Exists(asked.filter(kind=RequestKind.EXTENSION.value)),
        suspension_asked=Exists(asked.filter(kind=RequestKind.SUSPENSION.value)),
        section_name=F("section__name"),
        handler_name=F("handler__name"),
        proposed_section_name=F("proposed_section__name"),
    )
    columns: QuerySet[Any, dict[str, Any]] = marked.values(*COLUMNS)
    return columns


#: The columns of a list; what is left is told by the calendar.
LISTED = Columns(listed, Ticket, along=[calendar.cached])


def shown(rows: Iterable[dict[str, Any]], scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Rows as they are handed out."""
    lefts = Lefts(now, calendar.working_calendar())
    return [_shown(row, scope, lefts) for row in rows]


def _shown(row: dict[str, Any], scope: Scope, lefts: Lefts) -> dict[str, Any]:
    seen = scopes.redact_row(row, scope)
    seen.update(_told(row, lefts))
    return seen


def _told(row: dict[str, Any], lefts: Lefts) -> dict[str, Any]:
    """``left``: what is left as a pair of sentences (None when nothing is due), ``light``, ``percent`` used for a bar."""
    if row["due_at"] is None:
        return {"left": None, "light": "red" if row["is_overdue"] else "", "percent": 0}
    unit = Unit(row["due_unit"] or Unit.WORKING_DAYS)
    left, used = lefts.of(unit, row["due_from"] or row["registered_at"], row["due_at"])
    return {"left": (left.zh, left.en), "light": "red" if row["is_overdue"] else left.light, "percent": used}
