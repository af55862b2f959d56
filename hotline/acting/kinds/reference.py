"""项目、派单规则、常用语、错敏词 as kinds of rows, kept by the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from hotline.acting.fields import Strict, Text
from tickets.actions import organisation, rules
from tickets.domain.actors import Actor
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel, MatterType, Role, Urgency
from tickets.models import Phrase, PhraseKind, Project, Route, Term, TermKind

from .base import Kind, OneWord, Several, Typed, Unit, YesNo, section_of

IN_USE = _("Not in use: it stays in old records and is offered no longer.")


class ProjectForm(Strict):
    """A project with the names people use for it, and the section in charge."""

    short = Text(40, required=True)
    called = Text(120, required=True)
    aliases = Several(help_text=_("What people call it, parted by 、"))
    unit = Unit()
    is_active = YesNo(required=False, default=True, help_text=IN_USE)


class PhraseForm(Strict):
    """A text ready to be put in; the rest is for templates of matters and answers on the line."""

    kind = OneWord(PhraseKind)
    title = Text(80, required=True)
    body = Text(4000)
    words = Several(help_text=_("Of an answer on the line: the words it is offered on, parted by 、"))
    type = OneWord(MatterType, required=False)
    urgency = OneWord(Urgency, required=False)
    category = Text(120)
    place = Text(120)
    unit = Unit(help_text=_("Only for this section; empty for all."))
    order = serializers.IntegerField(required=False, default=100, min_value=0, max_value=9999)
    is_active = YesNo(required=False, default=True, help_text=IN_USE)


class TermForm(Strict):
    """A wrong word and what to write instead, or a sensitive one."""

    term = Text(40, required=True)
    kind = OneWord(TermKind)
    instead = Text(40, help_text=_("What to write instead; a sensitive word has none."))
    is_active = YesNo(required=False, default=True, help_text=IN_USE)


class RouteForm(Strict):
    """A rule: all conditions given must hold, within one any value is enough."""

    called = Text(80, required=True)
    order = serializers.IntegerField(required=False, default=100, min_value=0, max_value=9999)
    unit = Unit(required=True)
    co_units = Several(units=True)
    words = Several()
    channels = Several(Channel)
    types = Several(MatterType)
    urgencies = Several(Urgency)
    categories = Several()
    areas = Several()
    places = Several()
    projects = Several()
    dispatches = YesNo(required=False, default=True, help_text=_("No: the rule proposes, the office dispatches."))
    is_active = YesNo(required=False, default=True)


CONDITIONS = ("words", "channels", "types", "urgencies", "categories", "areas", "places", "projects")
OF_MATTER = ("type", "urgency", "category", "place")
#: What a refusal of a rule names otherwise than the form.
OF_RULE = {"name": "called", "section": "unit", "co_sections": "co_units"}


def _code(row: Any) -> str:
    return row.section.code if row.section else ""


# --- projects --------------------------------------------------------------------------------------------------------------


def _project(row: Project) -> Typed:
    return {
        "short": row.code, "called": row.name, "aliases": list(row.aliases), "unit": _code(row), "is_active": row.is_active,
    }  # fmt: skip


def _save_project(row: Project | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    row = row or Project()
    row.code, row.name, row.aliases = typed["short"], typed["called"], typed["aliases"]
    row.section, row.is_active = section_of(typed["unit"]), typed["is_active"]
    return organisation.save(row=row, actor=actor, now=now, reason=reason)


# --- phrases ---------------------------------------------------------------------------------------------------------------


def _phrase(row: Phrase) -> Typed:
    facts = {name: str(row.facts.get(name, "")) for name in OF_MATTER}
    return {
        "kind": row.kind, "title": row.title, "body": row.body, "words": list(row.facts.get("words", [])), **facts,
        "unit": _code(row), "order": row.order, "is_active": row.is_active,
    }  # fmt: skip


def _save_phrase(row: Phrase | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    row = row or Phrase()
    row.kind, row.title, row.body = typed["kind"], typed["title"], typed["body"]
    row.section, row.order, row.is_active = section_of(typed["unit"]), typed["order"], typed["is_active"]
    given = {name: typed[name] for name in ("words", *OF_MATTER) if typed[name]}
    kept = {name: value for name, value in (row.facts or {}).items() if name not in ("words", *OF_MATTER)}
    row.facts = {**kept, **given}
    return organisation.save(row=row, actor=actor, now=now, reason=reason)


# --- wrong and sensitive words -----------------------------------------------------------------------------------------------


def _term(row: Term) -> Typed:
    return {"term": row.text, "kind": row.kind, "instead": row.instead, "is_active": row.is_active}


def _save_term(row: Term | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    row = row or Term()
    row.text, row.kind, row.instead, row.is_active = typed["term"], typed["kind"], typed["instead"], typed["is_active"]
    return organisation.save(row=row, actor=actor, now=now, reason=reason)


# --- rules -------------------------------------------------------------------------------------------------------------------


def _route(row: Route) -> Typed:
    return {
        "called": row.name, "order": row.order, "unit": _code(row), "co_units": list(row.co_sections),
        **{name: list(row.conditions.get(name, [])) for name in CONDITIONS},
        "dispatches": row.dispatches, "is_active": row.is_active,
    }  # fmt: skip


def _save_route(row: Route | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    row = row or Route()
    row.name, row.order, row.co_sections = typed["called"], typed["order"], typed["co_units"]
    row.section = section_of(typed["unit"])  # type: ignore[assignment]
    row.conditions = {name: typed[name] for name in CONDITIONS if typed[name]}
    row.dispatches, row.is_active, row.trouble = typed["dispatches"], typed["is_active"], ""
    _check_route(row)
    return organisation.save(row=row, actor=actor, now=now, reason=reason)


def _check_route(row: Route) -> None:
    """Raises UnableToMove for what the page of the rules would refuse."""
    try:
        rules.check(row)
    except rules.UnableToSaveRule as refusal:
        named = OF_RULE.get(refusal.field, refusal.field)
        raise UnableToMove(refusal.code, refusal.zh, refusal.en, field=named) from refusal


# --- found, listed -----------------------------------------------------------------------------------------------------------


def _finder(model: type[models.Model], **names: str) -> Any:
    """The row whose columns (column=field of the form) hold what was typed."""
    manager: Any = model

    def find(typed: Mapping[str, Any]) -> Any:
        wanted = {column: typed[field] for column, field in names.items()}
        return manager.objects.filter(**wanted).order_by("id").first()

    return find


def _lister(model: type[models.Model], *columns: str) -> Any:
    manager: Any = model

    def rows(word: str) -> Any:
        found = manager.objects.order_by("-is_active", *(model._meta.ordering or ()), "id")
        if any(field.name == "section" for field in model._meta.fields):
            found = found.select_related("section")
        held = Q()
        for column in columns:
            held |= Q(**{f"{column}__icontains": word})
        return found.filter(held) if word else found

    return rows


PROJECTS = Kind(
    "projects", _("Projects"), _("The construction projects that matters concern; a matter that names one finds its section."),
    Role.DISPATCHER, ProjectForm, ("short",), _finder(Project, code="short"), _project, _save_project,
    _lister(Project, "name", "code"),
)  # fmt: skip
PHRASES = Kind(
    "phrases", _("Phrases"), _("Texts that the desks write again and again, and templates of frequent matters."),
    Role.DISPATCHER, PhraseForm, ("kind", "title"), _finder(Phrase, kind="kind", title="title"), _phrase, _save_phrase,
    _lister(Phrase, "title", "body"),
)  # fmt: skip
TERMS = Kind(
    "terms", _("Wrong and sensitive words"), _("Wrong words are pointed out while a reply is written, sensitive ones stop it."),
    Role.DISPATCHER, TermForm, ("term",), _finder(Term, text="term"), _term, _save_term, _lister(Term, "text", "instead"),
)  # fmt: skip
ROUTES = Kind(
    "routes",
    _("Routing rules"),
    _("Rules that propose a section or dispatch to it. The page of the rules shows what one would have done."),
    Role.DISPATCHER,
    RouteForm,
    ("called",),
    _finder(Route, name="called"),
    _route,
    _save_route,
    _lister(Route, "name"),
)
