"""Statements sent by a thread while the caller computes: PostgreSQL works on one core, Python on the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")


class Aside:
    """Inside the caller's transaction, on its own connection, which is the thread's alone from the first ``send`` to the last ``answer``;
    or on another one (``beside``), for what does not belong to the transaction.

    Meanwhile Python's threads take turns quickly: with the usual five milliseconds PostgreSQL would wait for the thread at every answer.
    """

    TURN = 0.0001  # seconds

    def __init__(self, on: BaseDatabaseWrapper | None = None) -> None:
        self._on = on or connection

    def __enter__(self) -> Self:
        self._on.ensure_connection()
        self._pool, self._turn = ThreadPoolExecutor(1, "aside"), sys.getswitchinterval()
        sys.setswitchinterval(self.TURN)
        return self

    def send(self, work: Callable[[Any], T]) -> Future[T]:
        """Queue ``work``, which is given psycopg's connection; one after another."""
        return self._pool.submit(work, self._on.connection)

    def answer(self, sent: Future[T]) -> T:
        """Wait for it. Raises Django's database errors."""
        with self._on.wrap_database_errors:
            return sent.result()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        sys.setswitchinterval(self._turn)


@contextmanager
def beside() -> Iterator[Callable[[], BaseDatabaseWrapper]]:
    """What answers a second connection to the caller's database, opened when it is first asked for and closed at the end. The caller's
    own where a second one would not see what it has written: in a transaction around its own (a test's), and on SQLite."""
    opened: list[BaseDatabaseWrapper] = []

    def answered() -> BaseDatabaseWrapper:
        if connection.vendor != "postgresql" or connection.savepoint_ids:
            return connection
        if not opened:
            opened.append(connection.copy())
            opened[0].inc_thread_sharing()
        return opened[0]

    try:
        yield answered
    finally:
        for each in opened:
            each.close()
