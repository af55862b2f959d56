"""未了事项: the open work that hangs on a person or a section, as it must be handed over when he leaves or it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from tickets.domain.states import OPEN, State
from tickets.models import CoHandler, Notice, Phrase, Project, Reply, ReplyState, Request, Route, Run, Ticket, Timer

from .together import Rows, together

#: Work that is not over, and work that comes back to its section when a merge is undone.
STANDING = sorted({*OPEN, State.MERGED})
#: A number, a state and a limit: nothing of the matter, because administrators of the system see none.
TICKET = ("number", "state", "channel", "due_at", "is_overdue", "handler__name", "handler__username")
HANGING = ("ticket__number", "ticket__state")
DRAFTS = (ReplyState.DRAFT.value, ReplyState.SENT_BACK.value)
MOST = 500
Part = QuerySet[Any, dict[str, Any]]


def of_person(user_id: int) -> dict[str, Rows]:
    """``tickets`` he handles, ``drafts`` he wrote, ``requests`` he asked that wait for a ruling, ``timers`` that run on his tickets,
    ``notices`` to him alone about them. In one statement."""
    mine = Ticket.objects.filter(handler_id=user_id, state__in=STANDING)
    to_him = Notice.objects.filter(user_id=user_id, ticket__in=_ids(mine))
    return together(
        {
            "tickets": _part(mine.order_by("due_at", "id"), *TICKET),
            "drafts": _drafts(Q(author_id=user_id)),
            "requests": _requests(Q(asked_by_id=user_id)),
            "timers": _timers(mine),
            "notices": _part(to_him.order_by("id"), "id", "kind"),
        }
    )


def of_section(section_id: int) -> dict[str, Rows]:
    """``tickets`` it leads, ``co_handled`` it has not contributed to yet, ``proposed`` to it, ``drafts``, ``requests``, ``timers``;
    and what names it for the future: ``routes``, ``projects``, ``phrases``. In one statement."""
    led = Ticket.objects.filter(section_id=section_id, state__in=STANDING)
    on_them = Q(ticket__in=_ids(led))
    named = {"is_active": True, "section_id": section_id}
    return together(
        {
            "tickets": _part(led.order_by("due_at", "id"), *TICKET),
            "co_handled": _part(co_handled(section_id).order_by("id"), *HANGING),
            "proposed": _part(proposed(section_id).order_by("id"), "number", "state"),
            "drafts": _drafts(on_them),
            "requests": _requests(on_them),
            "timers": _timers(led),
            "routes": _part(Route.objects.filter(**named).order_by("order", "id"), "id", "name"),
            "projects": _part(Project.objects.filter(**named).order_by("name"), "id", "name"),
            "phrases": _part(Phrase.objects.filter(**named).order_by("id"), "id", "title"),
        }
    )


def co_handled(section_id: int) -> QuerySet[CoHandler]:
    """Where the section still owes its contribution."""
    return CoHandler.objects.filter(
        section_id=section_id, is_active=True, contributed_at__isnull=True, ticket__state__in=STANDING
    )


def proposed(section_id: int) -> QuerySet[Ticket]:
    """What a rule or a clerk has proposed to the section."""
    return Ticket.objects.filter(proposed_section_id=section_id, state__in=STANDING)


def is_nothing(burden: Mapping[str, Rows]) -> bool:
    """Is there nothing to hand over?"""
    return not any(burden.values())


def _part(rows: QuerySet[Any], *columns: str) -> Part:
    return rows.values(*columns)[:MOST]


def _ids(tickets: QuerySet[Ticket]) -> QuerySet[Any, Any]:
    return tickets.order_by().values("pk")


def _drafts(whose: Q) -> Part:
    rows = Reply.objects.filter(whose, state__in=DRAFTS, ticket__state__in=STANDING)
    return _part(rows.order_by("id"), "no", *HANGING)


def _requests(whose: Q) -> Part:
    return _part(Request.objects.filter(whose, is_open=True).order_by("id"), "kind", *HANGING)


def _timers(tickets: QuerySet[Ticket]) -> Part:
    rows = Timer.objects.filter(ticket__in=_ids(tickets), run__in=[Run.RUNNING, Run.PAUSED])
    return _part(rows.order_by("due_at", "id"), "kind", "side", "run", "due_at", *HANGING)
