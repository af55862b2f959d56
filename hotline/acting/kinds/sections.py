"""科室 as a kind of row: added and renamed; closing and joining hand work over and have a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from hotline.acting.fields import Strict, Text
from tickets.actions import organisation
from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Section

from .base import Kind, Typed


class SectionForm(Strict):
    """Its code for programs, its name, its place in lists."""

    short = Text(24, required=True, help_text=_("Small letters, figures and hyphens; it stays for good."))
    called = Text(60, required=True)
    order = serializers.IntegerField(required=False, default=100, min_value=0, max_value=9999)


def _find(typed: Mapping[str, Any]) -> Section | None:
    return Section.objects.filter(code=typed["short"]).first()


def _given(row: Section) -> Typed:
    return {"short": row.code, "called": row.name, "order": row.order}


def _save(row: Section | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    facts: dict[str, Any] = {
        "name": typed["called"],
        "order": typed["order"],
        "actor": actor,
        "now": now,
        "reason": reason,
    }
    if row is None:
        organisation.add_section(code=typed["short"], **facts)
        return True
    before = (row.name, row.order)
    organisation.change_section(section=row, **facts)
    return before != (row.name, row.order)


def _rows(word: str) -> Any:
    rows = Section.objects.order_by("-is_active", "order", "id")
    return rows.filter(Q(name__icontains=word) | Q(code__icontains=word)) if word else rows


SECTIONS = Kind(
    "sections",
    _("Sections"),
    _("Code, name and place in lists. Closing and joining is done on the page, because work is handed over."),
    Role.SYSADMIN,
    SectionForm,
    ("short",),
    _find,
    _given,
    _save,
    _rows,
)
