"""The clock's doors: the Celery task and run_timers fire what is due at the house's own moment, and end cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from tests.tickets.making import make_inquiry, make_reference, make_section, make_ticket
from tickets import clock, tasks
from tickets.actions import timers
from tickets.domain.states import State
from tickets.domain.words import Channel
from tickets.models import Notice, Ticket

ROOT = Path(__file__).resolve().parents[2]


def overdue_ticket() -> Ticket:
    make_reference()
    begun = clock.now() - timedelta(days=60)
    ticket = make_ticket(channel=Channel.DIRECT, now=begun, section=make_section(), state=State.IN_PROGRESS.value)
    timers.start_outer(inquiry=make_inquiry(ticket, now=begun), now=begun, ticket=ticket)
    return ticket


@pytest.mark.django_db
def test_the_task_fires_what_is_due_now() -> None:
    ticket = overdue_ticket()
    tasks.sweep_timers()
    assert Ticket.objects.get(pk=ticket.pk).is_overdue


@pytest.mark.django_db
def test_a_failing_sweep_is_logged_and_not_raised(monkeypatch, caplog) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("the connection is gone")

    monkeypatch.setattr(timers, "sweep", fail)
    tasks.sweep_timers()
    assert "stays due" in caplog.text


@pytest.mark.django_db
def test_run_timers_once_says_how_many(capsys) -> None:
    ticket = overdue_ticket()
    call_command("run_timers", "--once")
    assert "fired: 1" in capsys.readouterr().out
    assert Notice.objects.filter(ticket=ticket).exists()


@pytest.mark.django_db(transaction=True)
def test_run_timers_fires_by_itself_and_ends_at_once_on_sigterm() -> None:
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_timers"], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        ticket = overdue_ticket()
        _wait_until(lambda: Ticket.objects.get(pk=ticket.pk).is_overdue)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


def _wait_until(true, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing fired"
        time.sleep(0.05)
