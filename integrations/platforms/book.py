"""A platform's own book in SQLite: rounds, events, accepted commands, replies, files; it survives a restart."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import RLock
from typing import Any

from .values import day_of, reply_digest, with_offset

KEYS_LIVE = timedelta(days=7)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS round (number TEXT, round INTEGER, status TEXT, version INTEGER, doc TEXT, PRIMARY KEY (number, round));
CREATE TABLE IF NOT EXISTS event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, number TEXT, round INTEGER, kind TEXT, at TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS event_of ON event (number, seq);
CREATE INDEX IF NOT EXISTS event_at ON event (at);
CREATE TABLE IF NOT EXISTS command (
  key TEXT, at TEXT, path TEXT, name TEXT, number TEXT, round INTEGER, body BLOB, status INTEGER, answer TEXT, receipt TEXT);
CREATE INDEX IF NOT EXISTS command_key ON command (key);
CREATE TABLE IF NOT EXISTS reply (
  number TEXT, round INTEGER, kind TEXT, no INTEGER, at TEXT, text TEXT, digest TEXT, PRIMARY KEY (number, round, kind, no));
CREATE TABLE IF NOT EXISTS touched (day TEXT, number TEXT, round INTEGER, PRIMARY KEY (day, number, round)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, name TEXT, sha256 TEXT, content BLOB);
CREATE TABLE IF NOT EXISTS plan (at TEXT, number TEXT, round INTEGER, kind TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS serial (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


@dataclass
class Round:
    """One round of one matter: its state on the wire, the version of its number, and the record as the platform keeps it."""

    number: str
    round: int
    status: str
    version: int
    doc: dict[str, Any] = field(default_factory=dict)


def _round(row: tuple[Any, ...]) -> Round:
    number, round, status, version, doc = row
    return Round(number, round, status, version, json.loads(doc))


class Book:
    """Rows in one SQLite file (or ``:memory:``); ``with book:`` is one transaction."""

    def __init__(self, path: str, schema: str = "") -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {_SCHEMA} {schema}")
        self._depth = 0

    def __enter__(self) -> Book:
        self._lock.acquire()
        if not self._depth:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
        self._lock.release()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def serial(self, name: str) -> int:
        """The next number of a series, from 1."""
        statement = "INSERT INTO serial VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"
        return int(self.rows(statement, name)[0][0])

    def last(self, name: str) -> int:
        """The last number given of a series, 0 before the first."""
        found = self.rows("SELECT last FROM serial WHERE name = ?", name)
        return int(found[0][0]) if found else 0

    # rounds

    def newest(self, number: str) -> Round | None:
        """The current round of a number."""
        found = self.rows("SELECT * FROM round WHERE number = ? ORDER BY round DESC LIMIT 1", number)
        return _round(found[0]) if found else None

    def rounds(self) -> list[Round]:
        """Every round, by number."""
        return [_round(row) for row in self.rows("SELECT * FROM round ORDER BY number, round")]

    def save(self, matter: Round, at: datetime) -> None:
        """Store a round, and that it moved on the day of ``at``."""
        doc = json.dumps(matter.doc, ensure_ascii=False)
        row = (matter.number, matter.round, matter.status, matter.version, doc)
        self.rows("INSERT OR REPLACE INTO round VALUES (?, ?, ?, ?, ?)", *row)
        self.rows("INSERT OR IGNORE INTO touched VALUES (?, ?, ?)", day_of(at), matter.number, matter.round)

    def touched(self, day: str, after: tuple[str, int], limit: int) -> tuple[int, list[Round]]:
        """How many rounds moved on ``day``, and a page of them as they are now, by number and round."""
        total = self.rows("SELECT count(*) FROM touched WHERE day = ?", day)[0][0]
        found = self.rows(
            "SELECT round.* FROM touched JOIN round USING (number, round) WHERE day = ? AND (number, round) > (?, ?) "
            "ORDER BY number, round LIMIT ?", day, *after, limit)  # fmt: skip
        return total, [_round(row) for row in found]

    # events

    def add_event(self, id: str, matter: Round, kind: str, at: datetime, body: Any) -> int:
        """Append one event to the feed; its place in it."""
        row = (id, matter.number, matter.round, kind, with_offset(at), json.dumps(body, ensure_ascii=False))
        statement = "INSERT INTO event (id, number, round, kind, at, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq"
        return int(self.rows(statement, *row)[0][0])

    def events_after(self, seq: int, limit: int) -> list[tuple[int, Any]]:
        """(place, body) of the events behind a place in the feed."""
        found = self.rows("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
        return [(row[0], json.loads(row[1])) for row in found]

    def events_of(self, number: str) -> list[Any]:
        """The bodies of all events of a number, oldest first."""
        return [json.loads(row[0]) for row in self.rows("SELECT body FROM event WHERE number = ? ORDER BY seq", number)]

    def before(self, at: datetime) -> int:
        """The place in the feed just before the first event at or after a moment."""
        found = self.rows("SELECT min(seq) FROM event WHERE at >= ?", with_offset(at))[0][0]
        return int(found) - 1 if found else self.last_event()

    def last_event(self) -> int:
        """The last place in the feed, 0 when it is empty."""
        return int(self.rows("SELECT coalesce(max(seq), 0) FROM event")[0][0])

    # commands and replies

    def first_answer(self, key: str, at: datetime) -> tuple[str, bytes, int, str] | None:
        """(path, bytes, status, answer) of what was accepted under a key that still lives."""
        found = self.rows(
            "SELECT path, body, status, answer, at FROM command WHERE key = ? ORDER BY rowid DESC LIMIT 1", key
        )
        if not found or datetime.fromisoformat(found[0][4]) + KEYS_LIVE < at:
            return None
        return found[0][0], found[0][1], found[0][2], found[0][3]

    def add_command(self, key: str, path: str, body: bytes, at: datetime, **facts: Any) -> None:
        """Keep an accepted command; facts: name, number, round, status, answer, receipt."""
        row = (
            key,
            with_offset(at),
            path,
            facts["name"],
            facts["number"],
            facts["round"],
            body,
            facts["status"],
            facts["answer"],
        )
        self.rows("INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *row, facts["receipt"])

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted command, oldest first."""
        names = ("key", "at", "name", "number", "round", "receipt", "body")
        found = self.rows("SELECT key, at, name, number, round, receipt, body FROM command ORDER BY rowid")
        return [dict(zip(names, (*row[:6], row[6].decode()), strict=True)) for row in found]

    def add_reply(self, matter: Round, kind: str, at: datetime, text: str) -> None:
        """Append the next reply of a round."""
        no = self.last_reply(matter.number, matter.round, kind)[0] + 1
        row = (matter.number, matter.round, kind, no, with_offset(at), text, reply_digest(text))
        self.rows("INSERT INTO reply VALUES (?, ?, ?, ?, ?, ?, ?)", *row)

    def last_reply(self, number: str, round: int, kind: str) -> tuple[int, str, str]:
        """(how many, digest of the newest, ISO moment of it) of one round; (0, '', '') without one."""
        statement = (
            "SELECT no, digest, at FROM reply WHERE number = ? AND round = ? AND kind = ? ORDER BY no DESC LIMIT 1"
        )
        found = self.rows(statement, number, round, kind)
        return found[0] if found else (0, "", "")

    def reply_digests(self, kind: str) -> dict[tuple[str, int], str]:
        """(number, round) -> digest of the newest reply."""
        return {
            (row[0], row[1]): row[2]
            for row in self.rows("SELECT number, round, digest FROM reply WHERE kind = ? ORDER BY no", kind)
        }

    # files

    def add_file(self, name: str, content: bytes, prefix: str) -> tuple[str, str]:
        """Keep a file; (id, SHA-256): the same bytes have the same id."""
        digest = sha256(content).hexdigest()
        id = f"{prefix}{digest[:24]}"
        self.rows("INSERT OR IGNORE INTO file VALUES (?, ?, ?, ?)", id, name, digest, content)
        return id, digest

    def file(self, id: str) -> tuple[str, bytes] | None:
        """(name, content)."""
        found = self.rows("SELECT name, content FROM file WHERE id = ?", id)
        return (found[0][0], found[0][1]) if found else None

    def missing_files(self, ids: list[str]) -> list[str]:
        """Which of these were never uploaded."""
        return [id for id in ids if not self.rows("SELECT 1 FROM file WHERE id = ?", id)]

    # what will happen by itself

    def plan(self, at: datetime, matter: Round, kind: str, detail: dict[str, Any]) -> None:
        """At ``at`` something happens to a round."""
        self.rows(
            "INSERT INTO plan VALUES (?, ?, ?, ?, ?)",
            with_offset(at),
            matter.number,
            matter.round,
            kind,
            json.dumps(detail),
        )

    def take_plan(self, now: datetime) -> tuple[str, int, str, dict[str, Any]] | None:
        """The first thing whose time has come, taken out: (number, round, kind, detail)."""
        statement = (
            "DELETE FROM plan WHERE rowid = (SELECT rowid FROM plan WHERE at <= ? ORDER BY at, rowid LIMIT 1) "
            "RETURNING number, round, kind, detail"
        )
        found = self.rows(statement, with_offset(now))
        return (*found[0][:3], json.loads(found[0][3])) if found else None
