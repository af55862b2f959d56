"""Forty people at one ticket at the same moment: everybody gets an answer, nothing is lost, nothing breaks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.hotline.bureau import Bureau, Desk, dispatched, make_bureau
from tickets.models import Event, Ticket

pytestmark = pytest.mark.everywhere

MANY = 40


@pytest.fixture
def house(transactional_db: None) -> Bureau:
    return make_bureau()


def at_once(count: int, work: object) -> list[int]:
    def one(place: int) -> int:
        try:
            return int(work(place))  # type: ignore[operator]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(count)))


def test_forty_notes_on_one_ticket(house: Bureau) -> None:
    """A peer locked the row without waiting, and answered 500 to all but one."""
    ticket = dispatched(house)
    desk = Desk(house.people["handler"])
    assert desk.act(ticket, "sign").status_code == 200
    statuses = at_once(
        MANY,
        lambda place: (
            Desk(house.people["handler"])
            .act(ticket, "contact", {"reached": True, "note": f"第{place}次"}, "*")
            .status_code
        ),
    )
    assert Counter(statuses) == {200: MANY}
    assert ticket.contacts.count() == MANY
    seqs = list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_of_many_with_the_same_version_one_is_first(house: Bureau) -> None:
    ticket = dispatched(house)
    version = ticket.version
    statuses = at_once(12, lambda place: Desk(house.people["handler"]).act(ticket, "sign", {}, version).status_code)
    assert Counter(statuses) == {200: 1, 412: 11}
    assert Ticket.objects.get(pk=ticket.pk).version == version + 1


def test_the_same_key_at_once_is_one_call(house: Bureau) -> None:
    numbers = []

    def call(place: int) -> int:
        answer = Desk(house.people["intake"]).post("/api/tickets", {"title": "样例路灯不亮"}, Idempotency_Key="once")
        numbers.append(answer.json()["number"])
        return answer.status_code

    assert Counter(at_once(8, call)) == {201: 8}
    assert len(set(numbers)) == 1
    assert Ticket.objects.count() == 1
