"""Tickets at every stage of the office's day, brought there by the acts people use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from tests.hotline.bodies import REASON, TEXT
from tests.hotline.bureau import Bureau, dispatched, log_matter, make_section
from tickets import clock
from tickets.actions import handling, replies
from tickets.domain.states import State
from tickets.domain.words import Outcome
from tickets.models import CoHandler, Section, Ticket


def again(ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    return Ticket.objects.select_related("section").get(pk=ticket.pk)


def signed(bureau: Bureau, *helpers: Section, **facts: Any) -> Ticket:
    """In the lead section's hands."""
    ticket = dispatched(bureau, *helpers, **facts)
    handling.sign(ticket=ticket, actor=bureau.actor("handler"), now=clock.now())
    return again(ticket)


def returned(bureau: Bureau, **facts: Any) -> Ticket:
    """The section asks the office to take it back."""
    ticket = signed(bureau, **facts)
    handling.ask_section_return(
        ticket=ticket, actor=bureau.actor("handler"), now=clock.now(), code="not_duty", reason=REASON
    )
    return again(ticket)


def reviewed(bureau: Bureau, outcome: Outcome = Outcome.SOLVED, **facts: Any) -> Ticket:
    """A reply waits for the signature."""
    ticket = signed(bureau, **facts)
    handler, now = bureau.actor("handler"), clock.now
    by = bureau.actor("dispatcher") if ticket.is_confidential else handler
    handling.contact(ticket=ticket, actor=by, now=now(), reached=True, note="已联系")
    replies.draft(ticket=ticket, actor=handler, now=now(), outcome=outcome.value, public_text=TEXT, handling="已修复。")
    replies.submit(ticket=ticket, actor=handler, now=now())
    replies.review(ticket=ticket, actor=bureau.actor("chief"), now=now(), passed=True)
    return again(ticket)


def approved(bureau: Bureau, **facts: Any) -> Ticket:
    """A signed reply waits to be sent."""
    ticket = reviewed(bureau, **facts)
    replies.approve(ticket=ticket, actor=bureau.actor("leader"), now=clock.now())
    return again(ticket)


def answered(bureau: Bureau, **facts: Any) -> Ticket:
    """The reply is out, the caller can be asked."""
    ticket = approved(bureau, **facts)
    replies.send(ticket=ticket, actor=bureau.actor("dispatcher"), now=clock.now())
    return again(ticket)


def standing(bureau: Bureau, state: State, **facts: Any) -> Ticket:
    """A ticket of the lead section put into a state, with the third section helping; it has lived through nothing."""
    section = None if state in (State.REGISTERED, State.OUTWARD_RETURN_ASKED) else bureau.lead
    before = {"before_merge": "registered"} if state is State.MERGED else {}
    ticket = log_matter(state=state.value, section=section, dispatched_at=clock.now(), **before, **facts)
    CoHandler.objects.create(ticket=ticket, section=make_section("xieban"), asked_at=clock.now())
    return ticket


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)
