"""The four adapters and the four stand-ins joined by pull and push: what they hold is what we hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from config.platforms import common, demonstration
from integrations import attachments, pull, push, reconcile, registry
from integrations.models import InboxItem, Lot
from tests.integrations.exchange import Clock
from tests.integrations.platforms.running import Running
from tests.tickets.making import make_reference, make_section
from tickets import clock as house_clock
from tickets.actions import routing
from tickets.domain.actors import SYSTEM
from tickets.models import Attachment, Inquiry, OutboxRow, Post, Ticket

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]


@pytest.fixture
def platforms(tmp_path: Path, settings) -> Iterator[Running]:  # type: ignore[no-untyped-def]
    make_reference()
    settings.ATTACHMENTS_FOLDER = tmp_path / "attachments"
    with Running(tmp_path / "platforms", records="made-up") as running:
        given = demonstration(running.base, tmp_path / "platforms")
        with override_settings(INTEGRATIONS={code: common() | facts for code, facts in given.items()}):
            running.control("send", {})
            yield running


def pull_all(most: int = 20) -> Counter[str]:
    lots = Counter[str]()
    for code in registry.codes():
        for _ in range(most):
            done = pull.pull(code)
            assert not done.trouble, (code, done.trouble)
            lots += done.lots
            if not done.more:
                break
    return lots


def test_a_made_up_day_is_taken_in_whole_and_a_second_pull_changes_nothing(platforms: Running) -> None:
    pull_all()
    ours = {(row.source_id, row.number, row.round) for row in Inquiry.objects.all()}
    theirs = {(code, *key) for code in registry.codes() for key in platforms.book(code)}
    told = [(item.source, item.lot, item.field, item.trouble_zh) for item in InboxItem.objects.exclude(lot=Lot.DONE)]
    assert ours
    assert ours == theirs, told
    tickets, records = Ticket.objects.count(), InboxItem.objects.count()
    pull_all()
    assert (Ticket.objects.count(), InboxItem.objects.count()) == (tickets, records)
    assert not InboxItem.objects.filter(lot=Lot.WAITING).exists()


def test_the_files_of_the_day_are_fetched(platforms: Running) -> None:
    pull_all()
    for code in registry.codes():
        attachments.fetch_files(code)
    assert not list(Attachment.objects.filter(state="waiting", trouble="").values_list("inquiry__source_id", "name"))
    assert not list(Attachment.objects.filter(state="refused").values_list("inquiry__source_id", "name", "trouble"))


def test_the_books_agree_round_by_round(platforms: Running) -> None:
    pull_all()
    for code in registry.codes():
        keys = [(row.number, row.round) for row in Inquiry.objects.filter(source_id=code)[:3]]
        assert reconcile.look(code, keys) == []


@pytest.mark.parametrize("fault", ["", "error_after_commit", "drop_after_commit", "rate_limit"])
def test_what_is_told_to_the_hotline_stands_in_its_book_once(platforms: Running, fault: str) -> None:
    """Every sign reaches it, also through answers that are lost after it has acted."""
    pull.pull("hotline")
    section, clock = make_section("zonghe"), Clock(house_clock.now())
    tickets = list(Ticket.objects.filter(channel="hotline", state="registered")[:6])
    assert tickets
    for ticket in tickets:
        routing.dispatch(ticket=ticket, section=section, actor=SYSTEM, now=clock())
    if fault:
        platforms.control("misbehave", {"platform": "hotline", "name": fault, "times": 2, "where": "/sign"})
    for _ in range(12):
        push.push("hotline", clock=clock)
        clock.move(seconds=70)
    rows = OutboxRow.objects.filter(source_id="hotline", telling="sign")
    assert rows.count() >= len(tickets)
    assert set(rows.values_list("post", flat=True)) == {Post.ACCEPTED}
    keys = list(rows.values_list("inquiry__number", "round"))
    assert reconcile.look("hotline", keys) == []
