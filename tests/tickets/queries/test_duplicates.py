"""Likeness of an incoming matter: why something is suggested, and no more candidates from who calls every day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import NOW, make_inquiry, make_ticket
from tickets.domain.messages import Party
from tickets.models import Person, Ticket
from tickets.queries import duplicates

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
PHONE = "19900001234"


def caller(party: Party | None = None) -> Person:
    person = Person(created_at=NOW)
    person.fill(party or Party(phone=PHONE))
    person.save()
    return person


def found(**asked: Any) -> list[tuple[str, tuple[str, ...]]]:
    plain = {"title": "", "content": "", "place": "", "phone": "", "now": NOW, "visible": Ticket.objects.all()}
    return [(each.number, each.reasons) for each in duplicates.like(**{**plain, **asked})]


def test_each_reason_is_told_and_the_most_reasons_come_first() -> None:
    called = make_ticket(title="示范街积水", content="示范街雨后积水。", place="示范街")
    make_inquiry(called, number="A-1", person=caller())
    ringing = make_ticket(title="示范街停电", content="示范街停电。")
    make_inquiry(ringing, number="A-2", person=caller(Party(incoming_phone=PHONE)))
    named = make_ticket(title="样例桥北路灯不亮", content="样例桥北路灯全部不亮。")
    make_inquiry(named, number="A-3")
    make_ticket(title="别的事", content="别的内容。")
    asked = found(
        title="样例桥北路灯不亮", content="样例桥北路灯全部不亮。", place="示范街", phone=PHONE, related=("A-3",)
    )
    assert dict(asked) == {
        called.number: ("phone", "place"),
        named.number: ("number", "text"),
        ringing.number: ("phone",),
    }
    assert asked[-1][0] == ringing.number


def test_without_a_number_and_a_place_nobody_has_them_in_common() -> None:
    make_inquiry(make_ticket(title="示范街积水", content="示范街雨后积水。"), person=caller(Party()))
    assert found(title="别的事", content="别的内容。") == []


def test_what_is_merged_or_older_than_sixty_days_is_not_suggested() -> None:
    make_inquiry(make_ticket(state="merged"), person=caller())
    make_inquiry(make_ticket(registered_at=NOW - timedelta(days=61)), person=caller())
    assert found(phone=PHONE) == []


def test_who_calls_every_day_hides_no_other_reason_and_costs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "NEWEST", 4)
    monkeypatch.setattr(duplicates, "OF_ONE", 3)
    related = make_ticket(title="样例桥北路灯不亮", content="样例桥北路灯全部不亮。")
    make_inquiry(related, number="A-3")
    for number in range(10):
        ticket = make_ticket(title=f"示范街{number}号积水", content="示范街雨后积水。", place="示范街")
        make_inquiry(ticket, number=f"B-{number}", person=caller())
    with CaptureQueriesContext(connection) as caught:
        asked = found(title="样例", content="", place="示范街", phone=PHONE, related=("A-3",), most=100)
    assert len(caught) == 1
    assert (related.number, ("number",)) in asked
    assert [reasons for _, reasons in asked].count(("phone", "place")) == 3
