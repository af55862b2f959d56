"""A made-up year: tickets in every stage, the journal proves itself, and the rates have their bases."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.demo import office, seeding
from tests.tickets.making import NOW
from tickets.domain.moments import to_local
from tickets.domain.states import OPEN
from tickets.models import Inquiry, OutboxRow, Reply, Ticket, Timer
from tickets.queries import journal
from tickets.queries.response_rates import response_rates

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


def test_a_year_of_tickets_is_whole(tmp_path: Path, settings: object) -> None:
    office.install(now=NOW, accounts_file=tmp_path / "accounts.json")
    assert seeding.seed(400, now=NOW, days=120) == 400
    states = Counter(Ticket.objects.values_list("state", flat=True))
    assert sum(states.values()) == Inquiry.objects.count() == 400
    assert states["closed"] > 200
    assert sum(count for state, count in states.items() if state in OPEN) > 5
    journal._check_chains()
    journal._check_tickets()
    for ticket in Ticket.objects.all():
        newest = ticket.history.order_by("-history_id")[0]
        assert (newest.state, newest.version, newest.handler_id) == (ticket.state, ticket.version, ticket.handler_id)
        assert ticket.history.count() == ticket.version <= ticket.journal_seq
    assert not Timer.objects.filter(ticket__state="closed", run="running").exists()
    assert Reply.objects.filter(state="sent").count() >= states["closed"]
    assert not OutboxRow.objects.exists()


def test_its_rates_have_bases(tmp_path: Path) -> None:
    office.install(now=NOW, accounts_file=tmp_path / "accounts.json")
    seeding.seed(300, now=NOW, days=90)
    last: date = to_local(NOW).date()
    rates = {rate.key.value: rate for rate in response_rates(last - timedelta(days=60), last, now=NOW)}
    assert rates["replied"].denominator > 100
    assert 0.5 < (rates["replied"].rate or 0) <= 1
    assert rates["satisfied"].denominator > 50
