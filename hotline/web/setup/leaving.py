"""移交: the open work of somebody who leaves or moves, or of a section that is closed or joined, shown before it passes on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from hotline.acting import accounts, choosing, organising
from hotline.acting.fields import Strict, Text
from hotline.acting.kinds.base import Unit, by_name, section_of
from hotline.models import User
from hotline.wording import label
from tickets.domain.states import State, UnableToMove
from tickets.domain.words import SECTION, Channel, ClockKind
from tickets.models import RequestKind, Section
from tickets.queries import burden

from ..asking import Asking
from ..visit import Visit
from ..visit import page as desk_page
from .people import found
from .tabs import tabs


class LeaveForm(Strict):
    """To whom the open work goes, and why."""

    successor = serializers.CharField(
        max_length=150,
        required=False,
        default="",
        allow_blank=True,
        help_text=gettext_lazy("Nobody: it stays with the section, whose chief gives it to somebody."),
    )
    reason = Text(200, required=True)


class CloseForm(Strict):
    """Which section takes over, whether the people go along, and why."""

    target = Unit(required=True)
    with_people = serializers.BooleanField(
        required=False,
        default=False,
        help_text=gettext_lazy("The two are joined: its people go along and keep their tickets."),
    )
    reason = Text(200, required=True)


def told(hanging: dict[str, Any]) -> dict[str, Any]:
    """The open work in words; of the matters nothing but number, state and limit."""
    for row in hanging["tickets"]:
        row["state_label"], row["channel_label"] = label(State, row["state"]), label(Channel, row["channel"])
    for row in hanging["requests"]:
        row["kind_label"] = label(RequestKind, row["kind"])
    for row in hanging["timers"]:
        row["kind_label"] = label(ClockKind, row["kind"])
    return {"hanging": hanging, "is_nothing": burden.is_nothing(hanging)}


@desk_page("page.setup.people")
def leave(visit: Visit, pk: int) -> HttpResponse:
    """Switch an account off, or (``to``: a section's code or -) move it; its open work goes to a colleague or back to the section."""
    user = found(pk)
    to = visit.request.GET.get("to", "")
    target = _target(to)
    facts = {
        "tabs": tabs(visit),
        "person": user,
        "moves": bool(to),
        "target": target,
        **told(burden.of_person(user.pk)),
    }
    asking = Asking(
        visit, "setup/leave.html", LeaveForm, facts, choices={"successor": lambda: _colleagues(user)}
    )  # fmt: skip
    return asking.answer(lambda typed: _left(visit, user, target, typed, moves=bool(to)))


def _target(to: str) -> Section | None:
    """The section of the address; none of ours is nothing here."""
    try:
        return section_of(to) if to not in ("", "-") else None
    except serializers.ValidationError as error:
        raise Http404 from error


def _colleagues(user: User) -> list[tuple[str, str]]:
    rows = User.objects.filter(section_id=user.section_id or 0, is_active=True).exclude(pk=user.pk).order_by("id")
    return [(each.username, str(each)) for each in rows if each.actor().roles & SECTION]


def _left(visit: Visit, user: User, target: Section | None, typed: dict[str, Any], *, moves: bool) -> HttpResponse:
    successor = User.objects.filter(username=typed["successor"], is_active=True).first() if typed["successor"] else None
    if typed["successor"] and successor is None:
        raise UnableToMove("successor", "接手人不在岗。", "The successor is not in service.", field="successor")
    facts: dict[str, Any] = {
        "user": user, "actor": visit.actor, "now": visit.now, "reason": typed["reason"], "successor": successor, "hands_over": True,
    }  # fmt: skip
    if moves:
        name = visit.request.GET.get("name", "").strip()[:40] or user.name
        accounts.change(name=name, section=target, **facts)
        messages.success(visit.request, _("Moved; the open work was handed over."))
    else:
        accounts.switch_off(**facts)
        messages.success(visit.request, _("Switched off. Sessions, token, second factor and deputyships have ended."))
    return visit.go(reverse("setup_person", args=[user.pk]))


@desk_page("page.setup.sections")
def close(visit: Visit, pk: int) -> HttpResponse:
    """Close a section or join it to another, with the list of what passes on."""
    section = Section.objects.filter(pk=pk).first()
    if section is None:
        raise Http404
    others = [(code, name) for code, name in choosing.sections() if code != section.code]
    facts = {
        "tabs": tabs(visit),
        "section": section,
        "people": list(User.objects.filter(section=section, is_active=True).order_by("id")),
        **told(burden.of_section(section.pk)),
    }
    asking = Asking(visit, "setup/close.html", CloseForm, facts, choices={"target": lambda: others})
    return asking.answer(lambda typed: _closed(visit, section, typed))


def _closed(visit: Visit, section: Section, typed: dict[str, Any]) -> HttpResponse:
    done = organising.close(
        section=section,
        target=by_name(typed["target"]),
        actor=visit.actor,
        now=visit.now,
        reason=typed["reason"],
        with_people=typed["with_people"],
    )
    count = len(done["led"]) + len(done["co_handled"]) + len(done["proposed"])
    messages.success(visit.request, _("Closed. Pieces of work handed over: %d") % count)
    return visit.go(reverse("setup_sections"))
