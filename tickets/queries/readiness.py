"""What a reply still lacks before it may leave the section: the things a platform would bounce it for, and the caller's privacy."""

from __future__ import annotations

from tickets.domain.messages import Party
from tickets.domain.states import UnableToMove
from tickets.domain.words import Outcome
from tickets.models import Contact, Reply, Ticket

from . import inquiries

SHORTEST, LONGEST = 10, 4000


def check(ticket: Ticket, reply: Reply) -> None:
    """What must be there before a reply leaves the section. Raises UnableToMove naming the field."""
    if reply.outcome not in Outcome._value2member_map_:
        raise UnableToMove("outcome", "请选择办理结果。", "Choose the outcome.", field="outcome")
    if not SHORTEST <= len(reply.public_text.strip()) <= LONGEST:
        zh = f"公开答复须 {SHORTEST} 至 {LONGEST} 字，现为 {len(reply.public_text.strip())} 字。"
        raise UnableToMove(
            "public_text", zh, f"The public reply needs {SHORTEST} to {LONGEST} characters.", field="public_text"
        )
    if not reply.handling.strip():
        raise UnableToMove("handling", "请填写办理情况。", "Write down what was done.", field="handling")
    if reply.outcome == Outcome.IN_PROGRESS and reply.promised_on is None:
        raise UnableToMove(
            "promised_on", "正在解决的须写明承诺日期。", "Being solved: give the promised date.", field="promised_on"
        )
    _check_privacy(ticket, reply)
    _check_contact(ticket)


def _check_privacy(ticket: Ticket, reply: Reply) -> None:
    """The caller's own numbers never stand in a public text (domain §6); a petition's reply may address its petitioner by name."""
    for inquiry in inquiries.of(ticket):
        party = inquiry.person.party() if inquiry.person is not None else Party()
        if any(
            number and number in reply.public_text for number in (party.phone, party.incoming_phone, party.id_number)
        ):
            raise UnableToMove(
                "personal_data",
                "公开答复中含有诉求人的电话或证件号码，请删去。",
                "The public reply holds the caller's phone or identity number: take it out.",
                field="public_text",
            )


def _check_contact(ticket: Ticket) -> None:
    needing = [
        each
        for each in inquiries.live(ticket)
        if each.needs_reply and not each.is_anonymous and each.source_id in ("hotline", "business")
    ]
    if needing and not Contact.objects.filter(ticket=ticket).exists():
        raise UnableToMove(
            "contact",
            "答复前须联系群众，或写明未联系上的原因。",
            "Contact the caller first, or record why it failed.",
            field="contact",
        )
