"""Sends the loaded records: all at once, some, or a few a second; remembers over restarts what was sent."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from threading import Event, RLock

from .base import Platform, Record, World

STEP = 0.1


class Feeder:
    """The records of the day in their order, and how many of them have been dispatched."""

    def __init__(self, world: World, platforms: Mapping[str, Platform], records: list[Record]) -> None:
        self.world, self.platforms = world, platforms
        self._db = sqlite3.connect(world.book_path("sent"), check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS sent (id TEXT PRIMARY KEY, platform TEXT, number TEXT, round INTEGER)"
        )
        self._lock, self._stop = RLock(), Event()
        self._per_second, self._owed = 0.0, 0.0
        sent = {row[0] for row in self._db.execute("SELECT id FROM sent")}
        self._total = len(records)
        self._waiting = [(id, record) for id, record in _named(records) if id not in sent]

    def send(self, count: int | None = None, platform: str = "") -> int:
        """Dispatch the next ``count`` waiting records (all when None), of one platform or of any; returns how many went."""
        with self._lock:
            chosen = [pair for pair in self._waiting if not platform or pair[1].platform == platform][:count]
            gone = {id for id, _ in chosen}
            self._waiting = [pair for pair in self._waiting if pair[0] not in gone]
            for id, record in chosen:
                self.dispatch(record, id)
        return len(chosen)

    def dispatch(self, record: Record, id: str = "") -> str:
        """Dispatch one record now, loaded or not; returns its number. Raises KeyError: no such platform."""
        platform = self.platforms[record.platform]
        with platform.lock:
            number = platform.dispatch(record, self.world.clock.now())
        with self._lock:
            row = (id or f"extra:{record.platform}:{number}:{record.round}", record.platform, number, record.round)
            self._db.execute("INSERT OR IGNORE INTO sent VALUES (?, ?, ?, ?)", row)
        return number

    def drip(self, per_second: float) -> None:
        """From now on so many a second; 0 stops."""
        with self._lock:
            self._per_second, self._owed = max(0.0, per_second), 1.0

    def progress(self) -> dict[str, int]:
        """{dispatched, total, waiting, items: distinct (platform, number, round), items_without_identity}."""
        with self._lock:
            waiting = len(self._waiting)
            items = self._db.execute(
                "SELECT count(*) FROM (SELECT DISTINCT platform, number, round FROM sent WHERE number <> '')"
            )
            nameless = self._db.execute("SELECT count(*) FROM sent WHERE number = ''")
            return {
                "dispatched": self._total - waiting,
                "total": self._total,
                "waiting": waiting,
                "items": items.fetchone()[0],
                "items_without_identity": nameless.fetchone()[0] + sum(one.strays() for one in self.platforms.values()),
            }

    def run(self) -> None:
        """Drip until closed."""
        while not self._stop.wait(STEP):
            with self._lock:
                self._owed += self._per_second * STEP if self._waiting else 0
                count, self._owed = int(self._owed), self._owed % 1
            if count and self._per_second:
                self.send(count)

    def stop(self) -> None:
        """No more drips."""
        self._stop.set()

    def close(self) -> None:
        """Close the list of what was sent."""
        with self._lock:
            self._db.close()


def _named(records: list[Record]) -> list[tuple[str, Record]]:
    """Each record with an id that is the same on every start."""
    seen: Counter[str] = Counter()
    named = []
    for record in records:
        key = json.dumps([record.platform, record.number, record.round, record.title], ensure_ascii=False)
        seen[key] += 1
        named.append((f"{key}#{seen[key]}", record))
    return named
