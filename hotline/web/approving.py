"""The leader's decisions as cards, made for a phone: replies to sign off, requests to grant, each with what must be known to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.telling import approving, rows
from tickets.actions import readings
from tickets.domain.words import Role
from tickets.models import Ticket
from tickets.queries import approvals, calendar, pages, phrases, worklists
from tickets.queries.freshness import held_together
from tickets.queries.pages import BadCursor
from tickets.queries.scopes import Scope

from .queue import shown
from .visit import Visit, page

SIZE = 10
Row = dict[str, Any]
REPLIES, REQUESTS = "replies", "requests"
CHOSEN: dict[str, Callable[[Scope], QuerySet[Ticket]]] = {REPLIES: approvals.to_sign, REQUESTS: approvals.to_grant}


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the two kinds, with how many wait."""

    code: str
    label: str
    address: str
    count: str
    is_here: bool


@page("page.board.approve")
def approve(visit: Visit) -> HttpResponse:
    """What waits for a decision, the most urgent first; without a choice the kind of which there is something."""
    with held_together(calendar.cached, phrases.cached_terms):
        counted = pages.counts({code: chosen(visit.scope) for code, chosen in CHOSEN.items()})
        here = visit.request.GET.get("list", "")
        if here not in CHOSEN:
            here = REPLIES if counted[REPLIES] or not counted[REQUESTS] else REQUESTS
        try:
            cards, following = _cards(visit, here)
        except BadCursor:
            return visit.go(reverse("board_approve"))
    facts = {
        "cards": cards,
        "is_replies": here == REPLIES,
        "tabs": _tabs(here, counted),
        "may_instruct": visit.actor.has(Role.LEADER),
        "back": visit.request.get_full_path(),
        "next": f"{reverse('board_approve')}?list={here}&after={following}" if following else "",
    }
    return visit.page("board/approve.html", facts)


def _cards(visit: Visit, here: str) -> tuple[list[Row], str]:
    """The cards of one page, and the mark of the next; each is a look at the ticket."""
    after = visit.request.GET.get("after", "")
    found = pages.by_due(CHOSEN[here](visit.scope), worklists.LISTED, after, SIZE)
    listed = worklists.shown(found.rows, visit.scope, visit.now)
    ids = [row["id"] for row in listed]
    if ids:
        readings.write_pages(ticket_ids=ids, actor=visit.actor, now=visit.now)
    told = rows.shown(listed, visit.actor)
    if here == REPLIES:
        letters = approvals.letters(ids)
        return [
            approving.letter(row, letters[row["id"]], visit.actor) for row in told if row["id"] in letters
        ], found.next
    pleas = approvals.pleas(ids)
    return [
        approving.plea(row, each, visit.actor, visit.now) for row in told for each in pleas.get(row["id"], ())
    ], found.next


def _tabs(here: str, counted: dict[str, int]) -> list[Tab]:
    labels = {REPLIES: _("Replies to sign off"), REQUESTS: _("Requests to decide")}
    address = reverse("board_approve")
    return [
        Tab(code, label, f"{address}?list={code}", shown(counted[code]), code == here) for code, label in labels.items()
    ]
