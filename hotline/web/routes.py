"""派单规则: in the order in which they are asked; edited with a reason, rehearsed on last month's tickets before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import choosing, ruling
from hotline.acting.fields import Misread
from hotline.permissions import may
from hotline.telling import people
from hotline.telling import rules as telling
from hotline.wording import said, whole
from tickets.actions import rules as actions
from tickets.models import Route
from tickets.queries import offices
from tickets.queries import rules as queries

from . import act, fields
from .visit import Visit, page

FORM = ruling.RuleForm
HISTORY = 20
#: Long enough for many words, yet typed in one line.
IN_A_LINE = ("projects", "places", "categories", "areas", "reason")


def may_edit(visit: Visit) -> bool:
    """Whether this reader may change a rule."""
    return may(visit.actor, "page.rules.edit", signed_in=True)


@page("page.rules")
def routes(visit: Visit) -> HttpResponse:
    """All rules, those switched off among them."""
    rows = list(Route.objects.order_by("order", "id"))
    facts = {"here": "routes", "rows": telling.routes(rows, offices.sections()), "may_edit": may_edit(visit)}
    return visit.page("rules/routes.html", facts)


@page("page.rules.edit")
def edit(visit: Visit, pk: int = 0) -> HttpResponse:
    """One rule, or a new one: GET shows it, POST rehearses or saves."""
    route = _found(pk) if pk else Route(is_active=True)
    post = visit.request.POST
    if visit.request.method != "POST":
        return _form(visit, route, ruling.typed_of(route))
    form = FORM(data=fields.typed(FORM, post))
    if not form.is_valid():
        return _form(visit, route, post, {"errors": fields.errors_of(form.errors)}, act.UNPROCESSABLE)
    try:
        wanted = ruling.route_of(route, form.validated_data)
        actions.check(wanted)
        if post.get("do") == "rehearse":
            return _rehearsed(visit, route, wanted, form.validated_data)
        _save(visit, wanted, form.validated_data)
    except Misread as error:
        return _form(visit, route, post, {"errors": act.refusal(error)}, act.UNPROCESSABLE)
    except actions.UnableToSaveRule as refusal:
        named = {"name": "rule"}.get(refusal.field, refusal.field)
        return _form(visit, route, post, {"errors": {named: [said(refusal)]}}, act.CONFLICT)
    messages.success(visit.request, _("Rule saved: %s") % wanted.name)
    return visit.go(reverse("routes"))


def _found(pk: int) -> Route:
    route = Route.objects.select_related("section").filter(pk=pk).first()
    if route is None:
        raise Http404(str(pk))
    return route


def _save(visit: Visit, wanted: Route, values: Mapping[str, Any]) -> None:
    actions.save(
        route=wanted, actor=visit.actor, now=visit.now, reason=values["reason"], before=ruling.place_of(values),
        expected=whole(visit.request.POST.get("version", "")),
    )  # fmt: skip


def _rehearsed(visit: Visit, route: Route, wanted: Route, values: Mapping[str, Any]) -> HttpResponse:
    found = queries.rehearse(proposed=wanted, now=visit.now, before=ruling.place_of(values))
    told = telling.rehearsal(found, offices.sections())
    if visit.is_fragment:
        return visit.part("rules/rehearsal.html", {"told": told, "rule": wanted})
    return _form(visit, route, visit.request.POST, {"told": told, "rule": wanted})


def _form(
    visit: Visit, route: Route, given: Any, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    errors = (more or {}).get("errors", {})
    rows = list(Route.objects.order_by("order", "id"))
    choices = {
        "section": choosing.sections,
        "co_sections": choosing.sections,
        "before": lambda: ruling.places(rows, route),
        **{name: _pairs(kind) for name, kind in ruling.TICKED.items()},
    }
    made = {each.name: each for each in fields.fields_of(FORM, given, errors, choices)}
    for name in IN_A_LINE:
        made[name].kind = "text"
    facts = {
        "here": "routes",
        "route": route,
        "fields": made,
        "general": errors.get("", []) + [text for name in errors if name and name not in made for text in errors[name]],
        "version": actions.version(route),
        "history": _history(route),
        **(more or {}),
    }
    if visit.is_fragment:  # a rehearsal that could not be: what is wrong stands where the rehearsal would
        return visit.part("rules/refused.html", facts, status=status)
    return visit.page("rules/route.html", facts, status=status)


def _pairs(kind: Any) -> Any:
    return lambda: [(word.value, said(word)) for word in kind]


def _history(route: Route) -> list[dict[str, Any]]:
    """Who changed it, when and why, the newest first."""
    if not route.pk:
        return []
    rows = list(Route.history.filter(id=route.pk).order_by("-history_id")[:HISTORY])
    names = people.names(f"user:{row.history_user_id}" for row in rows if row.history_user_id)
    return [
        {
            "at": row.history_date,
            "who": names.get(f"user:{row.history_user_id}", ""),
            "why": (row.history_change_reason or "").rpartition(" [")[0],
            "name": row.name,
            "conditions": telling.conditions(row),
            "is_active": row.is_active,
        }
        for row in rows
    ]


@page("page.rules.edit")
def switch(visit: Visit, pk: int) -> HttpResponse:
    """Switch a rule off or on: GET asks why."""
    route = _found(pk)
    post = visit.request.POST
    on = post["on"] == "true" if "on" in post else not route.is_active
    facts: dict[str, Any] = {"route": route, "on": on, "reason": post.get("reason", "")}
    if visit.request.method == "POST":
        try:
            actions.switch(route=route, is_active=on, actor=visit.actor, now=visit.now, reason=facts["reason"])
        except actions.UnableToSaveRule as refusal:
            return _asked(visit, {**facts, "wrong": said(refusal)}, act.CONFLICT)
        messages.success(visit.request, _("Rule switched: %s") % route.name)
        return visit.go(reverse("routes"))
    return _asked(visit, facts)


def _asked(visit: Visit, facts: Mapping[str, Any], status: int = 200) -> HttpResponse:
    if visit.is_fragment:
        return visit.part("rules/switch_form.html", facts, status=status)
    return visit.page("rules/switch.html", facts, status=status)


@page("page.rules.edit")
def move(visit: Visit, pk: int) -> HttpResponse:
    """One place earlier or later."""
    if visit.request.method == "POST":
        actions.move(route=_found(pk), up=visit.request.POST.get("do") == "up", actor=visit.actor, now=visit.now)
    return visit.go(f"{reverse('routes')}#r{pk}")
