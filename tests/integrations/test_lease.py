"""One at a time, by rows: whoever holds a lease keeps it up, whoever dies loses it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from integrations import lease
from integrations.models import Lease
from tests.integrations.exchange import Clock
from tests.integrations.posting import make_row
from tests.tickets.making import NOW
from tickets.actions import delivery
from tickets.models import OutboxRow

pytestmark = pytest.mark.everywhere


@pytest.mark.django_db
def test_a_lease_is_held_by_one_and_given_back(clock: Clock) -> None:
    with lease.held(Lease.objects, "pull:x", clock=clock) as mine:
        assert mine is not None
        assert lease.take(Lease.objects, "pull:x", clock=clock) is None
        assert lease.take(Lease.objects, "pull:y", clock=clock) is not None
    assert lease.take(Lease.objects, "pull:x", clock=clock) is not None


@pytest.mark.django_db
def test_a_dead_holder_loses_it_and_learns_so_if_it_was_only_slow(clock: Clock) -> None:
    slow = lease.take(Lease.objects, "pull:x", clock=clock, span=timedelta(seconds=60))
    assert slow is not None
    clock.move(seconds=61)
    other = lease.take(Lease.objects, "pull:x", clock=clock)
    assert other is not None
    assert not slow.keep()
    slow.let_go()
    assert lease.take(Lease.objects, "pull:x", clock=clock) is None, "the slow one cannot give away what is the other's"


@pytest.mark.django_db
def test_keeping_it_writes_only_now_and_then(clock: Clock, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    mine = lease.take(Lease.objects, "pull:x", clock=clock, span=timedelta(seconds=60))
    assert mine is not None
    with django_assert_num_queries(0):
        assert mine.keep()
    clock.move(seconds=25)
    with django_assert_num_queries(1):
        assert mine.keep()
    assert Lease.objects.get().until == NOW + timedelta(seconds=85)


@pytest.fixture
def together(transactional_db: None) -> list[int]:
    """What several threads, each with a connection of its own, have got."""
    return []


def _in_threads(work, count: int) -> None:  # type: ignore[no-untyped-def]
    ready = threading.Barrier(count)

    def run() -> None:
        try:
            ready.wait(10)
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_many_ask_at_once_and_one_gets_it(together: list[int], clock: Clock) -> None:
    _in_threads(lambda: together.append(lease.take(Lease.objects, "pull:x", clock=clock) is not None), 6)
    assert sorted(together) == [0] * 5 + [1]


def test_many_senders_at_once_never_claim_the_same_row(together: list[int], clock: Clock) -> None:
    rows = [make_row().pk for _ in range(12)]

    def work() -> None:
        for _ in range(6):
            claims = delivery.claim(source="hotline", now=clock(), span=timedelta(seconds=60), limit=3)
            together.extend(each.row.pk for each in claims)

    _in_threads(work, 4)
    assert sorted(together) == rows
    assert set(OutboxRow.objects.values_list("attempts", flat=True)) == {1}
