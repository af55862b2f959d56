"""Faults of peers that concern what is remembered and what the queue may hold: what went wrong there, and what ours does."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from simple_history.models import HistoricalChanges

from config.celery import app
from config.environment import ROOT
from tests.journeys.office import Office, open_office
from tests.journeys.test_life_of_a_matter import answer
from tickets import tasks
from tickets.actions import handling, routing, timers
from tickets.domain.messages import Happening
from tickets.domain.states import State, UnableToMove
from tickets.models import Event, Notice, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]

#: Kept beside history by design: the journal's tail, and what follows from the clocks' rows.
DERIVED = {
    "journal_seq",
    "journal_head",
    "due_at",
    "due_kind",
    "due_unit",
    "due_from",
    "due_provisional",
    "is_overdue",
    "before_merge",
    "is_open",
}


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


def lived(office: Office) -> Ticket:
    """A matter with everything in it: signed, answered, bounced, accepted, rated, redone, closed by its source; a twin merged into it."""
    ticket, twin = office.dispatched(), office.dispatched()
    handling.merge(ticket=twin, into=ticket, actor=office.dispatcher, now=office.now, reason="同一诉求")
    handling.sign(ticket=ticket, actor=office.handler, now=office.wait(hours=1))
    answer(office, ticket)
    office.happens(ticket, Happening.BOUNCED, version=10, reasons=["错别字"])
    answer(office, ticket)
    office.happens(ticket, Happening.ACCEPTED, version=12)
    office.happens(ticket, Happening.RATED, version=13, reached=True, solved=False, satisfaction=2)
    office.happens(ticket, Happening.REDO, version=14, redo_no=1, reason="群众不满意")
    timers.sweep(office.wait(days=30))
    answer(office, ticket)
    office.happens(ticket, Happening.CLOSED, version=20)
    return ticket


def remembered() -> Iterator[tuple[type[models.Model], type[models.Model]]]:
    """(model, its history), for every model that has one."""
    for history in apps.get_models():
        if issubclass(history, HistoricalChanges):
            yield history.instance_type, history


def facts(row: models.Model, of: type[models.Model]) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname) for field in of._meta.concrete_fields if field.name not in DERIVED
    }


def test_shist1363(office: Office) -> None:
    """History held values that were never stored: the newest history row of every row of ours says what the row says."""
    lived(office)
    seen = 0
    for model, history in remembered():
        if model._meta.app_label != "tickets":
            continue
        for row in model._default_manager.all():
            newest = history._default_manager.filter(**{model._meta.pk.attname: row.pk}).order_by("-history_id").first()
            if newest is None:
                assert model._meta.label not in {"tickets.Ticket", "tickets.Inquiry", "tickets.Reply"}, row
                continue
            assert facts(newest, model) == facts(row, model), row
            seen += 1
    assert seen > 10


def test_nothing_is_remembered_without_who_when_and_why(office: Office) -> None:
    """Also what a platform or a clock did."""
    made = {history: history._default_manager.count() for _, history in remembered()}
    lived(office)
    bare = [
        (model._meta.label, row.history_type, row.pk)
        for model, history in remembered()
        for row in history._default_manager.order_by("history_id")[made[history] :]
        if "[" not in (row.history_change_reason or "") or row.history_date > office.now
    ]
    assert bare == []


def test_signalen_commit(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    """History was written after the commit, and a crash in between lost it: ours is there before anything runs after commit."""
    ticket = office.dispatched()
    with django_capture_on_commit_callbacks(execute=False):
        handling.sign(ticket=ticket, actor=office.handler, now=office.now)
        assert ticket.history.order_by("-history_id")[0].state == State.IN_PROGRESS
        assert ticket.events.filter(action="sign").count() == 1
    before = ticket.history.count(), ticket.events.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        handling.chase(ticket=ticket, actor=office.dispatcher, now=office.now, content="请尽快").version /= 0
    assert (ticket.history.count(), ticket.events.count()) == before


@pytest.mark.django_db(transaction=True)
def test_signalen_nowait() -> None:
    """4 of 40 notes at once on one ticket were answered 500: ours wait for each other, all 40 are there."""
    office = open_office()
    ticket = office.dispatched()
    barrier, troubles = threading.Barrier(8), []

    def work() -> None:
        try:
            barrier.wait()
            for _ in range(5):
                handling.chase(ticket=ticket, actor=office.dispatcher, now=office.now, content="请尽快")
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.chase_count, row.journal_seq) == (40, row.events.count())
    assert row.events.filter(action="chase").count() == 40


def test_helpdesk_bulk(office: Office) -> None:
    """Bulk close wrote no field history, bulk delete none at all: here the tables themselves refuse both, and each act tells."""
    tickets = [office.dispatched() for _ in range(3)]
    for shortcut in (
        lambda: Ticket.objects.update(state=State.CLOSED.value),
        lambda: Ticket.objects.bulk_update(
            [Ticket(pk=tickets[0].pk, title="x", content="x", state="closed")], ["state"]
        ),
        lambda: Ticket.objects.all()._raw_delete("default"),
        lambda: Event.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="guarded:"), transaction.atomic():
            shortcut()
    for ticket in tickets:
        before = ticket.history.count()
        routing.recall(ticket=ticket, actor=office.dispatcher, now=office.now, reason="派错科室")
        assert ticket.history.count() == before + 1
        assert ticket.events.filter(action="recall").count() == 1


def test_bkitsm_flush(office: Office) -> None:
    """Timers lived in Redis only, and the task that should rebuild them wrote nothing: with Redis emptied ours fire."""
    handling.sign(ticket=office.dispatched(), actor=office.handler, now=office.now)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    tasks.sweep_timers()  # the real moment is long after the made-up day
    assert Notice.objects.filter(kind="clock_due").exists()


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def sources() -> list[Path]:
    return [path for room in ("tickets", "hotline", "integrations", "config") for path in (ROOT / room).rglob("*.py")]


def test_kombu337() -> None:
    """Messages with a distant moment were delivered again after the visibility timeout: no message of ours carries one, and
    none is worked on for that long."""
    late = [path for path in sources() if {"eta", "countdown"} & set(calls(ast.parse(path.read_text())))]
    assert late == []
    assert app.conf.task_time_limit * 2 < app.conf.broker_transport_options["visibility_timeout"]


def test_kombu533(office: Office) -> None:
    """What a worker held in its memory was lost when it was restarted: what is to come stands in rows, before and after a sweep."""
    ticket = office.dispatched()
    coming = timers.next_moment()
    assert coming is not None
    assert timers.sweep(coming - timedelta(seconds=1)) == timers.Swept()
    assert timers.next_moment() == coming
    timers.sweep(coming)
    assert ticket.timers.filter(next_at__isnull=False).exists()


def test_an_act_that_is_refused_is_an_answer_not_a_crash(office: Office) -> None:
    """Whatever stands in the way is an UnableToMove with words in two languages."""
    ticket = office.dispatched()
    with pytest.raises(UnableToMove) as refusal:
        handling.close(ticket=ticket, actor=office.handler, now=office.now)
    assert refusal.value.zh
    assert refusal.value.en
