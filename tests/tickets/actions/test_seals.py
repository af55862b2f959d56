"""Seals and the signed file outside the database: what is written, what survives a crash, and what an edit of the file looks like."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.tickets.making import NOW, make_ticket
from tests.tickets.queries.journalled import found, make_journal, undone
from tickets.actions import ledger, seals
from tickets.domain import chain
from tickets.domain.actors import SYSTEM
from tickets.models import Event, Seal

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.CHECKPOINT_FILE = tmp_path / "outside" / "checkpoint.jsonl"
    monkeypatch.setattr("tickets.queries.seals.SEALER_WRITES", 0.0)
    return settings.CHECKPOINT_FILE


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def act(times: int = 1, action: str = "sign_in") -> None:
    for _ in range(times):
        ledger.record(chain_name="access", action=action, actor=SYSTEM, now=NOW)


def test_an_installation_without_events_has_its_first_checkpoint(file: Path) -> None:
    assert seals.seal(now=NOW) is None
    assert [(line["seal"], line["total"], line["root"]) for line in lines(file)] == [(0, 0, chain.GENESIS)]
    seals.seal(now=LATER)
    assert len(lines(file)) == 1
    assert found() == ""


def test_each_seal_stands_on_the_one_before(file: Path) -> None:
    make_ticket()
    first = seals.seal(now=NOW)
    act(3)
    second = seals.seal(now=LATER)
    assert first is not None
    assert second is not None
    assert (second.pk, second.count, second.total, second.previous) == (2, 3, 4, first.root)
    assert second.root == chain.root(
        first.root, list(Event.objects.filter(seal=2).order_by("id").values_list("id", "digest"))
    )
    assert [line["seal"] for line in lines(file)] == [1, 2]
    assert found() == ""


def test_a_backlog_is_sealed_in_batches_in_one_call(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 4)
    act(10)
    newest = seals.seal(now=LATER)
    assert newest is not None
    assert (newest.pk, newest.total, [line["seal"] for line in lines(file)]) == (3, 10, [3])
    assert found() == ""


def test_nothing_new_writes_nothing(file: Path) -> None:
    act()
    for _ in range(3):
        seals.seal(now=LATER)
    assert Seal.objects.count() == len(lines(file)) == 1


def test_a_crash_between_seal_and_file_is_made_good_by_the_next_call(file: Path) -> None:
    act()
    seals._seal_batch(NOW)
    assert "seal 1: newer than the newest checkpoint" in found()
    seals.seal(now=LATER)
    assert found() == ""


def test_what_a_power_failure_left_of_a_line_is_cut_off(file: Path) -> None:
    act()
    seals.seal(now=NOW)
    with file.open("a") as torn:
        torn.write('{"at": "2026-03-02T')
    assert found() == "checkpoint line 2: unreadable"
    act()
    seals.seal(now=LATER)
    assert [line["seal"] for line in lines(file)] == [1, 2]
    assert found() == ""


def edited(old: str, new: str) -> Callable[[Path], None]:
    return lambda file: file.write_text(file.read_text().replace(old, new)) and None


def first_line_only(file: Path) -> None:
    file.write_text(file.read_text().splitlines(keepends=True)[0])


def forged(file: Path) -> None:
    line = {"seal": 2, "total": 14, "root": "0" * 64}
    with file.open("a") as out:
        out.write(
            json.dumps(
                {**line, "at": NOW.isoformat(), "mac": chain.mac(chain.sha256(chain.canonical(line)), b"x" * 32)}
            )
            + "\n"
        )


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (Path.unlink, "is missing"),
        (lambda file: file.write_text(""), "seal 2: newer than the newest checkpoint (seal 0)"),
        (first_line_only, "seal 2: newer than the newest checkpoint (seal 1)"),
        (edited('"total": 12', '"total": 11'), "checkpoint line 1: not signed by us"),
        (edited('"seal": 2', '"seal": 1'), "checkpoint line 2: not signed by us"),
        (edited('"mac": "', '"mac": "é'), "checkpoint line 1: not signed by us"),
        (edited('"root"', '"r"'), "checkpoint line 1: unreadable"),
        (forged, "checkpoint line 3: not signed by us"),
    ],
    ids=["removed", "emptied", "truncated", "total", "number", "mac", "unreadable", "forged"],
)
def test_deeds_on_the_file_are_found(file: Path, deed: Callable[[Path], Any], said: str) -> None:
    make_journal()
    seals.seal(now=LATER)
    assert found() == ""
    deed(file)
    assert said in found()


def test_a_database_set_back_to_an_older_state_and_sealed_anew_does_not_fit_the_file(file: Path) -> None:
    make_ticket()
    seals.seal(now=NOW)
    with undone():
        act(2)
        seals.seal(now=LATER)
    act(2, "sign_out")
    assert "checkpoint line 2: seal 2 of 3 events is not in the database as it was" in found()
    seals.seal(now=LATER + timedelta(minutes=1))
    act(1)
    seals.seal(now=LATER + timedelta(minutes=2))
    assert "checkpoint line 2: seal 2 of 3 events" in found()


@pytest.mark.django_db(transaction=True)
def test_sealers_and_writers_at_once_leave_no_event_in_two_seals_and_none_out(file: Path) -> None:
    barrier, troubles = threading.Barrier(4), []

    def run(work: Callable[[], Any], times: int) -> None:
        try:
            barrier.wait()
            for _ in range(times):
                work()
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)
        finally:
            connection.close()

    def write() -> None:
        with transaction.atomic():
            make = make_ticket()
            ledger.note(ticket=make, action="clock_due", actor=SYSTEM, now=NOW)

    jobs = [(write, 25), (act, 25), (lambda: seals.seal(now=LATER), 15), (lambda: seals.seal(now=LATER), 15)]
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal(now=LATER)
    assert troubles == []
    assert Event.objects.filter(seal__isnull=True).count() == 0
    assert sum(Seal.objects.values_list("count", flat=True)) == Event.objects.count() == 75
    assert found() == ""
