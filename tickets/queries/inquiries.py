"""The inquiries behind a ticket: its own and those of tickets merged into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from tickets.models import Inquiry, Person, Ticket

#: Outer states in which the source wants nothing more of this round.
FINISHED = ("closed", "returned", "terminated", "rejected")


def of(ticket: Ticket) -> QuerySet[Inquiry]:
    """Every inquiry of the work, the newest round of a number last; ``of_ticket`` is the number of the ticket it came in as.

    The tickets are found first, by two indexes: one condition over both tables would read all inquiries.
    """
    works = Ticket.objects.filter(Q(pk=ticket.pk) | Q(parent=ticket)).order_by().values("pk")
    rows = Inquiry.objects.filter(ticket__in=works).annotate(of_ticket=F("ticket__number"))
    return rows.select_related("source", "person", "taken_by").order_by("id")


def callers(ticket_ids: Collection[int]) -> dict[int, list[Person]]:
    """Who spoke in ``of`` each of these tickets, in one statement."""
    works = Ticket.objects.filter(Q(pk__in=ticket_ids) | Q(parent__in=ticket_ids)).order_by().values("pk")
    rows = Inquiry.objects.filter(ticket__in=works, person__isnull=False).annotate(work=F("ticket__parent_id"))
    found: dict[int, list[Person]] = {pk: [] for pk in ticket_ids}
    for inquiry in rows.select_related("person"):
        for pk in {inquiry.ticket_id, inquiry.work} & found.keys():
            found[pk] += [inquiry.person] if inquiry.person is not None else []
    return found


def live(ticket: Ticket) -> list[Inquiry]:
    """Those a source still waits for: not finished outside, and only the newest round of each number."""
    return live_of(of(ticket))


def live_of(known: Iterable[Inquiry]) -> list[Inquiry]:
    """The same among those of a ticket that were read already, the newest round of a number last."""
    newest = {(inquiry.source_id, inquiry.number): inquiry for inquiry in known}
    return [inquiry for inquiry in newest.values() if inquiry.outer_state not in FINISHED and inquiry.closed_at is None]


def taken_by(user_id: int, since: datetime, most: int = 200) -> list[dict[str, Any]]:
    """What a clerk has logged since then, the newest first: plain rows of the contact and the ticket it became."""
    rows = Inquiry.objects.filter(taken_by_id=user_id, received_at__gte=since).order_by("-id")
    columns = (
        "id", "received_at", "way", "channel", "ticket__number", "ticket__title", "ticket__state", "ticket__type", "ticket__is_direct",
        "ticket__is_confidential", "ticket__section__name", "ticket__proposed_section__name", "ticket__due_at", "ticket__parent__number",
    )  # fmt: skip
    return list(rows.values(*columns)[:most])
