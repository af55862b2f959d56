"""The section's own work: sign, contact, ask for information, transfer, contribute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from tickets.domain import states
from tickets.domain.actors import Actor
from tickets.domain.messages import Telling
from tickets.domain.states import DESK, Action, UnableToMove
from tickets.domain.words import ClockKind, PauseGround, Role, Side
from tickets.models import CoHandler, Contact, Inquiry, Ticket
from tickets.queries import inquiries

from .. import ledger, outbox, timers

UNSIGNED_WITHIN = timedelta(minutes=10)


@transaction.atomic
def sign(*, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None = None) -> Ticket:
    """签收: the section takes the ticket; who signs, or for whom a deputy signs, is its handler until transferred."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(
        ticket=ticket,
        action=Action.SIGN,
        actor=actor,
        now=now,
        changes={"signed_at": now, "handler_id": actor.in_place_of},
    )
    timers.meet(ticket=ticket, kind=ClockKind.SIGN, now=now, side=Side.INNER)
    return ticket


@transaction.atomic
def unsign(*, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None = None) -> Ticket:
    """撤销签收: whoever has just signed by mistake takes it back, while nothing else has happened; the clock goes on from its start."""
    ticket = ledger.lock(ticket.pk, expected_version)
    states.check(ticket.stage, Action.UNSIGN, actor, ticket.section_id)
    last = ticket.events.exclude(action__in=ledger.NOT_WORK).order_by("-seq").first()
    if last is None or last.action != Action.SIGN or last.user_id != actor.user_id or now - last.at > UNSIGNED_WITHIN:
        raise UnableToMove(
            "unsign",
            "只有本人十分钟内刚签收、尚未办理的件可以撤销签收。",
            "Only what you signed yourself within ten minutes, and nothing was done with since.",
        )
    before = ticket.history.order_by("-history_id").values_list("handler_id", flat=True)[1]
    changes = {"signed_at": None, "handler_id": before}
    ledger.move(ticket=ticket, action=Action.UNSIGN, actor=actor, now=now, changes=changes)
    timers.unmeet(ticket=ticket, kind=ClockKind.SIGN, side=Side.INNER, now=now)
    return ticket


@transaction.atomic
def contact(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    reached: bool,
    contacted_at: datetime | None = None,
    reason: str = "",
    note: str = "",
    inquiry: Inquiry | None = None,
    expected_version: int | None = None,
) -> Contact:
    """联系群众. On a confidential matter only the office makes contact, and that meets the section's clock (domain §6)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    moment = contacted_at or now
    _check_contact(ticket, actor, moment, now, reached, reason)
    by_office = not actor.roles & DESK
    row = Contact(
        ticket=ticket,
        inquiry=inquiry,
        by_id=actor.account,
        by_office=by_office,
        contacted_at=moment,
        is_reached=reached,
        reason=reason,
        note=note,
    )
    ledger.move(
        ticket=ticket,
        action=Action.CONTACT,
        actor=actor,
        now=now,
        changes={"contacted_at": moment},
        refs={"reached": reached},
    )
    ledger.save_with_history(row, actor=actor, now=now, reason="contact")
    timers.meet(ticket=ticket, kind=ClockKind.CONTACT, now=moment, side=Side.INNER if inquiry else None)
    if inquiry is not None:
        timers.meet(ticket=ticket, kind=ClockKind.CONTACT, now=moment, side=Side.OUTER, inquiry=inquiry)
    for each in [inquiry] if inquiry else inquiries.live(ticket):
        _tell_contact(ticket, each, row, actor, now)
    return row


def _check_contact(ticket: Ticket, actor: Actor, moment: datetime, now: datetime, reached: bool, reason: str) -> None:
    if ticket.is_confidential and not actor.has(Role.DISPATCHER):
        raise UnableToMove(
            "confidential", "保密件由办公室联系诉求人。", "A confidential matter: the office makes contact."
        )
    if moment > now:
        raise UnableToMove(
            "contacted_at",
            "联系时间不能晚于现在。",
            "The moment of contact cannot lie in the future.",
            field="contacted_at",
        )
    if not reached and not reason:
        raise UnableToMove("reason", "未联系上须说明原因。", "Not reached: say why.", field="reason")


def _tell_contact(ticket: Ticket, inquiry: Inquiry, row: Contact, actor: Actor, now: datetime) -> None:
    first = inquiry.contacted_at is None
    if first:
        inquiry.contacted_at = row.contacted_at
        ledger.save_with_history(inquiry, actor=actor, now=now, reason="contact")
    if inquiry.is_anonymous or (inquiry.source_id == "business" and not first):
        return
    facts = {
        "reached": row.is_reached,
        "contacted_at": row.contacted_at,
        "person": actor.name,
        "note": row.note or row.reason,
        "reason": row.reason,
    }
    outbox.enqueue(inquiry=inquiry, telling=Telling.CONTACT, facts=facts, now=now)


@transaction.atomic
def ask_information(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str, expected_version: int | None = None
) -> Ticket:
    """待补充: the caller must add something; clocks pause, at most for as long as the rule allows."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(ticket=ticket, action=Action.ASK_INFORMATION, actor=actor, now=now, reason=reason)
    timers.pause(ticket=ticket, ground=PauseGround.INFORMATION.value, now=now, actor=actor.label)
    return ticket


@transaction.atomic
def receive_information(
    *, ticket: Ticket, actor: Actor, now: datetime, note: str = "", expected_version: int | None = None
) -> Ticket:
    """补充到位: work goes on. After a correction (补正) the limit counts anew from now (政府信息公开条例 art. 30)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(ticket=ticket, action=Action.RECEIVE_INFORMATION, actor=actor, now=now, reason=note)
    timers.restart(ticket=ticket, now=now, ground=PauseGround.CORRECTION.value, actor=actor.label)
    timers.resume(ticket=ticket, now=now, grounds=(PauseGround.INFORMATION.value,), actor=actor.label)
    return ticket


@transaction.atomic
def transfer(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    handler_id: int | None,
    reason: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """科内转办: the chief names another handler of the same section, or nobody yet (None)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    people = get_user_model().objects.filter(is_active=True, section_id__isnull=False, section=ticket.section)
    handler: Any = people.filter(pk=handler_id).first() if handler_id is not None else None
    if handler is None and handler_id is not None:
        raise UnableToMove(
            "handler", "只能转给本科室在岗人员。", "Only to somebody of the same section.", field="handler"
        )
    return ledger.move(
        ticket=ticket,
        action=Action.TRANSFER,
        actor=actor,
        now=now,
        changes={"handler": handler},
        refs={"handler": handler_id},
        reason=reason,
    )


@transaction.atomic
def contribute(
    *, ticket: Ticket, actor: Actor, now: datetime, opinion: str, expected_version: int | None = None
) -> CoHandler:
    """协办意见: a co-handling section adds what it did."""
    ticket = ledger.lock(ticket.pk, expected_version)
    row = ticket.co_handlers.filter(section_id=actor.section_id or 0, is_active=True).first()
    if row is None:
        raise UnableToMove(
            "not_co_handler", "本科室不是本件的协办单位。", "Your section does not co-handle this matter."
        )
    ledger.move(
        ticket=ticket,
        action=Action.CONTRIBUTE,
        actor=actor,
        now=now,
        refs={"section": actor.section_id},
        reason=opinion,
    )
    timers.meet(ticket=ticket, kind=ClockKind.CONTRIBUTE, now=now, side=Side.INNER, section_id=row.section_id)
    row.opinion, row.contributed_at, row.contributed_by_id = opinion, now, actor.user_id
    ledger.save_with_history(row, actor=actor, now=now, reason="contribute")
    return row
