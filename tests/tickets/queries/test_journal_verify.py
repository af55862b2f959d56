"""The command as a person or a cron job runs it, beside people at work, and over a journal too large to hold."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import threading
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from config.environment import ROOT
from tests.tickets.making import NOW, make_section, make_ticket, make_user
from tests.tickets.queries import journalled as house
from tickets.actions import ledger, seals
from tickets.domain.actors import SYSTEM
from tickets.domain.messages import Party
from tickets.models import Event, Person, Ticket, guards
from tickets.queries import journal

pytestmark = [pytest.mark.everywhere]


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoint.jsonl"
    return settings.CHECKPOINT_FILE


def verify() -> tuple[int, str]:
    """(exit code, what it says)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("journal", "verify", stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), err.getvalue()
    return 0, out.getvalue()


def in_another_process(file: Path, what: str) -> tuple[int, str]:
    """The same with the real program, on the tests' database."""
    name = connection.settings_dict["NAME"]
    server = os.environ["DATABASE_URL"]
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else server.replace(_name(server), f"/{name}", 1)
    env = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.tickets.queries.elsewhere",
        "CHECKPOINT": str(file),
    }
    command = [sys.executable, "manage.py", "journal", what]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def _name(url: str) -> str:
    return "/" + url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]


@pytest.mark.django_db
def test_the_command_ends_with_1_and_names_the_row() -> None:
    house.make_journal()
    code, said = verify()
    assert (code, "ok: 13 events, 3 tickets, 1 seals; the newest 1 are not sealed yet" in said) == (0, True)
    bad = house.event(2)
    house.tamper([("UPDATE tickets_event SET actor = 'nobody' WHERE id = %s", bad.pk)])
    code, said = verify()
    assert (code, f"event {bad.pk} (ticket {bad.ticket_id}, seq 2)" in said) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_the_real_program_says_the_same(file: Path) -> None:
    house.make_journal()
    assert in_another_process(file, "checkpoint")[0] == 0
    code, said = in_another_process(file, "verify")
    assert code == 0, said
    assert "ok: 13 events, 3 tickets, 2 seals" in said
    bad = house.event(2)
    with guards.lifted(connection):
        house.sql("DELETE FROM tickets_event WHERE id = %s", bad.pk)
    code, said = in_another_process(file, "verify")
    assert (code, "seq 2 is missing" in said) == (1, True), said


@pytest.mark.django_db
def test_erasing_a_person_leaves_the_journal_whole() -> None:
    house.make_journal()
    person = Person(created_at=NOW)
    person.fill(Party(name="测试甲", phone="19900001234"))
    person.save()
    seals.seal(now=NOW + timedelta(hours=2))
    assert "测试甲" not in "".join(Event.objects.values_list("payload", flat=True))
    person.key, person.erased_at = None, NOW
    person.save()
    assert Person.objects.get().party() == Party()
    assert journal.verify().ok


@pytest.mark.django_db(transaction=True)
def test_people_at_work_do_not_look_like_forgers() -> None:
    """Tickets are opened, moved and sealed all the while: no verify among many raises a false alarm."""
    section = make_section()
    actor = make_user("shenji-yeban", section=section).actor()
    tickets, troubles = [make_ticket(section=section).pk for _ in range(20)], list[Exception]()
    begun, ending = threading.Event(), threading.Event()

    def work() -> None:
        try:
            for minute in range(10_000):
                if ending.is_set():
                    return
                house.note(tickets[minute % 20], "clock_warned", minute)
                if not minute % 5:
                    make_ticket(section=section)
                    ledger.record(chain_name="access", action="sign_in", actor=actor, now=NOW)
                if not minute % 7:
                    seals.seal(now=NOW + timedelta(minutes=minute))
                begun.set()
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert begun.wait(20)
        verdicts = [journal.verify() for _ in range(12)]
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert [verdict.bad for verdict in verdicts if not verdict.ok] == []
    assert verdicts[-1].events > verdicts[0].events


def _peak() -> int:
    gc.collect()
    tracemalloc.start()
    assert journal.verify().ok
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What verify holds at most over a journal, and over one three times as long: one chunk and one seal's events."""
    for place in ("tickets.queries.journal.CHUNK", "tickets.queries.seals.CHUNK", "tickets.actions.seals.BATCH"):
        monkeypatch.setattr(place, 100)
    ticket = Ticket.objects.get(pk=make_ticket().pk)
    peaks = []
    for more in (400, 800):
        ledger.note_all(notes=[(ticket, "clock_due", {"n": n}) for n in range(more)], actor=SYSTEM, now=NOW)
        seals.seal(now=NOW)
        peaks.append(min(_peak() for _ in range(3)))  # the least: other threads of the process hold memory too
    assert peaks[1] < peaks[0] * 1.5, peaks
