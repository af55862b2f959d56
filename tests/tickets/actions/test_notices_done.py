"""What a notice asked for has been done: it counts as read for everybody it was for, and only that notice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.journeys.office import Office, open_office
from tickets.actions import handling, notices, replies
from tickets.domain.actors import platform
from tickets.domain.words import Role
from tickets.models import Ticket
from tickets.queries import trays

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]
REASON = "管线迁改未完成，需延长办理时间。"
TEXT = "您好，您反映的夜间施工噪声问题已要求工地停止夜间浇筑。"


@pytest.fixture
def office() -> Office:
    return open_office()


def unread(office: Office, who: str) -> list[str]:
    return [row["kind"] for row in trays.page(actor=getattr(office, who), unread_only=True).rows]


def signed(office: Office) -> Ticket:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    return ticket


def submitted(office: Office) -> Ticket:
    ticket = signed(office)
    handling.contact(ticket=ticket, actor=office.handler, now=office.now, reached=True)
    replies.draft(
        ticket=ticket, actor=office.handler, now=office.now, outcome="solved", public_text=TEXT, handling=TEXT
    )
    replies.submit(ticket=ticket, actor=office.handler, now=office.now)
    return ticket


def extension_asked(office: Office, ticket: Ticket) -> None:
    handling.ask_extension(ticket=ticket, actor=office.handler, now=office.now, reason=REASON, amount=Decimal(2))


@pytest.mark.parametrize("granted", [True, False])
def test_a_decided_extension_asks_no_leader_any_more(office: Office, granted: bool) -> None:
    ticket, other = signed(office), signed(office)
    extension_asked(office, ticket)
    extension_asked(office, other)
    assert unread(office, "leader") == ["extension_asked"] * 2
    handling.decide_extension(ticket=ticket, actor=office.leader, now=office.now, granted=granted, opinion="知悉")
    [row] = trays.page(actor=office.leader, unread_only=True).rows
    assert row["number"] == other.number
    assert [row["is_read"] for row in trays.page(actor=office.leader).rows] == [False, True]


def test_a_ruled_return_asks_no_dispatcher_any_more(office: Office) -> None:
    ticket = office.dispatched()
    handling.ask_section_return(ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason=REASON)
    assert unread(office, "other_dispatcher") == ["return_asked"]
    handling.refuse_section_return(ticket=ticket, actor=office.dispatcher, now=office.now, opinion="属你科室")
    assert unread(office, "other_dispatcher") == []


def test_a_reply_asks_only_whoever_has_it_now(office: Office) -> None:
    ticket, now = submitted(office), office.now
    assert unread(office, "chief") == ["to_review"]
    replies.review(ticket=ticket, actor=office.chief, now=now, passed=True)
    assert (unread(office, "chief"), unread(office, "dispatcher")) == ([], ["to_sign_off"])
    replies.approve(ticket=ticket, actor=office.dispatcher, now=now, passed=False, remark="请补日期")
    assert (unread(office, "handler"), unread(office, "other_dispatcher")) == (["sent_back"], [])
    replies.submit(ticket=ticket, actor=office.handler, now=now)
    assert (unread(office, "handler"), unread(office, "chief")) == ([], ["to_review"])
    replies.review(ticket=ticket, actor=office.chief, now=now, passed=True)
    replies.approve(ticket=ticket, actor=office.dispatcher, now=now)
    assert unread(office, "other_dispatcher") == ["to_send"]
    replies.send(ticket=ticket, actor=office.dispatcher, now=now)
    assert unread(office, "other_dispatcher") == []


def test_what_was_withdrawn_asks_nobody_and_what_only_tells_stays(office: Office) -> None:
    ticket = signed(office)
    extension_asked(office, ticket)
    notices.tell(key="样例", kind="clock_due", role=Role.LEADER, now=office.now, ticket=ticket)
    handling.withdraw(ticket=ticket, actor=platform("hotline"), now=office.now)
    assert unread(office, "leader") == ["clock_due"]
