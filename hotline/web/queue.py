"""Lists of tickets: what is due first on top, narrowed by tabs, filters and saved views, with acts on many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import choosing, many, views
from hotline.models import SavedView
from hotline.permissions import lists_of, may
from hotline.telling import rows
from hotline.wording import said, whole
from tickets.domain.states import State
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.queries import worklists
from tickets.queries.pages import COUNTED
from tickets.queries.worklists import BadCursor, Filters, Worklist

from .visit import Visit, page

SIZE = 30
#: Filters of the list: name in the address -> (field of Filters, its vocabulary).
CHOICES: Mapping[str, tuple[str, Any]] = {
    "channel": ("channel", Channel),
    "type": ("type", MatterType),
    "urgency": ("urgency", Urgency),
    "state": ("state", State),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A list of the desk with how many wait in it."""

    code: str
    label: str
    address: str
    shown: str
    tone: str
    is_here: bool


@page("page.queue")
def queue(visit: Visit) -> HttpResponse:
    """One page of a list of this person's desk."""
    wanted, counted = lists_of(visit.actor), counts_of(visit)
    chosen = chosen_of(visit, counted)
    asked = {**visit.request.GET.dict(), "list": chosen.value}
    filters = filters_of(asked)
    try:
        found = worklists.page(
            worklist=chosen, scope=visit.scope, now=visit.now, user_id=visit.actor.in_place_of, filters=filters,
            after=asked.get("after", ""), size=SIZE,
        )  # fmt: skip
    except BadCursor:
        return visit.go(reverse("queue"))
    facts = {
        "chosen": chosen,
        "title": said(chosen),
        "tabs": _tabs(wanted, counted, chosen),
        "rows": rows.shown(found.rows, visit.actor),
        "next": _address(asked, after=found.next) if found.next else "",
        "first": _address(asked, after=""),
        "is_later": bool(asked.get("after")),
        "filters": choosable(asked),
        "is_filtered": any(asked.get(name) for name in CHOICES),
        "query": _address(asked, after=""),
        "cards": _cards(visit, chosen),
        "export": f"{reverse('queue_export')}?{_narrowed(asked)}",
        "views": views.of(visit.user),
        "bulk": many.offered(visit.actor, chosen),
        "colleagues": many.colleagues(visit.actor),
        "sections": choosing.sections() if chosen is Worklist.REGISTERED else [],
    }
    return visit.page("section/queue.html", facts)


def counts_of(visit: Visit) -> Mapping[str, int]:
    """How many wait in each list of this person's desk, in one statement."""
    return worklists.counts(worklists=lists_of(visit.actor), scope=visit.scope, user_id=visit.actor.in_place_of)


def chosen_of(visit: Visit, counted: Mapping[str, int] | None = None) -> Worklist:
    """The list that the address names, of those that stand on this person's desk; else the first in which something waits."""
    wanted = lists_of(visit.actor)
    named = next((each for each in wanted if each.value == visit.request.GET.get("list")), None)
    return named or next((each for each in wanted if counted and counted[each.value]), wanted[0])


def _cards(visit: Visit, chosen: Worklist) -> str:
    """Where the same list stands as cards to decide on; '' where there is nothing to decide."""
    kind = {Worklist.SIGN_OFF: "replies", Worklist.REQUESTS: "requests"}.get(chosen)
    if kind is None or not may(visit.actor, "page.board.approve", signed_in=True):
        return ""
    return f"{reverse('board_approve')}?list={kind}"


def filters_of(asked: Mapping[str, str]) -> Filters:
    """What the address narrows by; a word that is none of ours is passed over."""
    given: dict[str, Any] = {
        field: asked[name]
        for name, (field, vocabulary) in CHOICES.items()
        if asked.get(name, "") in vocabulary._value2member_map_
    }
    return Filters(**given)


def _tabs(wanted: Sequence[Worklist], counted: Mapping[str, int], chosen: Worklist) -> list[Tab]:
    return [
        Tab(
            each.value, said(each), f"{reverse('queue')}?list={each.value}", shown(counted[each.value]),
            "red" if each is Worklist.OVERDUE and counted[each.value] else "", each is chosen,
        )
        for each in wanted
    ]  # fmt: skip


def shown(count: int) -> str:
    """A count as a page shows it: 1000+ where there are more."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def choosable(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The filters with their words, and what is chosen of them."""
    labels = {"channel": _("Channel"), "type": _("Type"), "urgency": _("Urgency"), "state": _("State")}
    return [
        {
            "name": name,
            "label": labels[name],
            "value": asked.get(name, ""),
            "choices": [(word.value, said(word)) for word in vocabulary],
        }
        for name, (_field, vocabulary) in CHOICES.items()
    ]


def _address(asked: Mapping[str, str], **more: str) -> str:
    query = _narrowed(asked, **more)
    return f"{reverse('queue')}?{query}" if query else reverse("queue")


def _narrowed(asked: Mapping[str, str], **more: str) -> str:
    kept = {name: asked[name] for name in ("list", *CHOICES) if asked.get(name)}
    return urlencode({name: value for name, value in {**kept, **more}.items() if value})


@page("page.queue.bulk")
def bulk(visit: Visit) -> HttpResponse:
    """One act on many tickets: each on its own, with a result for each, and a way back where there is one."""
    post = visit.request.POST
    if visit.request.method != "POST":
        return visit.go(reverse("queue"))
    numbers = post.getlist("ticket")[: many.MOST]
    if not numbers:
        messages.warning(visit.request, _("Pick the lines first."))
        return visit.go(visit.back(reverse("queue")))
    given = {name: str(value) for name, value in post.items()}
    done = many.act(numbers=numbers, what=given.get("do", ""), given=given, actor=visit.actor, now=visit.now)
    if done.undo:
        visit.request.session["undo"] = done.undo
    if all(each.is_done for each in done.results):
        words_of = _("%(what)s: %(count)d done") % {"what": done.label, "count": len(done.results)}
        messages.success(visit.request, words_of, extra_tags="undo" if done.undo else "")
        return visit.go(visit.back(reverse("queue")))
    return visit.page("section/bulk.html", {"done": done, "back": visit.back(reverse("queue"))})


@page("page.queue.bulk")
def undo(visit: Visit) -> HttpResponse:
    """Take the last act on many back, ticket by ticket, where nothing has happened since."""
    if visit.request.method != "POST" or not (kept := visit.request.session.pop("undo", None)):
        return visit.go(reverse("queue"))
    done = many.undo(kept, actor=visit.actor, now=visit.now)
    back = visit.back(reverse("queue"))
    if all(each.is_done for each in done.results):
        messages.success(visit.request, _("Taken back: %d") % len(done.results))
        return visit.go(back)
    return visit.page("section/bulk.html", {"done": done, "back": back})


@page("page.queue")
def save_view(visit: Visit) -> HttpResponse:
    """Keep the list as it is narrowed now under a name, for oneself or for the section; or drop one."""
    post = visit.request.POST
    query = post.get("query", "")
    if visit.request.method == "POST" and post.get("drop"):
        SavedView.objects.filter(pk=whole(post["drop"]) or 0, user=visit.user).delete()
    elif visit.request.method == "POST" and post.get("name", "").strip() and query.startswith(reverse("queue")):
        views.keep(
            user=visit.user, name=post["name"], query=query.partition("?")[2], is_shared=bool(post.get("shared"))
        )
        messages.success(visit.request, _("View saved"))
    return visit.go(query if query.startswith(reverse("queue")) else reverse("queue"))
