"""The form of the intake desk: what a browser sends as MatterForm reads it, and its fields as the page shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from hotline.acting.matter import MatterForm, PartyForm, title_of
from hotline.acting.taking import Rejection
from hotline.wording import said
from tickets.domain import telephone
from tickets.domain.words import OWN_DOORS, Channel, MatterType, RejectionReason, Urgency, Way
from tickets.models import Phrase, PhraseKind, Ticket
from tickets.queries import offices, phrases

from . import fields
from .fields import Field

Errors = dict[str, list[str]]
#: Doors that are logged here; calls of the radio hotline have a page of their own.
DOORS = tuple(each for each in OWN_DOORS if each is not Channel.RADIO)
NOT_HERE = ("party", "related_numbers", "number", "area_code", "called_at")
#: Asked of few: folded away while they are empty.
MORE = ("phone", "gender", "id_number", "organisation", "address", "email", "category", "title")
#: Beside the matter: what was answered on the line, and why it is none of ours.
BESIDE = ("answer", "code", "told", "pointed_to")
#: What a template of a frequent matter may fill in beside its text.
TEMPLATED = ("type", "urgency", "category", "place", "title", "project")
#: A form in which all of these are empty is not worth keeping.
WORTH_KEEPING = ("incoming_phone", "name", "content", "title", "place", "answer", "told")


def shown(given: Mapping[str, Any] | QueryDict, errors: Errors | None = None) -> dict[str, Field]:
    """The fields by name, with what is in them."""
    found = errors or {}
    made = {each.name: each for each in fields.fields_of(MatterForm, given, found, leave_out=NOT_HERE)}
    made |= {each.name: each for each in fields.fields_of(PartyForm, given, found)}
    made["channel"].choices = [(each.value, said(each)) for each in DOORS]
    made["type"].choices.sort(key=lambda pair: pair[0] == MatterType.OTHER)
    made["way"].kind = "choice"
    made["phone"].label = _("Another number to call back")
    for name in BESIDE:
        values = given.getlist(name) if isinstance(given, QueryDict) else [str(given[name])] if name in given else []
        made[name] = Field(name, "", "area", values=values, errors=found.get(name, []))
    made["code"].choices = [(each.value, said(each)) for each in RejectionReason]
    return made


def begun(**initial: Any) -> dict[str, Any]:
    """A fresh form: a call to our own number."""
    return {"channel": Channel.DIRECT.value, "way": Way.PHONE.value, "needs_reply": True, **initial}


def read(post: QueryDict, into: Ticket | None = None) -> tuple[dict[str, Any], Errors]:
    """The matter as MatterForm gives it, or what is wrong with it by field. ``into``: the ticket that it joins, whose words stand
    in where the clerk has typed none."""
    data = _data(post)
    if into is not None and not data.get("content"):
        data["content"] = f"来电人再次反映：{into.title}"
    data["title"] = data.get("title") or title_of(data.get("content", ""))
    errors: Errors = {}
    if project := data.get("project"):
        known = offices.project_called(project)
        if known is None:
            errors["project"] = [
                _("There is no such project: choose one from the list, or write its name into the matter.")
            ]
        else:
            data["project"] = known.name
    if not data.get("content"):
        errors["content"] = [_("Write down what the caller says.")]
    form = MatterForm(data=data)
    if not form.is_valid():
        errors |= _flat(form.errors)
    return ({} if errors else dict(form.validated_data)), errors


def _data(post: QueryDict) -> dict[str, Any]:
    matter, party = fields.typed(MatterForm, post), fields.typed(PartyForm, post)
    matter.pop("number", None)
    number = telephone.plain(party.get("incoming_phone", ""))
    party["phone"] = telephone.plain(party.get("phone", "")) or number
    party["incoming_phone"] = number if matter.get("way") == Way.PHONE else ""
    if matter.get("channel") not in DOORS:
        matter["channel"] = Channel.DIRECT.value
    if matter["channel"] == Channel.OPINION:
        matter["way"] = ""
    return {**matter, "party": party}


def _flat(detail: Mapping[str, Any]) -> Errors:
    """The caller's fields stand beside those of the matter."""
    plain = {name: inner for name, inner in detail.items() if name != "party"}
    return fields.errors_of(plain) | fields.errors_of(detail.get("party", {}))


def answer_of(post: QueryDict) -> tuple[str, Errors]:
    """What was answered on the line."""
    text = post.get("answer", "").strip()
    return text, {} if text else {"answer": [_("Write down what was answered.")]}


def rejection_of(post: QueryDict) -> tuple[Rejection, Errors]:
    """Why the matter is none of ours; each of the three must be said."""
    why = Rejection(*(post.get(name, "").strip() for name in ("code", "told", "pointed_to")))
    errors: Errors = {}
    if why.code not in RejectionReason._value2member_map_:
        errors["code"] = [_("Choose the ground.")]
    if not why.told:
        errors["told"] = [_("Say how the caller was told.")]
    if not why.pointed_to:
        errors["pointed_to"] = [_("Say where the caller was pointed to.")]
    return why, errors


def templates() -> list[dict[str, str]]:
    """The templates of frequent matters: title, and the fields it fills as JSON."""
    rows = phrases.of(PhraseKind.MATTER)
    return [
        {"id": str(row.pk), "title": row.title, "fields": json.dumps(_template(row), ensure_ascii=False)}
        for row in rows
    ]


def filled(post: QueryDict) -> QueryDict:
    """The form with the chosen template put in, where nothing is typed yet: for browsers without scripts."""
    row = next((each for each in phrases.of(PhraseKind.MATTER) if str(each.pk) == post.get("template")), None)
    made = post.copy()
    ordinary = {"type": MatterType.OTHER.value, "urgency": Urgency.ORDINARY.value}
    for name, value in (_template(row) if row else {}).items():
        if made.get(name, "").strip() in ("", ordinary.get(name)):
            made[name] = value
    return made


def _template(row: Phrase) -> dict[str, str]:
    facts = {name: str(row.facts[name]) for name in TEMPLATED if row.facts.get(name)}
    return {"content": row.body, **facts}
