"""上线: a session is opened, listeners' calls are logged in it one after another, corrected or withdrawn, and it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.models import RadioCall, RadioSession, User
from tickets.actions import handling, intake, ledger
from tickets.domain import telephone
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel, MatterType, Way
from tickets.models import Inquiry

from . import taking
from .fields import Phone, Strict, Text, When, word
from .matter import MatterForm, correction_of, incoming_of, number_of, title_of

PROGRAMME = "政风行风热线"


class SessionForm(Strict):
    """A programme."""

    programme = Text(60, required=True)
    on_air_at = When()
    guest = Text(60)


class ListenerForm(Strict):
    """One short call: who (empty: an anonymous listener), what, where."""

    phone = Phone()
    name = Text(60)
    content = Text(2000, required=True)
    place = Text(200)
    type = word(MatterType, required=False, default=MatterType.OTHER.value)


class Closed(UnableToMove):
    """The session is over."""

    def __init__(self) -> None:
        super().__init__("closed", "本场已结束，请先重新打开。", "This session is closed: open it again first.")


def open_session(*, form: dict[str, Any], user: User, now: datetime) -> RadioSession:
    """Open one; a programme cannot have been broadcast in the days to come."""
    if to_local(form["on_air_at"]).date() > to_local(now).date():
        raise ValidationError({"on_air_at": [_("A programme of the days to come is opened on its day.")]})
    session = RadioSession(**form, opened_by=user, opened_at=now)
    ledger.save_with_history(session, actor=user.actor(), now=now, reason="opened")
    return session


def close(*, session: RadioSession, actor: Actor, now: datetime) -> None:
    """The programme is over."""
    session.closed_at = session.closed_at or now
    ledger.save_with_history(session, actor=actor, now=now, reason="closed")


def open_again(*, session: RadioSession, actor: Actor, now: datetime) -> None:
    """Something was forgotten."""
    session.closed_at = None
    ledger.save_with_history(session, actor=actor, now=now, reason="opened again")


@transaction.atomic
def log(*, session: RadioSession, form: dict[str, Any], entry: str, actor: Actor, now: datetime) -> Inquiry:
    """Log one call; the same ``entry`` again is the same call. Its limit runs from the programme. Raises Closed."""
    if session.closed_at is not None:
        raise Closed
    number = number_of(Channel.RADIO, now, f"{session.pk}/{entry}", form)
    incoming = incoming_of(_matter(session, form, number, now), now)
    taken = taking.log(incoming=incoming, actor=actor, now=now)
    RadioCall.objects.get_or_create(inquiry=taken.inquiry, defaults={"session": session})
    return taken.inquiry


@transaction.atomic
def correct(*, call: RadioCall, form: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Type it again; a number or a name that is left empty stays as it was."""
    if call.session.closed_at is not None:
        raise Closed
    inquiry = call.inquiry
    known = inquiry.person.party() if inquiry.person is not None else None
    kept = {name: form[name] or (getattr(known, name) if known else "") for name in ("phone", "name")}
    told = correction_of(_matter(call.session, {**form, **kept}, inquiry.number, now), inquiry, now)
    ticket = inquiry.ticket
    matter = replace(told.matter, category=ticket.category, area_code=ticket.area_code) if told.matter else None
    intake.receive(incoming=replace(told, matter=matter), actor=actor, now=now)


def withdraw(*, call: RadioCall, reason: str, actor: Actor, now: datetime) -> None:
    """It was logged by mistake, or the listener takes it back."""
    handling.withdraw(ticket=call.inquiry.ticket, actor=actor, now=now, reason=reason)


def _matter(session: RadioSession, form: dict[str, Any], number: str, now: datetime) -> dict[str, Any]:
    """As MatterForm reads it."""
    phone = telephone.plain(form["phone"])
    made = MatterForm(
        data={
            "channel": Channel.RADIO.value,
            "way": Way.PHONE.value,
            "number": number,
            "title": title_of(form["content"]),
            "content": form["content"],
            "place": form["place"],
            "type": form["type"],
            "party": {"phone": phone, "incoming_phone": phone, "name": form["name"]},
            "is_anonymous": not (phone or form["name"]),
            "called_at": min(session.on_air_at, now),
        }
    )
    made.is_valid(raise_exception=True)
    return dict(made.validated_data)
