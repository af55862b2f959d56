"""The clock's side of the machines' door: fanned out, safe twice, and hints that cost nobody anything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from config.celery import app
from integrations import push, tasks
from integrations.models import InboxItem
from tests.integrations.exchange import Clock, PlainPlatform, dispatch, foreign_task
from tests.integrations.posting import make_row
from tests.tickets.making import NOW
from tickets.models import OutboxRow, Post, Ticket

pytestmark = pytest.mark.everywhere


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What would be published."""
    messages: list[tuple[str, dict[str, str]]] = []

    def publish(self, args=None, kwargs=None, **options):  # type: ignore[no-untyped-def]
        assert options["expires"] <= 120
        messages.append((self.name, kwargs))

    monkeypatch.setattr("celery.app.task.Task.apply_async", publish)
    return messages


def test_the_beat_names_tasks_that_exist() -> None:
    import integrations.tasks

    assert integrations.tasks
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {name for name in names if name.startswith("integrations.")} <= set(app.tasks)


def test_pull_and_push_fan_out_by_platform(platform: PlainPlatform, sent: list) -> None:  # type: ignore[type-arg]
    tasks.pull()
    assert sent == [("integrations.tasks.pull", {"source": "hotline"})]
    sent.clear()
    tasks.push()
    assert sent == [], "nothing to send, no message"
    make_row()
    tasks.push()
    assert sent == [("integrations.tasks.push", {"source": "hotline"})]


def test_tasks_are_safe_twice(platform: PlainPlatform, sent: list) -> None:  # type: ignore[type-arg]
    platform.feed = [dispatch("260302091200000001")]
    for _ in range(2):
        tasks.pull(source="hotline")
        tasks.take_in(item_id=InboxItem.objects.get().pk)
    assert Ticket.objects.count() == 1
    row = make_row()
    for _ in range(2):
        tasks.push(source="hotline")
    row.refresh_from_db()
    assert row.post == Post.ACCEPTED
    assert len([told for told in platform.told if told.key == row.idempotency_key]) == 1


def test_a_hint_to_a_deaf_broker_returns_at_once() -> None:
    """A listener that accepts and never answers: the worst broker there is."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        task = foreign_task(deaf.getsockname()[1])
        messenger, started = tasks._Messenger(), time.monotonic()
        for number in range(300):
            messenger.leave(task, {"source": f"hotline{number}"})
        assert time.monotonic() - started < 10


@pytest.mark.django_db
def test_a_thousand_hints_for_one_platform_are_few_messages(sent: list) -> None:  # type: ignore[type-arg]
    messenger = tasks._Messenger()
    with messenger._lock:
        messenger._start()
        busy = threading.Lock()
    busy.acquire()
    publish = tasks.push.apply_async

    def slow(*args: object, **options: object) -> None:
        with busy:
            publish(*args, **options)

    tasks.push.apply_async = slow  # type: ignore[method-assign]
    try:
        for _ in range(1000):
            messenger.leave(tasks.push, {"source": "hotline"})
        busy.release()
        _eventually(lambda: messenger._queue.empty() and not messenger._waiting and bool(sent))
    finally:
        del tasks.push.apply_async
    time.sleep(0.05)
    assert 1 <= len(sent) <= 2


def _eventually(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.django_db
def test_commands_say_what_they_did(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = ["not an object", dispatch("260302091200000001")]
    told = _called("pull", "--source", "hotline")
    assert "1 页" in told
    assert "2 new" in told
    item = InboxItem.objects.get(lot="parked")
    assert "number" in _called("inbox", "list")
    assert "not an object" in _called("inbox", "show", str(item.pk))
    assert "待人工处理" in _called("inbox", "replay", str(item.pk))
    assert "已作废" in _called("inbox", "discard", str(item.pk), "--reason", "平台误发")
    with pytest.raises(CommandError, match="已作废"):
        _called("inbox", "replay", str(item.pk))
    with pytest.raises(CommandError, match="nowhere"):
        _called("pull", "--source", "nowhere")


def test_the_outbox_is_settled_by_command(platform: PlainPlatform, clock: Clock) -> None:
    rows = [make_row() for _ in range(3)]
    platform.moods.extend([422, 422, 422])
    assert "'dead': 3" in _called("push")
    assert "需人工处理" in _called("outbox", "list")
    assert "待发送" in _called("outbox", "replay", str(rows[0].pk))
    assert "平台已收" in _called("outbox", "mark-sent", str(rows[1].pk), "--receipt", "HZ1")
    assert "已作废" in _called("outbox", "discard", str(rows[2].pk), "--reason", "重复")
    with pytest.raises(CommandError, match="没有第999"):
        _called("outbox", "replay", "999999999")
    assert "'accepted': 1" in _called("push", "--source", "hotline")
    assert set(OutboxRow.objects.values_list("post", flat=True)) == {"accepted", "discarded"}


def test_a_platform_that_cannot_be_fetched_makes_the_command_fail_loudly(platform: PlainPlatform) -> None:
    platform.pull_moods.append(500)
    with pytest.raises(CommandError):
        _called("pull")


def _called(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_nothing_is_asked_of_platforms_that_are_off(sent: list) -> None:  # type: ignore[type-arg]
    make_row(now=NOW)
    with override_settings(INTEGRATIONS={}):
        assert push.waiting(NOW) == []
        tasks.pull()
        tasks.push()
    assert sent == []
