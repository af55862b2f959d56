"""What is typed about a matter that comes in at one of our own doors, and the message it becomes."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.moments import to_local
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models.numbering import PREFIX

from .fields import Strict, Text, When, word

OWN_DOORS = (Channel.DIRECT, Channel.RADIO, Channel.DISCLOSURE, Channel.OPINION)


class PartyForm(Strict):
    """The caller; every field may be empty."""

    name = Text(60)
    gender = Text(10)
    phone = Text(30)
    incoming_phone = Text(30)
    id_number = Text(30)
    address = Text(200)
    organisation = Text(120)
    email = Text(120)


class MatterForm(Strict):
    """A matter that comes in at one of our own doors. Title or content must say something."""

    channel = serializers.ChoiceField(
        choices=[(each.value, each.zh) for each in OWN_DOORS], default=Channel.DIRECT.value
    )
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


def incoming_of(form: dict[str, Any], now: datetime) -> Incoming:
    """What the form says, as the one shape that intake takes; a number is made where none was given."""
    facts = dict(form)
    channel = Channel(facts.pop("channel"))
    number = facts.pop("number").strip() or f"{PREFIX[channel]}{to_local(now):%Y%m%d}{secrets.token_hex(5).upper()}"
    matter = Matter(
        **{
            **facts,
            "party": Party(**facts["party"]),
            "type": MatterType(facts["type"]),
            "urgency": Urgency(facts["urgency"]),
            "related_numbers": tuple(facts["related_numbers"]),
            "called_at": facts["called_at"] or now,
            "dispatched_at": now,
        }
    )
    return Incoming(
        channel.value, channel, number, 1, Happening.DISPATCHED, now, event_id=f"typed:{number}", matter=matter
    )
