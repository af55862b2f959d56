"""裁定送达: whoever asked for an extension, a suspension or a return finds the ruling in his tray, once, with the opinion."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.journeys.office import Office, open_office
from tickets.actions import handling, routing
from tickets.domain.messages import Happening
from tickets.models import Ticket
from tickets.queries import trays

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]
REASON = "管线迁改未完成，需延长办理时间。"


@pytest.fixture
def office() -> Office:
    return open_office()


def told(office: Office, who: str = "handler") -> list[tuple[str, str]]:
    """(kind, words) of his tray."""
    rows = trays.page(actor=getattr(office, who)).rows
    return [(row["kind"], str(row["facts"].get("content", ""))) for row in rows]


def signed(office: Office, **facts: Any) -> Ticket:
    ticket = office.dispatched(**facts)
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    return ticket


def extension_asked(office: Office, ticket: Ticket) -> None:
    handling.ask_extension(ticket=ticket, actor=office.handler, now=office.now, reason=REASON, amount=Decimal(2))


def return_asked(office: Office, ticket: Ticket) -> None:
    handling.ask_section_return(ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason=REASON)


def test_a_refused_extension(office: Office) -> None:
    ticket = signed(office)
    extension_asked(office, ticket)
    assert told(office) == []
    handling.decide_extension(ticket=ticket, actor=office.leader, now=office.now, granted=False, opinion="请按期办结")
    assert told(office) == [("extension_refused", "请按期办结")]
    assert told(office, "chief") == []


@pytest.mark.parametrize("agreed", [True, False])
def test_an_extension_that_the_platform_rules_on_is_told_when_it_has_ruled(office: Office, agreed: bool) -> None:
    ticket = signed(office)
    extension_asked(office, ticket)
    handling.decide_extension(ticket=ticket, actor=office.leader, now=office.now, granted=True, opinion="同意")
    assert told(office) == []
    due = ticket.outbox.get(telling="extension").facts["new_deadline"]
    office.happens(ticket, Happening.EXTENSION_DECIDED, agreed=agreed, new_deadline=due, opinion="平台意见")
    assert told(office) == [("extension_granted" if agreed else "extension_refused", "平台意见")]


@pytest.mark.parametrize("granted", [True, False])
def test_a_suspension(office: Office, granted: bool) -> None:
    ticket = signed(office)
    until = office.now.date() + timedelta(days=60)
    handling.ask_suspension(
        ticket=ticket, actor=office.handler, now=office.now, code="funding", reason="资金尚未下达", until=until
    )
    handling.decide_suspension(ticket=ticket, actor=office.leader, now=office.now, granted=granted, opinion="知悉")
    assert told(office) == [("suspension_granted" if granted else "suspension_refused", "知悉")]


def test_a_refused_return(office: Office) -> None:
    ticket = office.dispatched()
    return_asked(office, ticket)
    handling.refuse_section_return(ticket=ticket, actor=office.dispatcher, now=office.now, opinion="属你科室职责")
    assert told(office) == [("section_return_refused", "属你科室职责")]


def test_a_granted_return_is_told_to_a_section_that_no_longer_has_it(office: Office) -> None:
    ticket = office.dispatched()
    return_asked(office, ticket)
    handling.grant_section_return(ticket=ticket, actor=office.dispatcher, now=office.now, opinion="同意")
    assert told(office) == [("section_return_granted", f"{ticket.number} 同意")]


def test_a_return_that_went_straight_to_another_section(office: Office) -> None:
    ticket, other = office.dispatched(), office.sections["roads"]
    return_asked(office, ticket)
    routing.dispatch(ticket=ticket, section=other, actor=office.dispatcher, now=office.now)
    assert told(office) == [("section_return_granted", f"{ticket.number} {other.name}")]


def test_of_a_confidential_matter_that_left_only_the_number_is_told(office: Office) -> None:
    ticket = office.dispatched()
    facts = {"is_confidential": True}
    handling.amend(ticket=ticket, actor=office.dispatcher, now=office.now, facts=facts, reason="举报")
    return_asked(office, ticket)
    handling.grant_section_return(ticket=ticket, actor=office.dispatcher, now=office.now, opinion="涉及样例路项目")
    assert told(office) == [("section_return_granted", ticket.number)]
