"""Pushes the business platform's events: signed, retried on the schedule of the wire, every attempt in the book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Thread
from urllib.parse import urlsplit

from .base import World
from .book import Book
from .business_signing import sign_webhook
from .values import with_offset

SCHEDULE = (5, 300, 1800, 7200, 18000, 36000, 50400)
PATIENCE = 10
WORKERS = 3
IDLE = 0.05
SCHEMA = """
CREATE TABLE IF NOT EXISTS push (
  row INTEGER PRIMARY KEY, event TEXT, body BLOB, due REAL, tries INTEGER NOT NULL DEFAULT 0, busy INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS push_due ON push (busy, due);
CREATE TABLE IF NOT EXISTS attempt (event TEXT, at TEXT, status INTEGER, note TEXT);
"""


class Pusher:
    """The queue of pushes and the threads that work it. ``now``: the platform's clock, ``board``: whether to misbehave."""

    def __init__(self, world: World, book: Book, now: Callable[[], datetime]) -> None:
        self.world, self.book, self.now = world, book, now
        self.book.rows("UPDATE push SET busy = 0")
        self._stop = Event()
        count = WORKERS if world.push_to else 0
        self._threads = [Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def queue(self, event: str, body: bytes) -> None:
        """Push one event as soon as may be; some are pushed twice, late, or never."""
        board = self.world.switchboard
        if not self.world.push_to or board.due("business", "never_push"):
            return
        late = board.seconds("business", "late_push", 3) if board.due("business", "late_push") else 0
        for _ in range(2 if board.due("business", "twice", "push") else 1):
            due = (self.now() + timedelta(seconds=late)).timestamp()
            self.book.rows("INSERT INTO push (event, body, due) VALUES (?, ?, ?)", event, body, due)

    @property
    def is_stopped(self) -> bool:
        """Whether the other side has answered 410."""
        return self.book.last("stopped") > self.book.last("resumed")

    def resume(self) -> None:
        """Push again after a 410."""
        while self.is_stopped:
            self.book.serial("resumed")

    def attempts(self) -> list[dict[str, object]]:
        """Every attempt, oldest first: {event, at, status (0: no answer), note}."""
        rows = self.book.rows("SELECT event, at, status, note FROM attempt ORDER BY rowid")
        return [dict(zip(("event", "at", "status", "note"), row, strict=True)) for row in rows]

    def close(self) -> None:
        """End the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=PATIENCE + 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._work():
                self._stop.wait(IDLE)

    def _work(self) -> bool:
        """One attempt of the push that is due; False when none is."""
        if self.is_stopped:
            return False
        taken = self.book.rows(
            "UPDATE push SET busy = 1 WHERE row = (SELECT row FROM push WHERE busy = 0 AND due <= ? ORDER BY due, row LIMIT 1) "
            "RETURNING row, event, body, tries", self.now().timestamp())  # fmt: skip
        if not taken:
            return False
        row, event, body, tries = taken[0]
        status, note = self._attempt(event, body, first=tries == 0)
        with self.book:
            self.book.rows("INSERT INTO attempt VALUES (?, ?, ?, ?)", event, with_offset(self.now()), status, note)
            self._settle(row, tries, status)
        return True

    def _settle(self, row: int, tries: int, status: int) -> None:
        if status == 410:
            self.book.serial("stopped")
        if 200 <= status < 300 or status == 410 or tries >= len(SCHEDULE):
            self.book.rows("DELETE FROM push WHERE row = ?", row)
            return
        due = (self.now() + timedelta(seconds=SCHEDULE[tries])).timestamp()
        self.book.rows("UPDATE push SET busy = 0, tries = tries + 1, due = ? WHERE row = ?", due, row)

    def _attempt(self, event: str, body: bytes, *, first: bool) -> tuple[int, str]:
        """(HTTP status, reason); (0, what broke). Redirects are not followed."""
        where = urlsplit(self.world.push_to)
        kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        line = kind(where.hostname or "", where.port, timeout=PATIENCE)
        try:
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
            line.request("POST", path, body, self._headers(event, body, first=first))
            answer = line.getresponse()
            answer.read()
        except (OSError, HTTPException) as broken:
            return 0, type(broken).__name__
        finally:
            line.close()
        return answer.status, answer.reason

    def _headers(self, event: str, body: bytes, *, first: bool) -> dict[str, str]:
        """Signed by every live key; a first attempt may be signed wrongly, its retry is right."""
        board, keys = self.world.switchboard, self.world.keys
        stamp = int(self.now().timestamp())
        if first and board.due("business", "old_timestamp"):
            stamp -= 600
        secrets = [keys.webhook]
        if first and board.due("business", "new_key_only"):
            secrets = [keys.webhook_next]
        elif board.due("business", "two_keys"):
            secrets = [keys.webhook_next, keys.webhook]
        signatures = [sign_webhook(secret, event, stamp, body) for secret in secrets]
        if len(secrets) > 1:
            signatures.insert(0, "v1a,bm90LWEtc2lnbmF0dXJlLW9mLXRoaXMtdmVyc2lvbg==")
        if first and board.due("business", "wrong_signature"):
            signatures = [sign_webhook(keys.webhook, event, stamp, body + b" ")]
        return {
            "content-type": "application/json", "webhook-id": event, "webhook-timestamp": str(stamp),
            "webhook-signature": " ".join(signatures),
        }  # fmt: skip
