"""The one gate: row, history and event together or not at all, an old version refused, and no fork however many come at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.tickets.making import NOW, make_section, make_ticket, make_user
from tickets.actions import ledger
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.words import Role
from tickets.models import Event, Head, Section, Ticket
from tickets.queries import journal

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
THREADS, TIMES = 8, 10


@pytest.fixture(autouse=True)
def _outside(settings: Any, tmp_path: Path) -> None:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoint.jsonl"


@pytest.fixture
def section() -> Section:
    return make_section()


@pytest.fixture
def handler(section: Section) -> Actor:
    return make_user("qianshou", (Role.HANDLER,), section).actor()


def waiting(section: Section) -> Ticket:
    """A ticket its section has to sign for."""
    return make_ticket(section=section, state=State.DISPATCHED.value)


def sign(ticket: Ticket, actor: Actor, expected: int | None = None, reason: str = "") -> Ticket:
    with transaction.atomic():
        return ledger.move(
            ticket=ledger.lock(ticket.pk, expected), action=Action.SIGN, actor=actor, now=NOW + timedelta(minutes=5),
            changes={"handler_id": actor.user_id}, refs={"desk": 3}, reason=reason,
        )  # fmt: skip


def at_once(work: Callable[[], Any], threads: int = THREADS) -> list[Exception]:
    """Run the work in so many threads, all beginning together; what they raised."""
    barrier, raised = threading.Barrier(threads), []

    def run() -> None:
        try:
            barrier.wait()
            work()
        except Exception as error:  # noqa: BLE001 - judged by the test
            raised.append(error)
        finally:
            connection.close()

    crowd = [threading.Thread(target=run) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    return raised


def test_a_move_writes_row_event_and_history_together(section: Section, handler: Actor) -> None:
    ticket = sign(waiting(section), handler, reason="按时签收")
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.state, row.version, row.handler_id, row.journal_seq) == (State.IN_PROGRESS, 2, handler.user_id, 2)
    event = ticket.events.get(seq=2)
    assert (event.action, event.actor, event.user_id, event.at) == (
        "sign",
        handler.label,
        handler.user_id,
        NOW + timedelta(minutes=5),
    )
    said = json.loads(event.payload)
    assert (said["from"], said["to"], said["version"], said["refs"]) == ("dispatched", "in_progress", 2, {"desk": 3})
    assert (row.journal_head, event.previous) == (event.digest, ticket.events.get(seq=1).digest)
    history = row.history.first()
    assert (history.history_user_id, history.history_date, history.history_change_reason, history.version) == (
        handler.user_id, NOW + timedelta(minutes=5), f"按时签收 [{handler.label}]", 2,
    )  # fmt: skip


def test_reasons_and_contents_reach_the_journal_as_digests_only(section: Section, handler: Actor) -> None:
    ticket = sign(waiting(section), handler, reason="测试甲 19900001234 要求保密")
    payload = ticket.events.get(seq=2).payload
    assert "19900001234" not in payload
    assert ticket.content not in payload
    assert len(json.loads(payload)["reason"]) == 64


def test_a_refused_move_leaves_nothing(section: Section) -> None:
    stranger = make_user("biekeshi", (Role.HANDLER,), make_section("bieke")).actor()
    ticket = waiting(section)
    with pytest.raises(UnableToMove):
        sign(ticket, stranger)
    assert (Ticket.objects.get(pk=ticket.pk).version, ticket.events.count(), ticket.history.count()) == (1, 1, 1)


def test_a_crash_after_the_move_takes_all_of_it_back(section: Section, handler: Actor) -> None:
    ticket = waiting(section)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        sign(ticket, handler).version /= 0
    assert (Ticket.objects.get(pk=ticket.pk).version, ticket.events.count(), ticket.history.count()) == (1, 1, 1)


def test_an_old_version_is_refused_with_who_did_what_when(section: Section, handler: Actor) -> None:
    ticket = waiting(section)
    sign(ticket, handler, expected=1)
    with pytest.raises(ledger.StaleVersion) as refusal:
        sign(ticket, handler, expected=1)
    facts = refusal.value.facts
    assert (facts["expected"], facts["version"], facts["last_action"]) == (1, 2, "sign")
    assert (facts["last_actor"], facts["last_at"]) == (handler.label, NOW + timedelta(minutes=5))


def test_a_note_makes_nobodys_edit_stale(section: Section, handler: Actor) -> None:
    ticket = waiting(section)
    with transaction.atomic():
        ledger.note(ticket=ledger.lock(ticket.pk), action="read_person", actor=handler, now=NOW)
    assert sign(ticket, handler, expected=1).version == 2


def test_many_notes_in_few_statements_chain_as_single_ones_do(
    section: Section, django_assert_max_num_queries: Any
) -> None:
    tickets = [waiting(section) for _ in range(4)]
    with django_assert_max_num_queries(6):
        ledger.note_all(
            notes=[(each, "clock_due", {"n": n}) for n in range(5) for each in tickets], actor=SYSTEM, now=NOW
        )
    for ticket in tickets:
        assert list(ticket.events.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert journal.verify().ok


def test_the_same_place_in_a_chain_is_never_taken_twice(section: Section) -> None:
    """A ticket held in memory while another wrote: the append fails, it does not fork."""
    ticket = waiting(section)
    old = Ticket.objects.get(pk=ticket.pk)
    ledger.note(ticket=ticket, action="clock_due", actor=SYSTEM, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.note(ticket=old, action="clock_due", actor=SYSTEM, now=NOW)
    assert journal.verify().ok


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_on_one_ticket_make_no_fork_and_no_gap() -> None:
    ticket = waiting(make_section())

    def work() -> None:
        for n in range(TIMES):
            with transaction.atomic():
                ledger.note(ticket=ledger.lock(ticket.pk), action="clock_due", actor=SYSTEM, now=NOW, refs={"n": n})

    assert at_once(work) == []
    assert list(ticket.events.order_by("seq").values_list("seq", flat=True)) == list(range(1, THREADS * TIMES + 2))
    verdict = journal.verify()
    assert verdict.ok, verdict.bad


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_in_a_chain_that_is_not_there_yet() -> None:
    def work() -> None:
        for _ in range(TIMES):
            ledger.record(chain_name="export", action="export", actor=SYSTEM, now=NOW)

    assert at_once(work) == []
    assert Head.objects.get(chain="export").seq == Event.objects.filter(chain="export").count() == THREADS * TIMES
    verdict = journal.verify()
    assert verdict.ok, verdict.bad


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_sign_the_same_version_one_does() -> None:
    section = make_section()
    handler, ticket = make_user("qianshou", (Role.HANDLER,), section).actor(), waiting(section)
    raised = at_once(lambda: sign(ticket, handler, expected=1))
    assert [type(error) for error in raised] == [ledger.StaleVersion] * (THREADS - 1)
    assert (Ticket.objects.get(pk=ticket.pk).version, ticket.events.count(), ticket.history.count()) == (2, 2, 2)
