"""A routing rule as it is typed: words in one line, sections by their codes, its place among the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.wording import whole
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Route, Section
from tickets.queries.rules import LAST

from .fields import Misread, Strict, Text

#: Conditions that are ticked, and those whose words are typed.
TICKED: Mapping[str, Any] = {"channels": Channel, "types": MatterType, "urgencies": Urgency}
TYPED = ("words", "projects", "places", "categories", "areas")
STAYS = ""
_BETWEEN = re.compile(r"[\s,，、;；]+")


def _many() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=24), required=False, default=list, max_length=20
    )


class RuleForm(Strict):
    """派单规则: all conditions given must hold, within one any word is enough."""

    rule = Text(80, required=True)
    section = serializers.CharField(max_length=24)
    co_sections = _many()
    words = Text(1000)
    projects = Text(1000)
    places = Text(1000)
    categories = Text(500)
    areas = Text(200)
    channels = _many()
    types = _many()
    urgencies = _many()
    dispatches = serializers.BooleanField(required=False, default=True)
    before = serializers.CharField(max_length=20, required=False, allow_blank=True, default=STAYS)
    reason = Text(300)


def typed_of(route: Route) -> dict[str, Any]:
    """What the form begins with."""
    conditions = route.conditions
    return {
        "rule": route.name,
        "section": route.section.code if route.section_id else "",
        "co_sections": list(route.co_sections),
        "dispatches": route.dispatches,
        "before": STAYS,
        **{name: "、".join(conditions.get(name, ())) for name in TYPED},
        **{name: list(conditions.get(name, ())) for name in TICKED},
    }


def route_of(route: Route, values: Mapping[str, Any]) -> Route:
    """The rule as it would be; the row given is left as it is. Raises Misread for a section that is not there."""
    wanted = copy(route)
    section = Section.objects.filter(code=values["section"], is_active=True).first()
    if section is None:
        raise Misread(("section", _("There is no such section: %s") % values["section"]))
    wanted.name, wanted.section = values["rule"].strip(), section
    wanted.co_sections, wanted.dispatches = list(values["co_sections"]), values["dispatches"]
    lists = {name: words(values[name]) for name in TYPED} | {name: list(values[name]) for name in TICKED}
    wanted.conditions = {name: found for name, found in lists.items() if found}
    return wanted


def words(text: str) -> list[str]:
    """What stands between blanks, commas and 、, each once."""
    return list(dict.fromkeys(part for part in _BETWEEN.split(text.strip()) if part))


def place_of(values: Mapping[str, Any]) -> int | None:
    """Before which rule: its id, LAST, or None for where it stands."""
    before = str(values["before"])
    if before == STAYS:
        return None
    return whole(before) or LAST


def places(rows: Sequence[Route], route: Route) -> list[tuple[str, str]]:
    """What can be chosen for its place."""
    others = [(str(row.pk), _("before “%s”") % row.name) for row in rows if row.pk != route.pk]
    return [(STAYS, _("where it stands") if route.pk else _("at the end")), *others, (str(LAST), _("at the end"))]
