"""Acts that leave the state: acceptance, correction, chase, supervision, instruction, opening personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.domain import states
from tickets.domain.actors import Actor
from tickets.domain.chain import sha256
from tickets.domain.messages import Party, Telling
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.words import ClockKind, MatterType, Role, Side, Urgency
from tickets.models import Inquiry, ReadingKind, Ticket
from tickets.queries import inquiries

from .. import ledger, notices, outbox, readings, timers

#: Facts a person may correct, and the words a value must be one of.
AMENDABLE: Mapping[str, type | None] = {
    "title": None,
    "content": None,
    "type": MatterType,
    "category": None,
    "urgency": Urgency,
    "area_code": None,
    "place": None,
    "is_confidential": bool,
}


@transaction.atomic
def accept(
    *,
    ticket: Ticket,
    inquiry: Inquiry,
    actor: Actor,
    now: datetime,
    notice: str = "written",
    content: str = "",
    expected_version: int | None = None,
) -> Inquiry:
    """受理: the notice of acceptance, an act of the office; it starts a petition's 60 days (信访工作条例 art. 34)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if inquiry.accepted_at is not None:
        raise UnableToMove("accepted", "本件已受理告知。", "It was accepted already.")
    ledger.move(ticket=ticket, action=Action.ACCEPT, actor=actor, now=now, refs={"inquiry": str(inquiry)})
    inquiry.accepted_at = now
    ledger.save_with_history(inquiry, actor=actor, now=now, reason="accepted")
    kinds = (ClockKind.NOTICE, ClockKind.OBJECTION)
    timers.meet(ticket=ticket, kind=kinds, now=now, side=Side.OUTER, inquiry=inquiry)
    timers.start_accepted(inquiry=inquiry, now=now, ticket=ticket)
    facts = {
        "accepted": True,
        "notice": "none" if inquiry.is_anonymous else notice,
        "accepted_at": now,
        "content": content or "您反映的事项已受理，将在法定期限内办理并答复。",
        "handler": actor.name,
    }
    outbox.enqueue(inquiry=inquiry, telling=Telling.ACCEPT, facts=facts, now=now)
    return inquiry


@transaction.atomic
def amend(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any],
    reason: str,
    expected_version: int | None = None,
) -> Ticket:
    """更正 of recorded facts: field, old, new and reason in the history; digests of both in the journal."""
    ticket = ledger.lock(ticket.pk, expected_version)
    changed = {name: value for name, value in facts.items() if getattr(ticket, _known(name, value)) != value}
    if not changed:
        raise UnableToMove("nothing", "没有需要更正的内容。", "Nothing differs.")
    if not reason.strip():
        raise UnableToMove("reason", "请写明更正原因。", "Say why it is corrected.", field="reason")
    if changed.get("is_confidential") is False:
        _open_to_others(ticket, actor, now)
    refs = {name: [sha256(str(getattr(ticket, name)))[:16], sha256(str(value))[:16]] for name, value in changed.items()}
    return ledger.move(
        ticket=ticket, action=Action.AMEND, actor=actor, now=now, changes=changed, refs=refs, reason=reason
    )


def _open_to_others(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """Only the office's dispatcher makes a confidential matter an ordinary one; leader and secrecy reviewer are told."""
    if not actor.has(Role.DISPATCHER):
        raise UnableToMove(
            "role",
            "取消保密须由派单员办理。",
            "Only the dispatcher makes it an ordinary matter.",
            field="is_confidential",
        )
    for role in (Role.LEADER, Role.SECRECY):
        key = f"opened_up:{ticket.pk}:{ticket.version}:{role.value}"
        notices.tell(key=key, kind="opened_up", role=role, now=now, ticket=ticket)


def _known(name: str, value: Any) -> str:
    kind = AMENDABLE.get(name, ...)
    if kind is ...:
        raise UnableToMove("field", f"“{name}”不能更正。", f"“{name}” cannot be amended.", field=name)
    if kind is bool and not isinstance(value, bool):
        raise UnableToMove("field", f"“{name}”须为是或否。", f"“{name}” is true or false.", field=name)
    if kind in (MatterType, Urgency) and value not in kind._value2member_map_:
        raise UnableToMove("field", f"“{name}”的值“{value}”不在可选范围。", f"“{value}” is no {name}.", field=name)
    return name


@transaction.atomic
def chase(*, ticket: Ticket, actor: Actor, now: datetime, content: str, expected_version: int | None = None) -> Ticket:
    """催办: the section is told; counted."""
    ticket = ledger.lock(ticket.pk, expected_version)
    changes = {"chase_count": ticket.chase_count + 1}
    ledger.move(ticket=ticket, action=Action.CHASE, actor=actor, now=now, changes=changes, reason=content)
    _tell_section(ticket, "chase", now, content)
    return ticket


@transaction.atomic
def supervise(
    *, ticket: Ticket, actor: Actor, now: datetime, content: str, expected_version: int | None = None
) -> Ticket:
    """督办: from now on a leader signs off."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(
        ticket=ticket, action=Action.SUPERVISE, actor=actor, now=now, changes={"is_supervised": True}, reason=content
    )
    _tell_section(ticket, "supervise", now, content)
    return ticket


@transaction.atomic
def instruct(
    *, ticket: Ticket, actor: Actor, now: datetime, content: str, expected_version: int | None = None
) -> Ticket:
    """批示: a leader's instruction, kept as it was written."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(
        ticket=ticket, action=Action.INSTRUCT, actor=actor, now=now, refs={"text": sha256(content)}, reason=content
    )
    _tell_section(ticket, "instruct", now, content)
    return ticket


def _tell_section(ticket: Ticket, kind: str, now: datetime, content: str) -> None:
    role = Role.CHIEF if ticket.section_id else Role.DISPATCHER
    notices.tell(
        key=f"{kind}:{ticket.pk}:{ticket.version}",
        kind=kind,
        role=role,
        now=now,
        ticket=ticket,
        section_id=ticket.section_id,
        user_id=ticket.handler_id,
        facts={"content": content[:200]},
    )


@transaction.atomic
def read_person(*, ticket: Ticket, actor: Actor, now: datetime, reason: str) -> list[tuple[Inquiry, Party]]:
    """Open the callers' data with a reason; the reading is recorded in the same transaction (domain §6).

    Sections never open those of a confidential matter. Raises UnableToMove.
    """
    ticket = ledger.lock(ticket.pk)
    states.check(State(ticket.state), Action.READ_PERSON, actor, ticket.section_id)
    if not actor.has(Role.DISPATCHER, Role.LEADER) and ticket.section_id not in (None, actor.section_id):
        raise UnableToMove(
            "section",
            "本件已派往其他科室，登记员不再查看其个人信息。",
            "Another section has it: a clerk opens no personal data there.",
        )
    if ticket.is_confidential and not actor.has(Role.DISPATCHER):
        raise UnableToMove(
            "confidential", "保密件的诉求人信息不向科室开放。", "The petitioner of a confidential matter is not shown."
        )
    if not reason.strip():
        raise UnableToMove("reason", "查看个人信息须填写原因。", "Say why personal data are opened.", field="reason")
    found = [(inquiry, inquiry.person.party()) for inquiry in inquiries.of(ticket) if inquiry.person is not None]
    refs = {"persons": [inquiry.person_id for inquiry, _ in found], "reason": sha256(reason)}
    ledger.note(ticket=ticket, action=Action.READ_PERSON.value, actor=actor, now=now, refs=refs)
    readings.write(ticket=ticket, actor=actor, now=now, kind=ReadingKind.PERSON, reason=reason)
    return found
