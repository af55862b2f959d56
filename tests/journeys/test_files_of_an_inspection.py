"""An inspection's verdict on a reply that said “not ours”, and on one that was handed over as a file."""

from __future__ import annotations

import pytest

from tests.journeys.office import Office
from tests.journeys.test_life_of_a_matter import TEXT, state
from tickets.actions import handling, replies
from tickets.domain.messages import Happening
from tickets.domain.states import State
from tickets.models import Ticket

pytestmark = pytest.mark.everywhere


@pytest.fixture
def answered(office: Office) -> Ticket:
    """A problem of a notice, answered with “not ours”, lying in the outbox folder of the platform."""
    ticket = office.dispatched(source="inspection", number="宿创办〔2026〕31号#6")
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    replies.draft(
        ticket=ticket, actor=office.handler, now=office.now, outcome="not_ours", public_text=TEXT, handling="不在范围"
    )
    replies.submit(ticket=ticket, actor=office.handler, now=office.now)
    replies.review(ticket=ticket, actor=office.chief, now=office.now, passed=True)
    replies.approve(ticket=ticket, actor=office.leader, now=office.now)
    replies.send(ticket=ticket, actor=office.dispatcher, now=office.now)
    ticket.outbox.update(post="handed_over")
    return ticket


def test_an_accepted_not_ours_closes_it(office: Office, answered: Ticket) -> None:
    office.happens(answered, Happening.RETURN_DECIDED, agreed=True, request_no="CWB-2026-031_reply_001.xlsx")
    assert state(answered) == State.CLOSED
    assert answered.inquiries.get().outer_state == "returned"
    row = answered.outbox.get()
    assert (row.post, row.receipt_no) == ("accepted", "CWB-2026-031_reply_001.xlsx")


def test_a_refused_not_ours_is_a_bounce(office: Office, answered: Ticket) -> None:
    office.happens(answered, Happening.RETURN_DECIDED, agreed=False, opinion="须由本单位整改")
    assert state(answered) == State.IN_PROGRESS
    assert answered.replies.get().state == "bounced"
    assert answered.outbox.get().evidence["verdict"] == "rejected"
