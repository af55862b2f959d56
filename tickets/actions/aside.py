"""Statements sent by a thread while the caller computes: PostgreSQL works on one core, Python on the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

from django.db import connection

T = TypeVar("T")


class Aside:
    """Inside the caller's transaction, on its own connection, which is the thread's alone from the first ``send`` to the last ``answer``.

    Meanwhile Python's threads take turns quickly: with the usual five milliseconds PostgreSQL would wait for the thread at every answer.
    """

    TURN = 0.0001  # seconds

    def __enter__(self) -> Self:
        connection.ensure_connection()
        self._pool, self._turn = ThreadPoolExecutor(1, "aside"), sys.getswitchinterval()
        sys.setswitchinterval(self.TURN)
        return self

    def send(self, work: Callable[[Any], T]) -> Future[T]:
        """Queue ``work``, which is given psycopg's connection; one after another."""
        return self._pool.submit(work, connection.connection)

    @staticmethod
    def answer(sent: Future[T]) -> T:
        """Wait for it. Raises Django's database errors."""
        with connection.wrap_database_errors:
            return sent.result()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        sys.setswitchinterval(self._turn)
