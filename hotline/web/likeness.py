"""查重与并单: likely duplicates, two tickets side by side, merged either way and parted again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting.acts import ACTS
from hotline.permissions import find_ticket, may
from hotline.permissions.table import action_endpoint
from hotline.telling import clocks, finding
from hotline.telling.matter import Telling
from hotline.wording import differing, label, mask_text, said, whole
from tickets.actions import handling, readings
from tickets.actions.ledger import StaleVersion
from tickets.domain.actors import Actor
from tickets.domain.states import Action, State, UnableToMove, check
from tickets.domain.words import Channel, Side
from tickets.models import ReadingKind, Ticket
from tickets.queries import pairs, scopes

from . import act
from .office import groups
from .visit import Visit, page


@page("page.office.compare")
def duplicates(visit: Visit) -> HttpResponse:
    """Pairs of open tickets that may be about one matter, the likeliest first."""
    visible = scopes.visible(Ticket.objects.all(), visit.scope)
    found = [_pair(each, visit.actor) for each in pairs.likely(visible=visible, now=visit.now)]
    facts = {
        "groups": groups(visit, "duplicates") if may(visit.actor, "page.office", signed_in=True) else [],
        "pairs": [each for each in found if each["reasons"]],
    }
    return visit.page("office/duplicates.html", facts)


def _pair(pair: pairs.Pair, actor: Actor) -> dict[str, Any]:
    is_closed = pair.newer["is_confidential"] and not finding.links_petitioners(actor)
    return {
        "older": _side(pair.older),
        "newer": _side(pair.newer),
        "reasons": reasons(name for name in pair.reasons if not (is_closed and name == "phone")),
        "likeness": round(pair.likeness),
    }


def reasons(names: Iterable[str]) -> list[str]:
    """Why two are suggested, in words."""
    words = {
        "number": _("named as related by the source"),
        "phone": _("the same telephone"),
        "place": _("the same place"),
        "text": _("alike in words"),
    }
    return [words[name] for name in names]


def _side(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("number", "channel", "is_confidential", "registered_at")}
    return {
        **told,
        "title": mask_text(row["title"]),
        "place": mask_text(row["place"]),
        "state_label": label(State, row["state"]),
        "channel_label": label(Channel, row["channel"]),
        "section": row["section__name"] or "",
    }


@page("page.office.compare")
def like_one(visit: Visit, number: str) -> HttpResponse:
    """What may be about the same matter as one ticket."""
    ticket = find_ticket(visit.actor, number)
    inquiry = ticket.inquiries.select_related("person").order_by("id").first()
    is_closed = ticket.is_confidential and not finding.links_petitioners(visit.actor)
    party = inquiry.person.party() if inquiry and inquiry.person and not is_closed else None
    form = {
        "title": ticket.title,
        "content": ticket.content,
        "place": ticket.place,
        "phone": (party.phone or party.incoming_phone) if party else "",
        "related_numbers": inquiry.related_numbers if inquiry else [],
    }
    found = finding.similar(form, actor=visit.actor, scope=visit.scope, now=visit.now, besides=ticket.pk)
    rows = [{**each, "state_label": label(State, each["state"]), "why": reasons(each["reasons"])} for each in found]
    return visit.page("office/like_one.html", {"ticket": ticket, "title": mask_text(ticket.title), "rows": rows})


@page("page.office.compare")
def compare(visit: Visit, first: str, second: str) -> HttpResponse:
    """Side by side; POST merges one into the other, with the reason, or notes that they are two matters."""
    tickets = [find_ticket(visit.actor, number) for number in (first, second)]
    if tickets[0].pk == tickets[1].pk:
        raise Http404(second)
    if visit.request.method != "POST":
        for ticket in tickets:
            readings.write(ticket=ticket, actor=visit.actor, now=visit.now, kind=ReadingKind.PAGE)
        return _compared(visit, tickets)
    return _apart(visit, tickets) if visit.request.POST.get("do") == "apart" else _merged(visit, tickets)


def _compared(visit: Visit, tickets: list[Ticket], wrong: str = "", status: int = 200) -> HttpResponse:
    tellings = [Telling(ticket, visit.actor).open() for ticket in tickets]
    told = [telling.whole() for telling in tellings]
    fields = {name: differing.marked(told[0][name], told[1][name]) for name in ("title", "place", "content")}
    sides = [
        {
            "ticket": tickets[place],
            "told": told[place],
            "marked": {name: pieces[place] for name, pieces in fields.items()},
            "callers": [each["caller"] for each in told[place]["inquiries"] if each["caller"]],
            "clocks": clocks.shown(tickets[place], visit.now, side=Side.OUTER)["near"],
            "why_not": _why_not(visit, tickets[place], tickets[1 - place]),
            "other": tickets[1 - place],
            "is_merged": tickets[place].parent_id == tickets[1 - place].pk,
        }
        for place in (0, 1)
    ]
    is_closed = any(each.is_confidential for each in tickets) and not finding.links_petitioners(visit.actor)
    facts = {
        "sides": sides,
        "same_phone": not is_closed and bool(_digests(tellings[0]) & _digests(tellings[1])),
        "reason": visit.request.POST.get("reason", ""),
        "wrong": wrong,
        "may_unmerge": may(visit.actor, action_endpoint(Action.UNMERGE), signed_in=True),
    }
    return visit.page("office/compare.html", facts, status=status)


def _digests(telling: Telling) -> set[str]:
    people = [each.person for each in telling.inquiries if each.person is not None]
    return {digest for person in people for digest in (person.phone_digest, person.incoming_digest) if digest}


def _why_not(visit: Visit, child: Ticket, parent: Ticket) -> str:
    """Why one cannot be merged into the other now; empty when it can."""
    try:
        check(child.stage, Action.MERGE, visit.actor, child.section_id)
        handling.check_pair(child, parent)
    except UnableToMove as refusal:
        return said(refusal)
    return ""


def _merged(visit: Visit, tickets: list[Ticket]) -> HttpResponse:
    post = visit.request.POST
    parent = next((ticket for ticket in tickets if ticket.number == post.get("into")), None)
    if parent is None:
        return _compared(visit, tickets, _("Choose which of the two goes on."), act.UNPROCESSABLE)
    child = tickets[0] if parent is tickets[1] else tickets[1]
    version = whole(post.get(f"version-{child.number}", ""))
    try:
        ACTS[Action.MERGE].do(
            ticket=child, into=parent.number, actor=visit.actor, now=visit.now, reason=post.get("reason", "").strip(),
            expected_version=version,
        )  # fmt: skip
    except (UnableToMove, OperationalError) as refusal:
        return _compared(visit, _fresh(visit, tickets), _words(refusal), act.CONFLICT)
    after = Ticket.objects.values_list("version", flat=True).get(pk=child.pk)
    visit.request.session["undo"] = [[child.number, after, Action.UNMERGE.value, {"reason": _("taken back")}]]
    told = _("%(child)s is merged into %(parent)s") % {"child": child.number, "parent": parent.number}
    undoes = may(visit.actor, action_endpoint(Action.UNMERGE), signed_in=True)
    messages.success(visit.request, told, extra_tags="undo" if undoes else "")
    return visit.go(reverse("compare", args=[ticket.number for ticket in tickets]))


def _fresh(visit: Visit, tickets: list[Ticket]) -> list[Ticket]:
    return [find_ticket(visit.actor, ticket.number) for ticket in tickets]


def _words(refusal: Exception) -> str:
    if isinstance(refusal, StaleVersion):
        return _("Somebody changed one of the two meanwhile. Look at both as they are now, then merge again.")
    return " ".join(text for texts in act.refusal(refusal).values() for text in texts)


def _apart(visit: Visit, tickets: list[Ticket]) -> HttpResponse:
    handling.keep_apart(ticket=tickets[0], other=tickets[1], actor=visit.actor, now=visit.now)
    messages.success(visit.request, _("Noted: two different matters, not suggested again."))
    return visit.go(reverse("likely"))
