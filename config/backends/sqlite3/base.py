"""Django's SQLite engine, whose writers queue at a lock file before ``BEGIN IMMEDIATE``.

SQLite itself lets waiting writers sleep up to 100 ms between tries, so a process that writes without a pause shuts the
others out until they give up with "database is locked" (seen with five writers on a busy machine).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import Any

from django.db.backends.sqlite3 import base

TRY_EVERY = 0.002  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """The turn is taken with a transaction and given back when it ends; after ``timeout`` SQLite's own patience decides."""

    _turn: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            if not self._in_transaction():
                self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        self._give_turn()
        super()._close()  # type: ignore[misc]

    def _in_transaction(self) -> bool:
        return bool(self.connection is not None and self.connection.in_transaction)

    def _take_turn(self) -> None:
        name = str(self.settings_dict["NAME"])
        if ":memory:" in name or "mode=memory" in name:
            return
        self._turn = os.open(f"{name}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + float(self._patience())
        while time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(TRY_EVERY)

    def _patience(self) -> Any:
        return self.settings_dict["OPTIONS"].get("timeout", 5)

    def _give_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)  # closing lets the lock go
            self._turn = None
