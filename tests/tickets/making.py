"""Made-up sections, people, tickets and inquiries for tests: real rows through the ledger, fictional facts."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction

from hotline.models import User
from tickets.actions import ledger
from tickets.domain.actors import SYSTEM
from tickets.domain.moments import SHANGHAI
from tickets.domain.words import Channel, Role
from tickets.management.reference import install
from tickets.models import Event, Inquiry, Section, Source, Ticket
from tickets.models.bulk import insert_rows
from tickets.models.numbering import allocate, lookup_code, ticket_number

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday
numbers = count(1)


def moment(text: str) -> datetime:
    """``2026-03-02 09:00`` as a Shanghai moment."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def make_reference(now: datetime = NOW) -> None:
    """Calendar, policies, sign-off rules and own doors, as installed."""
    install(now)


def make_section(code: str = "gongcheng", **facts: Any) -> Section:
    """A section; ``code`` is its identity."""
    facts = {"name": f"样例{code}科", **facts}
    return Section.objects.get_or_create(code=code, defaults=facts)[0]


def make_user(
    username: str, roles: tuple[Role, ...] = (Role.HANDLER,), section: Section | None = None, **facts: Any
) -> User:
    """An account with roles; ``user.actor()`` is who acts."""
    facts = {"name": f"测试{username}", "roles": [role.value for role in roles], "section": section, **facts}
    return User.objects.create_user(username=username, password="样例口令-2026", **facts)


def make_source(code: str = "hotline", channel: Channel | None = None, **facts: Any) -> Source:
    """A door; platforms tell what ``tells`` says."""
    channel = channel or (Channel(code) if code in Channel._value2member_map_ else Channel.DIRECT)
    facts = {"name_zh": channel.zh, "name_en": channel.en, "channel": channel.value, **facts}
    return Source.objects.get_or_create(code=code, defaults=facts)[0]


@transaction.atomic
def make_ticket(*, now: datetime = NOW, channel: Channel = Channel.HOTLINE, **facts: Any) -> Ticket:
    """A ticket with its first event; ``facts`` are fields (state, section, dispatched_at …)."""
    ticket = _ticket(allocate(Ticket)[0], now, channel, facts)
    return ledger.open_ticket(ticket=ticket, actor=SYSTEM, now=now, refs={"made": True})


@transaction.atomic
def make_tickets(number: int, *, now: datetime = NOW, channel: Channel = Channel.HOTLINE, **facts: Any) -> list[Ticket]:
    """So many of them, each with its first event, in few statements and without histories."""
    tickets = [_ticket(pk, now, channel, facts) for pk in allocate(Ticket, number)]
    events = ledger.next_events(notes=[(each, "receive", {"made": True}) for each in tickets], actor=SYSTEM, now=now)
    Ticket.objects.bulk_create(tickets)
    insert_rows(Event, events)
    return tickets


def _ticket(pk: int, now: datetime, channel: Channel, facts: dict[str, Any]) -> Ticket:
    facts = {
        "title": "样例路围挡破损",
        "content": "样例路东段施工围挡破损，请尽快修复。",
        "registered_at": now,
        **facts,
    }
    return Ticket(id=pk, number=ticket_number(channel, pk, now), channel=channel.value, **facts)


def make_inquiry(ticket: Ticket, *, now: datetime = NOW, **facts: Any) -> Inquiry:
    """One contact of the ticket's channel, dispatched to us at ``now`` unless ``dispatched_at`` says otherwise."""
    source = facts.pop("source", None) or make_source(ticket.channel)
    facts = {"number": f"2603020912{next(numbers):08d}", "received_at": now, "dispatched_at": now, **facts}
    inquiry = Inquiry(ticket=ticket, source=source, channel=source.channel, lookup_code=lookup_code(), **facts)
    ledger.save_with_history(inquiry, actor=SYSTEM, now=now, reason="made")
    return inquiry
