"""What is typed about a matter that comes in at one of our own doors, and the message it becomes."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.moments import to_local
from tickets.domain.words import OWN_DOORS, Channel, MatterType, Urgency, Way
from tickets.models import Inquiry
from tickets.models.numbering import PREFIX

from .fields import Phone, Strict, Text, When, word

#: A title is made of the first clause of what was said, where nobody wrote one.
LONGEST_TITLE = 40
_CLAUSE = re.compile(r"[^。！？!?；;\n]+")


class PartyForm(Strict):
    """The caller; every field may be empty."""

    name = Text(60)
    gender = Text(10)
    phone = Phone()
    incoming_phone = Phone()
    id_number = Text(30)
    address = Text(200)
    organisation = Text(120)
    email = Text(120)


class MatterForm(Strict):
    """A matter that comes in at one of our own doors. Title or content must say something."""

    channel = serializers.ChoiceField(
        choices=[(each.value, each.zh) for each in OWN_DOORS], default=Channel.DIRECT.value
    )
    way = word(Way, required=False, allow_blank=True, default="")
    number = Text(64, help_text=gettext_lazy("a number of your own; the same number again is the same matter"))
    title = Text(200)
    content = Text(20_000)
    type = word(MatterType, required=False, default=MatterType.OTHER.value)
    category = Text(120)
    urgency = word(Urgency, required=False, default=Urgency.ORDINARY.value)
    area_code = Text(12)
    place = Text(200)
    project = Text(120)
    party = PartyForm(required=False, default=dict)
    is_anonymous = serializers.BooleanField(required=False, default=False)
    is_confidential = serializers.BooleanField(required=False, default=False)
    is_report = serializers.BooleanField(required=False, default=False)
    needs_reply = serializers.BooleanField(required=False, default=True)
    called_at = When(required=False, allow_null=True, default=None)
    confirmed_at = When(required=False, allow_null=True, default=None)
    related_numbers = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=20
    )


def title_of(content: str) -> str:
    """A title for what nobody gave one: its first clause, at most 40 signs."""
    clause = _CLAUSE.search(content.strip())
    words = clause[0].strip() if clause else ""
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + "…"


def number_of(channel: Channel, now: datetime, entry: str, typed: Mapping[str, Any]) -> str:
    """A number of our own for what was typed into the form ``entry``: sent twice it is the same matter, anything else another."""
    said = json.dumps([entry or secrets.token_hex(8), typed], ensure_ascii=False, sort_keys=True, default=str)
    return f"{PREFIX[channel]}{to_local(now):%Y%m%d}{hashlib.sha256(said.encode()).hexdigest()[:10].upper()}"


def incoming_of(form: dict[str, Any], now: datetime, *, holds: bool = False) -> Incoming:
    """What the form says, as the one shape that intake takes; a number is made where none was given.

    A call of the radio hotline counts from its programme, ``called_at``. ``holds``: no rule dispatches it.
    """
    facts = dict(form)
    channel = Channel(facts.pop("channel"))
    number = facts.pop("number").strip() or f"{PREFIX[channel]}{to_local(now):%Y%m%d}{secrets.token_hex(5).upper()}"
    matter = Matter(
        **{
            **facts,
            "party": Party(**facts["party"]),
            "type": MatterType(facts["type"]),
            "urgency": Urgency(facts["urgency"]),
            "way": Way(facts["way"]) if facts["way"] else None,
            "related_numbers": tuple(facts["related_numbers"]),
            "called_at": facts["called_at"] or now,
            "dispatched_at": (channel is Channel.RADIO and facts["called_at"]) or now,
        }
    )
    return Incoming(
        channel.value,
        channel,
        number,
        1,
        Happening.DISPATCHED,
        now,
        event_id=f"typed:{number}",
        matter=matter,
        holds=holds,
    )


def correction_of(form: dict[str, Any], inquiry: Inquiry, now: datetime) -> Incoming:
    """The same contact typed once more: what differs is amended, the old stays in the history."""
    version = inquiry.version + 1
    told = incoming_of({**form, "number": inquiry.number}, now)
    return replace(
        told,
        happening=Happening.UPDATED,
        round=inquiry.round,
        version=version,
        event_id=f"typed:{inquiry.number}:{version}",
    )
