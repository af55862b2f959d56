"""In-trays: to whom a notice is addressed, what is unread, and what others never see."""

from __future__ import annotations

import pytest

from tests.tickets.making import NOW, make_section, make_ticket, make_user
from tickets.actions import notices
from tickets.domain.words import Role
from tickets.models import Notice
from tickets.queries import trays

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


def kinds(user) -> set[str]:
    return {row["kind"] for row in trays.page(actor=user.actor()).rows}


def test_who_finds_what_in_his_tray() -> None:
    ours, theirs = make_section("gongcheng"), make_section("zonghe")
    handler, chief = make_user("jia", (Role.HANDLER,), ours), make_user("yi", (Role.CHIEF,), ours)
    stranger, office = make_user("bing", (Role.CHIEF,), theirs), make_user("ding", (Role.DISPATCHER,))
    ticket = make_ticket(section=ours)
    told = {"now": NOW, "ticket": ticket}
    notices.tell(key="1", kind="to_handlers", role=Role.HANDLER, section_id=ours.pk, **told)
    notices.tell(key="2", kind="to_chief", role=Role.CHIEF, section_id=ours.pk, **told)
    notices.tell(key="3", kind="to_office", role=Role.DISPATCHER, **told)
    notices.tell(key="4", kind="to_him", role=Role.HANDLER, section_id=ours.pk, user_id=handler.pk, **told)
    assert kinds(handler) == {"to_handlers", "to_him"}
    assert kinds(chief) == {"to_chief"}
    assert kinds(office) == {"to_office"}
    assert kinds(stranger) == set()


def test_a_notice_leaves_the_tray_of_a_section_that_lost_the_ticket() -> None:
    ours = make_section("gongcheng")
    chief, ticket = make_user("yi", (Role.CHIEF,), ours), make_ticket(section=make_section("zonghe"))
    notices.tell(key="1", kind="to_chief", role=Role.CHIEF, section_id=ours.pk, now=NOW, ticket=ticket)
    assert kinds(chief) == set()


def test_a_confidential_title_is_not_in_a_sections_tray() -> None:
    ours = make_section("gongcheng")
    chief = make_user("yi", (Role.CHIEF,), ours)
    ticket = make_ticket(section=ours, is_confidential=True, title="举报样例路项目")
    notices.tell(key="1", kind="to_chief", role=Role.CHIEF, section_id=ours.pk, now=NOW, ticket=ticket)
    assert [row["title"] for row in trays.page(actor=chief.actor()).rows] == ["保密件"]


def test_reading_is_once_and_only_ones_own() -> None:
    office, other = make_user("ding", (Role.DISPATCHER,)), make_user("wu", (Role.DISPATCHER,))
    leader = make_user("ji", (Role.LEADER,))
    for number in range(3):
        notices.tell(key=str(number), kind="to_office", role=Role.DISPATCHER, now=NOW)
    ids = list(Notice.objects.values_list("pk", flat=True))
    assert trays.unread(actor=office.actor()) == 3
    assert notices.mark_read(actor=leader.actor(), notices=ids, now=NOW) == 0
    assert notices.mark_read(actor=office.actor(), notices=ids[:2], now=NOW) == 2
    assert notices.mark_read(actor=office.actor(), notices=ids[:2], now=NOW) == 0
    assert (trays.unread(actor=office.actor()), trays.unread(actor=other.actor())) == (1, 3)
    assert [row["is_read"] for row in trays.page(actor=office.actor()).rows] == [True, True, False]
