"""A change is proposed: a year's notice as a file, an order for some days, office hours, or new values of a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import amending
from hotline.acting.fields import Misread, Strict
from hotline.telling import proposals as telling
from hotline.wording import listed, pair, said
from tickets.actions import calendars
from tickets.actions import proposals as actions
from tickets.domain.moments import to_local
from tickets.domain.notices import BadNotice, Notice, amendment, read
from tickets.models import Policy, Proposal
from tickets.queries.calendar import read_content

from . import act, fields
from .visit import Visit, page

#: How a change of the calendar may be told, with its form.
WAYS: Mapping[str, type[Strict]] = {
    "notice": amending.NoticeForm, "order": amending.OrderForm, "hours": amending.HoursForm,
}  # fmt: skip
READERS: Mapping[str, Callable[[Mapping[str, Any]], Notice]] = {
    "order": amending.order_of,
    "hours": amending.hours_of,
}


@page("page.rules.propose")
def calendar(visit: Visit, way: str = "notice") -> HttpResponse:
    """GET shows the form of a way, POST makes a proposal of it."""
    if way not in WAYS:
        raise Http404(way)
    form_of = WAYS[way]
    if visit.request.method != "POST":
        return _calendar(visit, way, {})
    form = form_of(data=fields.typed(form_of, visit.request.POST))
    if not form.is_valid():
        return _calendar(visit, way, visit.request.POST, fields.errors_of(form.errors), act.UNPROCESSABLE)
    try:
        return _made(visit, _propose(visit, way, form.validated_data))
    except Misread as error:
        return _calendar(visit, way, visit.request.POST, act.refusal(error), act.UNPROCESSABLE)
    except BadNotice as bad:
        told = [f"{fault.where} {said(fault)}".strip() for fault in bad.faults]
        return _calendar(visit, way, visit.request.POST, {"": told}, act.UNPROCESSABLE)
    except actions.UnableToPropose as refusal:
        return _calendar(visit, way, visit.request.POST, {refusal.field: [said(refusal)]}, act.CONFLICT)


def _propose(visit: Visit, way: str, values: Mapping[str, Any]) -> Proposal:
    notice = _read(visit, values) if way == "notice" else READERS[way](values)
    change, kept = amendment(notice, read_content())
    made = actions.propose_calendar(
        amendment=change, title=calendars.title_of(notice), document=notice.document, reason=values["reason"],
        actor=visit.actor, now=visit.now,
    )  # fmt: skip
    if kept:
        days = listed(f"{row.date:%Y-%m-%d} {row.name_zh}" for row in kept)
        messages.warning(visit.request, _("Kept as ordered locally: %s") % days)
    return made


def _read(visit: Visit, values: Mapping[str, Any]) -> Notice:
    file = visit.request.FILES.get("notice")
    if file is None:
        raise Misread(("file", _("Choose the file of the notice.")))
    return read(
        file.read(1_000_001), year=values["year"], document=values["document"], announced=False if values["provisional"] else None
    )  # fmt: skip


def _calendar(
    visit: Visit, way: str, given: Any, errors: Mapping[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    names = {"notice": _("A year's notice (file)"), "order": _("Single days"), "hours": _("Office hours")}
    found = errors or {}
    made = fields.fields_of(WAYS[way], given, found)
    known = {each.name for each in made}
    facts = {
        "here": "calendar",
        "way": way,
        "ways": list(names.items()),
        "fields": made,
        "general": [text for name in found if name not in known for text in found[name]],
    }
    return visit.page("rules/propose_calendar.html", facts, status=status)


@page("page.rules.propose")
def limit(visit: Visit, pk: int) -> HttpResponse:
    """New values of a limit: GET shows those in force."""
    policy = Policy.objects.filter(pk=pk).first()
    if policy is None:
        raise Http404(str(pk))
    tomorrow = to_local(visit.now).date() + timedelta(days=1)
    if visit.request.method != "POST":
        return _limit(visit, policy, amending.limit_of(policy, tomorrow))
    post, form_of = visit.request.POST, amending.LimitForm
    form = form_of(data=fields.typed(form_of, post))
    if not form.is_valid():
        return _limit(visit, policy, post, fields.errors_of(form.errors), act.UNPROCESSABLE)
    try:
        wanted = amending.wanted_of(policy, form.validated_data)
        made = actions.propose_policy(
            policy=policy, wanted=wanted, reason=form.validated_data["reason"], actor=visit.actor, now=visit.now
        )
    except actions.UnableToPropose as refusal:
        named = {"amount": "limit"}.get(refusal.field, refusal.field)
        return _limit(visit, policy, post, {named: [said(refusal)]}, act.CONFLICT)
    return _made(visit, made)


def _limit(
    visit: Visit, policy: Policy, given: Any, errors: Mapping[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    facts = {
        "here": "policies",
        "name": pair(*policy.names),
        "told": telling.limit(policy),
        "fields": fields.fields_of(amending.LimitForm, given, errors),
        "general": (errors or {}).get("", []),
    }
    return visit.page("rules/propose_limit.html", facts, status=status)


def _made(visit: Visit, made: Proposal) -> HttpResponse:
    messages.success(visit.request, _("Proposal written down; the clocks it would move are being counted."))
    return visit.go(reverse("proposal", args=[made.pk]))
