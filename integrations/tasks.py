"""What Celery wakes at the machines' door; every task takes ids only, is safe to run twice, and does nothing a command cannot do."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from django.conf import settings

from integrations import alerts, attachments, inbox, registry
from integrations import pull as pulling
from integrations import push as pushing
from integrations.models import InboxItem
from tickets import clock

log = logging.getLogger(__name__)
RUN = timedelta(seconds=90)  # well under the hard limit of a task
MOST_HINTS = 200
BREATH = 0.2  # seconds
Hint = tuple[Task[Any, Any], dict[str, Any], tuple[str, str]]


@shared_task
def pull(*, source: str | None = None) -> None:
    """Fetch from one platform; without a source: one such task for each, so that a slow one holds up no other."""
    if source is None:
        _each(pull, registry.codes(), every=settings.PULL_EVERY)
        return
    done = pulling.pull(source, longest=RUN)
    _each(fetch_files, [source] if attachments.waiting(source) else [], every=settings.PULL_EVERY)
    if done.more:
        hint(pull, source=source)


@shared_task
def push(*, source: str | None = None) -> None:
    """Send what is ready to one platform; without a source: one such task for each that has something."""
    if source is None:
        _each(push, pushing.waiting(clock.now()), every=5)
        return
    pushing.push(source, longest=RUN)


@shared_task
def send_alerts() -> None:
    """Send what people are to be told outside the house."""
    alerts.send_waiting(now=clock.now())


@shared_task
def take_in(*, item_id: int) -> None:
    """Take in one stored record (a push that was answered already)."""
    item = InboxItem.objects.filter(pk=item_id).only("source").first()
    if item is not None and item.source in registry.codes():
        inbox.take_in(registry.adapter(item.source), clock.now, only=item_id)


@shared_task
def fetch_files(*, source: str) -> None:
    """Fetch the attachments that wait at one platform."""
    if source in registry.codes():
        attachments.fetch_files(source)


def _each(task: Task[Any, Any], sources: list[str], *, every: float) -> None:
    """A message for each source that dies soon: the next round brings the next."""
    for source in sources:
        task.apply_async(kwargs={"source": source}, expires=max(every * 2, 10), ignore_result=True)


# --- hints -----------------------------------------------------------------------------------------------------------


class _Messenger:
    """Publishes from a thread of its own: whoever leaves a hint never waits for the broker, and never hears of its troubles.

    A hint that still waits to be published is not left twice: a thousand rows for one platform are one message.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[Hint] = queue.Queue()
        self._waiting: set[tuple[str, str]] = set()
        self._owner = 0
        self._lock = threading.Lock()

    def leave(self, task: Task[Any, Any], arguments: dict[str, Any]) -> None:
        mark = (task.name, str(arguments))
        with self._lock:
            self._start()
            if mark in self._waiting or len(self._waiting) >= MOST_HINTS:
                return
            self._waiting.add(mark)
            self._queue.put((task, arguments, mark))

    def _start(self) -> None:
        """A forked child has no thread of its parent: it starts its own."""
        if self._owner != os.getpid():
            self._owner, self._queue, self._waiting = os.getpid(), queue.Queue(), set()
            threading.Thread(target=self._work, args=(self._queue,), name="hints", daemon=True).start()

    def _work(self, left: queue.Queue[Hint]) -> None:
        while True:
            task, arguments, mark = left.get()
            with self._lock:
                self._waiting.discard(mark)
            try:
                task.apply_async(kwargs=arguments, expires=60, retry=False, ignore_result=True)
            except Exception as error:  # noqa: BLE001 - the row waits in its table, and the beat comes by
                log.warning("hint not given, the row waits: %s (%s)", task.name, type(error).__name__)
            time.sleep(BREATH)  # what comes meanwhile for the same platform is the same message


_messenger = _Messenger()


def hint(task: Task[Any, Any], **arguments: Any) -> None:
    """Tell the workers that there is something to do; bounded, silent, and never needed for the work to be done."""
    try:
        _messenger.leave(task, arguments)
    except Exception as error:  # noqa: BLE001 - it runs after the commit of somebody's work
        log.warning("hint not left: %s", type(error).__name__)
