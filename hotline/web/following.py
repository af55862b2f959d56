"""回访台: the next caller to ask, what to say, the number only when it is opened, and the outcome in one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.acting import drafts, following, forms
from hotline.acting.acts import ACTS
from hotline.acting.fields import Misread
from hotline.permissions import find_ticket
from hotline.telling import rows, stale
from hotline.telling.matter import Telling
from hotline.wording import account, moments, whole
from hotline.wording.satisfaction import satisfactions
from tickets.actions import readings
from tickets.actions.ledger import StaleVersion
from tickets.domain.messages import Party
from tickets.domain.moments import to_local
from tickets.domain.states import ANSWERED, Action, UnableToMove
from tickets.domain.words import NO_CALLER
from tickets.models import Inquiry, ReadingKind, Ticket
from tickets.queries import inquiries, worklists
from tickets.queries.worklists import Worklist

from . import act, fields
from .office import address
from .visit import Visit, page

NEXT = 8
FORM = forms.FollowUp


@page("page.office.follow_up")
def next_one(visit: Visit) -> HttpResponse:
    """On to the next who can be asked, after the one just called; back to the hall where nobody is left."""
    waiting = worklists.tickets(Worklist.FOLLOW_UP, visit.scope).order_by("pk")
    last = (
        waiting.model.objects.filter(number=visit.request.GET.get("after", "")).values_list("pk", flat=True).first()
        or 0
    )
    later = waiting.filter(pk__gt=last).values_list("number", flat=True).first()
    number = later or waiting.filter(pk__lt=last).values_list("number", flat=True).first()
    return visit.go(reverse("follow_up_one", args=[number]) if number else address(Worklist.FOLLOW_UP))


def _queue(visit: Visit) -> list[dict[str, Any]]:
    found = worklists.page(worklist=Worklist.FOLLOW_UP, scope=visit.scope, now=visit.now, size=NEXT)
    return rows.shown(found.rows, visit.actor)


@page("page.office.follow_up")
def follow_up(visit: Visit, number: str) -> HttpResponse:
    """The desk of one call; POST writes what came of it."""
    ticket = find_ticket(visit.actor, number)
    if visit.request.method != "POST":
        readings.write(ticket=ticket, actor=visit.actor, now=visit.now, kind=ReadingKind.PAGE)
        return _desk(visit, ticket)
    typed = fields.typed(FORM, visit.request.POST)
    what = visit.request.POST.get("do", following.SAVE)
    form = FORM(data={**typed, "reached": False} if what == following.MISSED else typed)
    if not form.is_valid():
        return _desk(visit, ticket, {"errors": fields.errors_of(form.errors)}, act.UNPROCESSABLE)
    version = whole(visit.request.POST.get("version", ""))
    try:
        following.record(
            ticket=ticket, what=what, actor=visit.actor, now=visit.now, expected=version,
            **form.validated_data,
        )  # fmt: skip
    except StaleVersion as error:
        return _desk(visit, ticket, {"stale": stale.told(error), "version": error.facts["version"]}, act.CONFLICT)
    except (UnableToMove, Misread, ValidationError, OperationalError) as error:
        return _desk(visit, ticket, {"errors": act.refusal(error)}, act.CONFLICT)
    drafts.drop(user=visit.user, place=_place(ticket))
    messages.success(visit.request, _("Follow-up noted: %s") % number)
    return visit.go(f"{reverse('follow_up_next')}?after={number}")


def _desk(visit: Visit, ticket: Ticket, more: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    ticket = find_ticket(visit.actor, ticket.number) if status != 200 else ticket
    telling = Telling(ticket, visit.actor).open()
    told = telling.whole()
    asked = _asked(visit, telling)
    caller = telling.caller(asked) if asked else None
    reply = next((each for each in reversed(told["replies"]) if each["state"] == "sent"), None)
    errors = (more or {}).get("errors", {})
    facts = {
        "ticket": ticket,
        "told": told,
        "asked": asked,
        "caller": caller,
        "reply": reply,
        "account": account(each.channel for each in telling.inquiries),
        "scripts": _scripts(
            visit, {**told, "section_id": ticket.section_id}, (caller or {}).get("name", ""), reply or {}
        ),
        "satisfaction": satisfactions(),
        "given": _given(visit, ticket),
        "errors": errors,
        "general": [text for name, texts in errors.items() if name not in FORM().fields for text in texts],
        "queue": [row for row in _queue(visit) if row["number"] != ticket.number],
        "is_open": ticket.stage in ANSWERED,
        "may_close": not any(each.source.tells for each in inquiries.live(ticket)),
        "others": [each for each in telling.inquiries if asked and each.pk != asked.pk and can_be_asked(each)],
        "version": ticket.version,
        **(more or {}),
    }
    return visit.page("office/follow_up.html", facts, status=status)


def _given(visit: Visit, ticket: Ticket) -> Mapping[str, str]:
    """What stands in the form: what was sent and refused, else what was kept while it was typed."""
    if visit.request.method == "POST":
        return {name: str(value) for name, value in visit.request.POST.items()}
    kept = drafts.find(visit.user, _place(ticket))
    return {name: texts[0] for name, texts in kept[0].items() if texts} if kept else {}


def _place(ticket: Ticket) -> str:
    return drafts.place(ticket.number, Action.FOLLOW_UP.value)


def can_be_asked(inquiry: Inquiry) -> bool:
    """Whether there is somebody to ask."""
    return not inquiry.is_anonymous and inquiry.person is not None and inquiry.channel not in NO_CALLER


def _asked(visit: Visit, telling: Telling) -> Inquiry | None:
    """Whom the call is for: the inquiry that the address or the form names, else the first not reached yet."""
    wanted = visit.request.POST.get("inquiry") or visit.request.GET.get("inquiry") or ""
    possible = [each for each in telling.inquiries if can_be_asked(each)]
    named = [each for each in possible if str(each.pk) == wanted]
    waiting = [each for each in possible if not each.is_reached]
    return next(iter([*named, *waiting, *possible]), None)


def _scripts(visit: Visit, told: Mapping[str, Any], name: str, reply: Mapping[str, Any]) -> list[tuple[str, str]]:
    sent, section = told["sent_at"], told["section"]
    facts = {
        "name": name or _("the caller"),
        "title": told["title"],
        "number": told["number"],
        "place": told["place"],
        "reply": str(reply.get("public_text", "")),
        "answered": moments.day(to_local(sent).date(), to_local(visit.now).date()) if sent else "",
        "section": section["name"] if section else _("the office"),
    }
    return following.scripts(told["section_id"], facts)


@page("page.office.follow_up")
def reveal(visit: Visit, number: str) -> HttpResponse:
    """Open the number to call: an act with its reason, recorded like every other reading."""
    ticket = find_ticket(visit.actor, number)
    if visit.request.method != "POST":
        return visit.go(reverse("follow_up_one", args=[number]))
    opened: list[tuple[Inquiry, Party]] = ACTS[Action.READ_PERSON].do(
        ticket=ticket, actor=visit.actor, now=visit.now, expected_version=None, reason=_("Follow-up call")
    )
    wanted = visit.request.POST.get("inquiry", "")
    shown = [pair_ for pair_ in opened if str(pair_[0].pk) == wanted] or opened
    return (visit.part if visit.is_fragment else visit.page)(
        "office/revealed.html" if visit.is_fragment else "office/revealed_page.html",
        {"ticket": ticket, "opened": shown},
    )
