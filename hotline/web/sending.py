"""反馈: what waits to be sent, as each source will show it; looked through, then sent together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import possible
from hotline.permissions import find_ticket
from hotline.wording import account, label, pair, said
from tickets.domain.states import Action
from tickets.domain.words import Outcome
from tickets.models import ReplyState
from tickets.queries import hall
from tickets.queries.worklists import Worklist

from .office import address
from .visit import Visit, page

#: So many are looked through on one page.
MOST = 50


@page("page.office.send")
def preview(visit: Visit, number: str) -> HttpResponse:
    """The reply that waits, as each source will show it, with what can be done about it."""
    ticket = find_ticket(visit.actor, number)
    found = hall.letters(tickets=[ticket.pk], standing=(ReplyState.REVIEWED, ReplyState.APPROVED))
    facts = {
        "ticket": ticket,
        "letter": told(found[0]) if found else None,
        "acts": _acts(visit, ticket),
        "back": visit.back(address(Worklist.SIGN_OFF if ticket.state == "sign_off" else Worklist.TO_SEND)),
    }
    return (visit.part if visit.is_fragment else visit.page)(
        "office/preview_part.html" if visit.is_fragment else "office/preview.html", facts
    )


def _acts(visit: Visit, ticket: Any) -> list[dict[str, Any]]:
    """Of signing and sending, what is possible now."""
    wanted = (Action.SEND.value, Action.APPROVE.value, Action.DISAPPROVE.value)
    told_acts = {each["action"]: each for each in possible.actions(ticket, visit.actor) if each["is_possible"]}
    return [
        {
            "label": said(Action(code)),
            "address": reverse("act", args=[ticket.number, code]),
            "is_send": code == Action.SEND,
        }
        for code in wanted
        if code in told_acts
    ]


@page("page.office.send")
def send(visit: Visit) -> HttpResponse:
    """Look through what was picked, each as its sources will show it, before it is sent for good."""
    numbers = visit.request.POST.getlist("ticket")[:MOST]
    back = visit.back(address(Worklist.TO_SEND))
    if visit.request.method != "POST" or not numbers:
        messages.warning(visit.request, _("Pick the lines first."))
        return visit.go(back)
    found = hall.letters(numbers=numbers, standing=(ReplyState.APPROVED,))
    return visit.page("office/send.html", {"letters": [told(each) for each in found], "back": back})


def told(letter: Mapping[str, Any]) -> dict[str, Any]:
    """A reply with its sources, in the reader's words."""
    sources = [
        {
            "name": pair(row["source__name_zh"], row["source__name_en"]),
            "number": row["number"],
            "code": row["source_id"],
            "account": account([row["channel"]]),
        }
        for row in letter["sources"]
    ]
    return {**letter, "outcome_label": label(Outcome, letter["outcome"]), "sources": sources}
