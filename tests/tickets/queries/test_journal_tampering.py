"""Each thing SQL can do to the journal: the guards refuse it, and once the guards are gone verify names the first bad row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hotline.models import User
from tests.tickets.making import NOW, make_inquiry, make_section, make_ticket
from tests.tickets.queries import journalled as house
from tests.tickets.queries.journalled import event, first, found, refused, tamper, undone
from tickets.actions import timers
from tickets.domain import chain
from tickets.models import Event, Seal, Ticket, guards
from tickets.queries import journal

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]

Statements = list[tuple[Any, ...]]
NOT_A_KEY = b"not the journal's key, 32 bytes.."


@pytest.fixture(autouse=True)
def whole(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoint.jsonl"
    monkeypatch.setattr("tickets.queries.seals.SEALER_WRITES", 0.0)
    house.make_journal()


def set_event(column: str, value: Any, seq: int = 2) -> Statements:
    return [(f"UPDATE tickets_event SET {column} = %s WHERE id = %s", value, event(seq).pk)]


def set_ticket(column: str, value: Any) -> Statements:
    return [(f"UPDATE tickets_ticket SET {column} = %s WHERE id = %s", value, first().pk)]


def forged(previous: Event, key: bytes = NOT_A_KEY, **facts: Any) -> tuple[Any, ...]:
    """An event that would follow ``previous``, made without the journal's key."""
    payload = previous.payload.replace(f'"seq":{previous.seq}', f'"seq":{previous.seq + 1}')
    digest, mac = chain.link(previous.digest, payload, key)
    row = {
        "ticket_id": previous.ticket_id, "chain": previous.chain, "seq": previous.seq + 1, "action": previous.action,
        "actor": previous.actor, "user_id": previous.user_id, "at": previous.at, "payload": payload,
        "previous": previous.digest, "digest": digest, "mac": mac, "seal_id": None, **facts,
    }  # fmt: skip
    marks = ", ".join(["%s"] * len(row))
    return (f"INSERT INTO tickets_event ({', '.join(row)}) VALUES ({marks})", *row.values())


def head_of(ticket: Ticket, event: Event) -> tuple[Any, ...]:
    return (
        "UPDATE tickets_ticket SET journal_seq = %s, journal_head = %s WHERE id = %s", event.seq, event.digest, ticket.pk,
    )  # fmt: skip


def delete_event(row: Event) -> tuple[Any, ...]:
    return ("DELETE FROM tickets_event WHERE id = %s", row.pk)


def delete_newest_sealed() -> Statements:
    """The unsealed one after it as well, and the ticket's row put back so that chain and row agree."""
    return [delete_event(event(4)), delete_event(event(3)), head_of(first(), event(2))]


def swap_events() -> Statements:
    one, other = event(2), event(3)
    statement = "UPDATE tickets_event SET seq = %s WHERE id = %s"
    return [(statement, 900, one.pk), (statement, 2, other.pk), (statement, 3, one.pk)]


def swap_payloads() -> Statements:
    one, other = event(2), event(2, place=1)
    statement = "UPDATE tickets_event SET payload = %s, digest = %s, mac = %s WHERE id = %s"
    return [
        (statement, b.payload, b.digest, b.mac, a.pk)
        for a, b in ((one, other), (other, one))
    ]  # fmt: skip


def swap_tails() -> Statements:
    one, other = event(3, place=1), event(3, place=2)
    owner = "UPDATE tickets_event SET ticket_id = %s, seq = %s WHERE id = %s"
    tickets = Ticket.objects.order_by("pk")
    return [
        (owner, one.ticket_id, 900, other.pk), (owner, other.ticket_id, 3, one.pk), (owner, one.ticket_id, 3, other.pk),
        head_of(tickets[1], other), head_of(tickets[2], one),
    ]  # fmt: skip


def swap_whole_chains() -> Statements:
    """Two tickets trade all their events, and their heads."""
    a, b = Ticket.objects.order_by("pk")[1:3]
    owner = "UPDATE tickets_event SET ticket_id = %s WHERE ticket_id = %s"
    last_a, last_b = event(3, place=1), event(3, place=2)
    shift = "UPDATE tickets_event SET seq = seq + %s WHERE ticket_id = %s"
    return [
        (shift, 900, a.pk), (owner, b.pk, a.pk), ("UPDATE tickets_event SET ticket_id = %s WHERE ticket_id = %s AND seq < 900", a.pk, b.pk),
        (shift, -900, b.pk), head_of(a, last_b), head_of(b, last_a),
    ]  # fmt: skip


def remove_ticket() -> Statements:
    """Every trace of one ticket in these tables."""
    pk = Ticket.objects.order_by("pk")[2].pk
    return [("DELETE FROM tickets_event WHERE ticket_id = %s", pk), ("DELETE FROM tickets_ticket WHERE id = %s", pk)]


def truncate() -> Statements:
    """The newest seal, all events from a moment on, and the ticket's row put back: the database alone looks whole."""
    rows = list(Event.objects.filter(ticket=first(), seq__gte=2).order_by("-seq"))
    return [
        *[delete_event(row) for row in rows],
        head_of(first(), event(1)),
        ("UPDATE tickets_event SET seal_id = NULL",),
        ("DELETE FROM tickets_seal",),
    ]


def insert_in_chain() -> Statements:
    last = Event.objects.get(chain="access", seq=3)
    row = forged(last)
    digest = row[-3]
    return [row, ("UPDATE tickets_head SET seq = 4, digest = %s WHERE chain = 'access'", digest)]


def remove_chain() -> Statements:
    return [("DELETE FROM tickets_event WHERE chain = 'access'",), ("DELETE FROM tickets_head WHERE chain = 'access'",)]


ATTACKS: dict[str, tuple[Callable[[], Statements], bool, str]] = {
    # name: (statements, the guards refuse the first of them, what verify says)
    "payload edited": (lambda: set_event("payload", event(2).payload.replace("system", "nobody")), True, "payload and digest"),
    "action edited": (lambda: set_event("action", "sign"), True, "columns"),
    "actor edited": (lambda: set_event("actor", "user:1"), True, "columns"),
    "account edited": (lambda: set_event("user_id", 1), True, "columns"),
    "moment edited": (lambda: set_event("at", NOW + timedelta(days=1)), True, "columns"),
    "kind edited": (lambda: set_event("chain", "access"), True, "columns"),
    "mac edited": (lambda: set_event("mac", "0" * 64), True, "MAC"),
    "digest edited": (lambda: set_event("digest", "0" * 64), True, "payload and digest"),
    "previous edited": (lambda: set_event("previous", "0" * 64), True, "does not follow"),
    "ticket's state edited": (lambda: set_ticket("state", "closed"), True, "row differs"),
    "ticket's content edited": (lambda: set_ticket("content", "别的内容"), True, "row differs"),
    "ticket's version edited": (lambda: set_ticket("version", 9), True, "row differs"),
    "ticket's handler edited": (lambda: set_ticket("handler_id", User.objects.get().pk), True, "row differs"),
    "ticket's number edited": (lambda: set_ticket("number", "HB20260302999"), True, "row differs"),
    "ticket's tail edited": (lambda: set_ticket("journal_seq", 3), True, "its row stands at event 3"),
    "event deleted in the middle": (lambda: [delete_event(event(2))], True, "seq 2 is missing"),
    "first event deleted": (lambda: [delete_event(event(1))], True, "seq 1 is missing"),
    "newest sealed event deleted": (delete_newest_sealed, True, "covers 12 events, 11 are there"),
    "event inserted without the key": (lambda: [forged(event(4))], False, "MAC"),
    "event inserted with a head": (
        lambda: [row := forged(event(4)), head_of(first(), Event(seq=5, digest=row[-3]))], False, "MAC",
    ),
    "two events swapped": (swap_events, True, "does not follow"),
    "two payloads swapped": (swap_payloads, True, "does not follow|payload and digest"),
    "two tickets' tails swapped": (swap_tails, True, "does not follow"),
    "two tickets' chains swapped": (swap_whole_chains, True, "row differs"),
    "a ticket removed with its events": (remove_ticket, True, "covers 12 events, 9 are there"),
    "a ticket's row removed": (lambda: [("DELETE FROM tickets_ticket WHERE id = %s", first().pk)], True, "no row"),
    "a ticket's events removed": (
        lambda: [("DELETE FROM tickets_event WHERE ticket_id = %s", first().pk)], True, "none is there",
    ),
    "journal truncated with its seals": (truncate, True, "checkpoint line 1: seal 1"),
    "act inserted into a chain": (insert_in_chain, False, "MAC"),
    "act removed from a chain": (lambda: [("DELETE FROM tickets_event WHERE chain = 'access' AND seq = 3",)], True, "its head stands at 3"),
    "a chain removed with its head": (remove_chain, True, "covers 12 events, 9 are there"),
    "a head edited": (lambda: [("UPDATE tickets_head SET seq = 2",)], False, "its head stands at 2"),
    "a head removed": (lambda: [("DELETE FROM tickets_head",)], False, "but no head"),
    "a seal edited": (lambda: [("UPDATE tickets_seal SET root = %s", "0" * 64)], True, "are not the ones that were sealed"),
    "a seal's count edited": (lambda: [("UPDATE tickets_seal SET count = 11, total = 11",)], True, "covers 11 events, 12 are there"),
    "a seal removed": (lambda: [("DELETE FROM tickets_seal",)], True, "names seal 1, which is not there"),
    "an event unsealed": (lambda: set_event("seal_id", None), True, "covers 12 events, 11 are there"),
}  # fmt: skip


def test_untouched_it_verifies() -> None:
    verdict = journal.verify()
    assert (verdict.ok, verdict.events, verdict.tickets, verdict.seals) == (True, 13, 3, 1)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_and_where_guards_are_gone_it_is_found(name: str) -> None:
    make, guarded, said = ATTACKS[name]
    statements = make()
    with undone():
        assert refused(statements[0][0], *statements[0][1:]) is guarded
    with undone():
        tamper(statements)
        bad = found()
    assert bad
    assert any(part in bad for part in said.split("|")), bad
    assert found() == ""


def test_who_has_the_key_can_still_forge_the_newest_unsealed_rows_and_verify_says_how_many_they_are() -> None:
    """Plainly: until the next seal (a minute at the most) newer rows may be cut off, or forged by one who also has the key."""
    assert "the newest 1 are not sealed yet" in journal.verify().text
    with undone():
        tamper([delete_event(event(4)), head_of(first(), event(3))])
        verdict = journal.verify()
        assert (verdict.ok, verdict.unsealed) == (True, 0)
    house.seals.seal(now=NOW + timedelta(hours=2))
    assert "not sealed" not in journal.verify().text
    with undone():
        tamper([delete_event(event(4)), head_of(first(), event(3))])
        assert "seal 2: covers 1 events, 0 are there" in found()


def test_a_removed_or_disabled_guard_is_named() -> None:
    for name in guards.missing(connection) or guards.NAMES:
        with undone():
            if connection.vendor == "postgresql":
                house.sql("SET CONSTRAINTS ALL IMMEDIATE")
                table = next(table for table in guards.TABLES if name.startswith(table))
                house.sql(f"ALTER TABLE {table} ENABLE REPLICA TRIGGER {name}")
            else:
                house.sql(f"DROP TRIGGER {name}")
            assert found() == f"guard triggers missing: {name}"


def test_what_the_ledger_writes_passes_the_guards_and_a_made_up_event_does_not_open_them() -> None:
    ticket = first()
    assert refused(*set_ticket("title", "改过的标题")[0])
    assert refused(
        "UPDATE tickets_ticket SET title = 'x', journal_seq = 5, journal_head = %s WHERE id = %s", "0" * 64, ticket.pk
    )
    assert refused("UPDATE tickets_ticket SET title = 'x', journal_seq = 3, journal_head = %s WHERE id = %s",
                   event(3).digest, ticket.pk)  # fmt: skip
    house.note(ticket.pk, "clock_due", 99)
    assert found() == ""


def test_sealed_once_an_event_is_never_sealed_again() -> None:
    assert refused("UPDATE tickets_event SET seal_id = NULL WHERE id = %s", event(1).pk)
    assert Seal.objects.get().count == 12


def test_replacing_a_row_is_a_delete_in_disguise() -> None:
    """SQLite's REPLACE deletes without asking the triggers unless they recurse; PostgreSQL's upsert is an update."""
    row = event(2)
    if connection.vendor == "postgresql":
        statement = "INSERT INTO tickets_event SELECT * FROM tickets_event WHERE id = %s ON CONFLICT (id) DO UPDATE SET mac = ''"
    else:
        statement = "REPLACE INTO tickets_event SELECT * FROM tickets_event WHERE id = %s"
    assert refused(statement, row.pk)


def test_no_guarded_table_is_emptied_at_once() -> None:
    """PostgreSQL's TRUNCATE asks no row's trigger; SQLite empties a table without looking at its rows where no trigger forbids it."""
    timers.start_outer(inquiry=make_inquiry(Ticket.objects.all()[0]), now=NOW)  # every guarded table has a row
    for table in guards.TABLES:
        if connection.vendor == "postgresql":
            house.sql("SET CONSTRAINTS ALL IMMEDIATE")
            assert refused(f"TRUNCATE {table} CASCADE"), table
        elif table != "tickets_timer":  # a clock has no guard of its own: its events have, and they hold it
            assert refused(f"DELETE FROM {table}"), table


def test_a_ticket_without_any_event_is_found() -> None:
    with undone():
        Ticket.objects.create(
            number="HB20260302998", title="伪造", content="伪造", channel="hotline", registered_at=NOW
        )
        assert "none is there" in found()


def test_a_house_without_a_seal_verifies() -> None:
    make_ticket(section=make_section("ling"))
    assert journal.verify().unsealed == 2
