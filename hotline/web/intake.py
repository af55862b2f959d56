"""受理: a matter is logged while the caller speaks; beside the form stands what is known of him, of the matter, and of the answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from hotline.acting import calls, drafts, taking
from hotline.acting.matter import incoming_of, number_of
from hotline.acting.taking import Taken
from hotline.models import Call
from hotline.permissions import find_ticket
from hotline.telling import calls as told_calls
from hotline.telling import desk, today
from hotline.telling.matter import hands_out
from hotline.wording import said, whole
from tickets.actions.intake import UnableToReceiveError
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel, Role
from tickets.models import Ticket
from tickets.queries import habits, offices

from . import act, entry, fields
from .entry import Errors
from .visit import Visit, page

PLACE = "intake"
LISTED = 8
#: What only belongs to the sending of the form.
NOT_TYPED = ("csrfmiddlewaretoken", "do", "join", "template")


def place_of(call: str) -> str:
    """Where the draft is kept: each call has its own."""
    return f"{PLACE}/{call}" if whole(call) else PLACE


@page("page.intake")
def intake(visit: Visit) -> HttpResponse:
    """The form; by POST the matter is logged, and answered, joined or proposed for rejection with it."""
    if visit.request.method == "POST":
        return _posted(visit, visit.request.POST)
    call = calls.of_clerk(visit.request.GET.get("call", ""), visit.user, visit.now)
    kept = drafts.find(visit.user, place_of(str(call.pk) if call else ""))
    if kept is not None:
        return _shown(visit, fields.kept(kept[0]), call=call, restored=drafts.restored(kept[1], visit.now))
    return _shown(visit, entry.begun(incoming_phone=call.number() if call else ""), call=call)


def _shown(
    visit: Visit,
    given: Mapping[str, Any] | QueryDict,
    *,
    call: Call | None = None,
    errors: Errors | None = None,
    restored: str = "",
    status: int = 200,
) -> HttpResponse:
    logged = today.logged(visit.user, visit.now)
    plain = {name: str(given.get(name) or "") for name in given}
    shown = entry.shown(given, errors)
    facts = {
        "f": shown,
        "more_open": any(shown[name].value or shown[name].errors for name in entry.MORE),
        "general": (errors or {}).get("", []),
        "entry": plain.get("entry") or secrets.token_hex(8),
        "call": call,
        "restored": restored,
        "others": _others(visit, place_of(str(call.pk) if call else "")),
        "beside": desk.beside(
            _typed(plain), actor=visit.actor, scope=visit.scope, now=visit.now, asked=visit.request.session
        ),
        "templates": entry.templates(),
        "places": habits.places(),
        "projects": offices.known_projects(),
        "logged": logged[:LISTED],
        "logged_more": logged[LISTED:],
        "logged_count": len(logged),
        "rejects": visit.actor.has(Role.DISPATCHER),
        "opens": [name for name in ("answer", "code", "told", "pointed_to") if (errors or {}).get(name)],
        **told_calls.around(visit.user, visit.now),
    }
    return visit.page("intake/page.html", facts, status=status)


def _typed(plain: Mapping[str, str]) -> desk.Typed:
    return desk.typed_of({name: "true" if value == "True" else value for name, value in plain.items()})


def _others(visit: Visit, besides: str) -> list[tuple[str, str]]:
    """(address, words) of other forms that were begun and not sent."""
    found = drafts.others(visit.user, PLACE, besides)
    return [
        (f"{reverse('intake')}?call={place.partition('/')[2]}" if "/" in place else reverse("intake"), drafts.said(at))
        for place, at in found
    ]


@page("page.intake")
def hints(visit: Visit) -> HttpResponse:
    """What stands beside the form, while it is typed."""
    if visit.request.method != "POST":
        return visit.go(reverse("intake"))
    post = visit.request.POST
    found = desk.beside(
        desk.typed_of({name: str(post[name]) for name in post}),
        actor=visit.actor, scope=visit.scope, now=visit.now, asked=visit.request.session,
    )  # fmt: skip
    return visit.part("intake/hints.html", {"beside": found, "is_fragment": True})


@page("page.intake")
def draft(visit: Visit) -> HttpResponse:
    """Keep what is being typed; the answer says when it was kept."""
    if visit.request.method != "POST":
        raise Http404
    typed = {name: [str(each) for each in texts] for name, texts in visit.request.POST.lists()}
    for name in NOT_TYPED:
        typed.pop(name, None)
    place = place_of(visit.request.POST.get("call", ""))
    if not any(text.strip() for name in entry.WORTH_KEEPING for text in typed.get(name, ())):
        drafts.drop(user=visit.user, place=place)
        return HttpResponse("")
    drafts.keep(user=visit.user, place=place, typed=typed, now=visit.now)
    return HttpResponse(drafts.said(visit.now))


def _posted(visit: Visit, post: QueryDict) -> HttpResponse:
    call = calls.of_clerk(post.get("call", ""), visit.user, visit.now)
    if post.get("do") == act.FORGET:
        drafts.drop(user=visit.user, place=place_of(post.get("call", "")))
        return visit.go(f"{reverse('intake')}?call={call.pk}" if call else reverse("intake"))
    if post.get("do") == "template":
        return _shown(visit, entry.filled(post), call=call)
    if post.get("do") == "check":
        return _shown(visit, post, call=call)
    try:
        taken, errors = _take(visit, post)
    except UnableToReceiveError as error:
        taken, errors = None, {error.field: [said(error)]}
    except (UnableToMove, OperationalError) as error:
        taken, errors = None, act.refusal(error)
    if taken is None:
        status = act.CONFLICT if "" in errors else act.UNPROCESSABLE
        return _shown(visit, post, call=call, errors=errors, status=status)
    if call is not None:
        calls.attach(call=call, inquiry=taken.inquiry)
    drafts.drop(user=visit.user, place=place_of(post.get("call", "")))
    messages.success(visit.request, _said(taken))
    return visit.go(reverse("receipt", args=[taken.ticket.number]))


def _take(visit: Visit, post: QueryDict) -> tuple[Taken | None, Errors]:
    """Everything is checked before anything is written."""
    into = _into(visit, post)
    if post.get("join") and into is None:
        return None, {"": [_("The ticket to join is not there any more: look at the suggestions again.")]}
    form, errors = entry.read(post, into)
    do = "join" if into else post.get("do", "log")
    answer, wrong = entry.answer_of(post) if do == "answer" else ("", {})
    why, unsaid = entry.rejection_of(post) if do == "reject" else (None, {})
    if found := errors | wrong | unsaid:
        return None, found
    form["number"] = number_of(Channel(form["channel"]), visit.now, post.get("entry", ""), form)
    incoming = incoming_of(form, visit.now, holds=do != "log")
    given: dict[str, Any] = {"incoming": incoming, "actor": visit.actor, "now": visit.now}
    if into is not None:
        return taking.join(**given, into=into), {}
    if do == "answer":
        return taking.answer(**given, text=answer), {}
    return (taking.reject(**given, why=why) if why else taking.log(**given)), {}


def _into(visit: Visit, post: QueryDict) -> Ticket | None:
    if not post.get("join"):
        return None
    try:
        return find_ticket(visit.actor, post.get("join", ""))
    except NotFound:
        return None


def _said(taken: Taken) -> str:
    number = taken.ticket.number
    if not taken.is_new:
        return _("%s was logged already: nothing was done twice.") % number
    return _("Logged: %s") % number


@page("page.intake.receipt")
def receipt(visit: Visit, number: str) -> HttpResponse:
    """What the caller takes away: the number, the look-up code, what was understood, and until when he is answered."""
    ticket = find_ticket(visit.actor, number)
    made = today.receipt(ticket, visit.now)
    if made is None or Channel(made.inquiry.channel) not in (*entry.DOORS, Channel.RADIO):
        raise Http404(number)
    is_told = hands_out(visit.actor, made.inquiry)
    facts = {"r": made, "is_told": is_told, "office": settings.OFFICE_NAME, "look_up": _look_up(visit)}
    return visit.page("intake/receipt.html", {**facts, **told_calls.around(visit.user, visit.now)})


def _look_up(visit: Visit) -> str:
    """The whole address of the callers' page."""
    house = settings.PUBLIC_ADDRESS or visit.request.build_absolute_uri("/")
    return f"{house.rstrip('/')}{reverse('citizen')}"
