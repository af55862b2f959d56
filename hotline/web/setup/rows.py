"""Lists and forms of sections, projects, phrases and words: one page for all, made from their kinds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.acting import choosing
from hotline.acting.kinds import KINDS, Kind
from hotline.acting.kinds.base import OneWord, Several, Unit
from hotline.wording import said, whole
from hotline.wording.names import LABELS
from tickets.models import Section

from ..asking import Asking
from ..visit import Visit
from ..visit import page as desk_page
from .tabs import page, tabs

SIZE = 80
LAST_PAGE = 10_000
#: What the lists show of a row, beside its first column.
COLUMNS = {
    "projects": ("short", "aliases", "unit"),
    "phrases": ("kind", "body", "words", "unit"),
    "terms": ("kind", "instead"),
}
FIRST = {"projects": "called", "phrases": "title", "terms": "term"}


def kind_of(code: str) -> Kind:
    """One of the kinds that the office keeps. Raises Http404."""
    if code not in COLUMNS:
        raise Http404
    return KINDS[code]


@desk_page("page.setup.rows")
def rows(visit: Visit, kind: str) -> HttpResponse:
    """The list, those in use first, narrowed by a word."""
    chosen = kind_of(kind)
    asked = visit.request.GET
    word = asked.get("q", "").strip()[:40]
    start = (min(whole(asked.get("page", "")) or 1, LAST_PAGE) - 1) * SIZE
    shown = list(chosen.rows(word)[start : start + SIZE + 1])
    facts = {
        "kind": chosen,
        "columns": [LABELS[name] for name in COLUMNS[kind]],
        "first": LABELS[FIRST[kind]],
        "rows": [_cells(chosen, row) for row in shown[:SIZE]],
        "q": word,
        "next": start // SIZE + 2 if len(shown) > SIZE else None,
    }
    return page(visit, "rows.html", facts)


def _cells(kind: Kind, row: Any) -> dict[str, Any]:
    given = kind.given(row)
    texts = [(LABELS[name], kind.text(name, given[name])) for name in COLUMNS[kind.code]]
    return {"pk": row.pk, "first": given[FIRST[kind.code]], "cells": texts, "is_active": row.is_active}


@desk_page("page.setup.rows")
def new_row(visit: Visit, kind: str) -> HttpResponse:
    """A new one."""
    chosen = kind_of(kind)
    return _asked(visit, chosen, None).answer(lambda typed: _saved(visit, chosen, None, typed))


@desk_page("page.setup.rows")
def row(visit: Visit, kind: str, pk: int) -> HttpResponse:
    """One of them, to be changed or taken out of use."""
    chosen = kind_of(kind)
    there = chosen.rows("").filter(pk=pk).first()
    if there is None:
        raise Http404
    return _asked(visit, chosen, there).answer(lambda typed: _saved(visit, chosen, there, typed))


def _asked(visit: Visit, kind: Kind, there: Any) -> Asking:
    return Asking(
        visit,
        "setup/row.html",
        kind.form,
        {"tabs": tabs(visit), "kind": kind, "row": there},
        given=as_typed(kind, there) if there is not None else {},
        choices=choices_of(kind),
    )


def as_typed(kind: Kind, there: Any) -> dict[str, Any]:
    """A row as its form on a page has it: lists as one line, words and sections by code."""
    fields = kind.form().get_fields()
    return {
        name: kind.text(name, value) if isinstance(fields[name], Several) else value
        for name, value in kind.given(there).items()
    }


def choices_of(kind: Kind) -> Any:
    """Field -> its choices: sections that work, words of a vocabulary."""
    found: dict[str, Any] = {}
    for name, field in kind.form().get_fields().items():
        if isinstance(field, Unit):
            found[name] = choosing.sections
        elif isinstance(field, OneWord):
            found[name] = lambda field=field: [(word.value, said(word)) for word in field.words]
    return found


def _saved(visit: Visit, kind: Kind, there: Any, typed: dict[str, Any]) -> HttpResponse:
    twin = kind.find(typed)
    if twin is not None and (there is None or twin.pk != there.pk):
        raise serializers.ValidationError({kind.keys[-1]: [_("There is one of this name already.")]})
    changed = kind.save(there, typed, visit.actor, visit.now, "page")
    messages.success(visit.request, _("Saved.") if changed else _("Nothing was changed."))
    return visit.go(reverse("setup_rows", args=[kind.code]))


# --- sections, by the system administrator -------------------------------------------------------------------------------------


@desk_page("page.setup.sections")
def sections(visit: Visit) -> HttpResponse:
    """The sections with how many people they have; closed ones with who took over."""
    in_service = Count("people", filter=Q(people__is_active=True))
    found = Section.objects.select_related("into").annotate(people_count=in_service)
    return page(visit, "sections.html", {"rows": found.order_by("-is_active", "order", "id")})


@desk_page("page.setup.sections")
def new_section(visit: Visit) -> HttpResponse:
    """A new one."""
    kind = KINDS["sections"]
    asking = Asking(visit, "setup/section.html", kind.form, {"tabs": tabs(visit), "section": None})
    return asking.answer(lambda typed: _section_saved(visit, None, typed))


@desk_page("page.setup.sections")
def section(visit: Visit, pk: int) -> HttpResponse:
    """Its name and place in lists; its code stays."""
    there = Section.objects.filter(pk=pk).first()
    if there is None:
        raise Http404
    kind, history = KINDS["sections"], Section.history
    names = list(history.filter(id=pk).order_by("-history_id").values("name", "history_date"))
    older = [
        row for number, row in enumerate(names) if number + 1 == len(names) or names[number + 1]["name"] != row["name"]
    ]
    asking = Asking(
        visit,
        "setup/section.html",
        kind.form,
        {"tabs": tabs(visit), "section": there, "names": older},
        given=kind.given(there),
        leave_out=("short",),
    )
    return asking.answer(lambda typed: _section_saved(visit, there, typed), typed={"short": there.code})


def _section_saved(visit: Visit, there: Section | None, typed: dict[str, Any]) -> HttpResponse:
    KINDS["sections"].save(there, typed, visit.actor, visit.now, "page")
    messages.success(visit.request, _("Saved."))
    return visit.go(reverse("setup_sections"))
