"""The petition platform's own book in SQLite: rounds of petitions, accepted calls, replies and attachments."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from threading import RLock
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS petition (
  infoid TEXT NOT NULL, turnno INTEGER NOT NULL, newest INTEGER NOT NULL DEFAULT 1, updatetime TEXT NOT NULL,
  status TEXT NOT NULL, isend TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', info TEXT NOT NULL, former TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (infoid, turnno));
CREATE INDEX IF NOT EXISTS petition_changed ON petition (newest, updatetime, infoid);
CREATE TABLE IF NOT EXISTS call (
  method TEXT NOT NULL, requestid TEXT NOT NULL, infoid TEXT NOT NULL, turnno INTEGER NOT NULL, at TEXT NOT NULL,
  content TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (method, requestid));
CREATE TABLE IF NOT EXISTS reply (
  infoid TEXT NOT NULL, turnno INTEGER NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, docno TEXT NOT NULL,
  content TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (infoid, turnno, number));
CREATE TABLE IF NOT EXISTS file (
  infoid TEXT NOT NULL, fjid TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (infoid, fjid));
CREATE TABLE IF NOT EXISTS touched (
  day TEXT NOT NULL, infoid TEXT NOT NULL, turnno INTEGER NOT NULL, PRIMARY KEY (day, infoid, turnno));
CREATE TABLE IF NOT EXISTS serial (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


@dataclass(slots=True)
class Round:
    """One round of one petition as the platform holds it; ``why`` tells a bounce from a redo in status 8."""

    infoid: str
    turnno: int
    info: dict[str, str]
    why: str = ""

    @property
    def status(self) -> str:
        return self.info["status"]


class Book:
    """Rows in one SQLite file; every method is one short statement under the lock, ``with book:`` is one transaction."""

    def __init__(self, path: str) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Book:
        self._lock.acquire()
        self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
        self._lock.release()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def serial(self, name: str) -> int:
        """The next number of a series, from 1."""
        rows = self._rows(
            "INSERT INTO serial VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last", name
        )
        return int(rows[0][0])

    def newest(self, infoid: str) -> Round | None:
        """The round that is open now, or the last one."""
        rows = self._rows("SELECT turnno, info, why FROM petition WHERE infoid = ? AND newest = 1", infoid)
        return Round(infoid, rows[0][0], json.loads(rows[0][1]), rows[0][2]) if rows else None

    def former(self, infoid: str) -> dict[str, str] | None:
        """``info`` as it was before the last change: what a platform sends late."""
        rows = self._rows("SELECT former FROM petition WHERE infoid = ? AND newest = 1 AND former <> ''", infoid)
        return json.loads(rows[0][0]) if rows else None

    def save(self, matter: Round, day: str) -> None:
        """Store a round and note that it moved on ``day`` (yyyy-MM-dd); a higher turnno becomes the newest."""
        info = matter.info
        self._rows(
            "UPDATE petition SET newest = 0 WHERE infoid = ? AND turnno < ? AND newest = 1",
            matter.infoid,
            matter.turnno,
        )
        self._rows(
            "INSERT INTO petition (infoid, turnno, updatetime, status, isend, why, info) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (infoid, turnno) DO UPDATE SET updatetime = excluded.updatetime, status = excluded.status, "
            "isend = excluded.isend, why = excluded.why, former = info, info = excluded.info",
            matter.infoid, matter.turnno, info["updatetime"], info["status"], info["isend"], matter.why,
            json.dumps(info, ensure_ascii=False),
        )  # fmt: skip
        self._rows("INSERT OR IGNORE INTO touched VALUES (?, ?, ?)", day, matter.infoid, matter.turnno)

    def changed(
        self, start: str, end: str, offset: int, limit: int
    ) -> tuple[int, list[tuple[str, int, str, str, str, str]]]:
        """How many petitions changed in [start, end), and a page (infoid, turnno, updatetime, status, isend, infocode) of them."""
        window = "FROM petition WHERE newest = 1 AND updatetime >= ? AND updatetime < ?"
        count = self._rows(f"SELECT count(*) {window}", start, end)[0][0]
        rows = self._rows(
            f"SELECT infoid, turnno, updatetime, status, isend, json_extract(info, '$.infocode') {window} "
            "ORDER BY updatetime, infoid LIMIT ? OFFSET ?", start, end, limit, offset)  # fmt: skip
        return count, rows

    def ledger(self, day: str, offset: int, limit: int) -> tuple[int, list[dict[str, str]]]:
        """How many rounds moved on ``day``, and a page of them as they are now, ordered by infoid and turnno."""
        count = self._rows("SELECT count(*) FROM touched WHERE day = ?", day)[0][0]
        rows = self._rows(
            "SELECT infoid, turnno, info FROM touched JOIN petition USING (infoid, turnno) WHERE day = ? "
            "ORDER BY infoid, turnno LIMIT ? OFFSET ?", day, limit, offset)  # fmt: skip
        return count, [self._ledger_row(infoid, turnno, json.loads(info)) for infoid, turnno, info in rows]

    def _ledger_row(self, infoid: str, turnno: int, info: dict[str, str]) -> dict[str, str]:
        number, digest, at = self.last_reply(infoid, turnno)
        return {
            "infoid": infoid, "turnno": str(turnno), "status": info["status"], "isend": info["isend"],
            "updatetime": info["updatetime"], "acceptstate": info["acceptstate"], "replytime": at, "replynum": str(number),
            "replysha256": digest,
        }  # fmt: skip

    def last_reply(self, infoid: str, turnno: int) -> tuple[int, str, str]:
        """(how many, digest of the newest, its time) of one round; (0, '', none) without a reply."""
        rows = self._rows(
            "SELECT number, digest, at FROM reply WHERE infoid = ? AND turnno = ? ORDER BY number DESC LIMIT 1",
            infoid,
            turnno,
        )
        return rows[0] if rows else (0, "", "0001-01-01T00:00:00")

    def add_reply(self, infoid: str, turnno: int, at: str, docno: str, content: str, digest: str) -> None:
        """Append the next reply of a round."""
        number = self.last_reply(infoid, turnno)[0] + 1
        self._rows("INSERT INTO reply VALUES (?, ?, ?, ?, ?, ?, ?)", infoid, turnno, number, at, docno, content, digest)

    def accepted(self, method: str, requestid: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """(content, first answer) of an accepted call under this requestid."""
        rows = self._rows("SELECT content, answer FROM call WHERE method = ? AND requestid = ?", method, requestid)
        return (json.loads(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def add_call(self, method: str, matter: Round, at: str, content: dict[str, str], answer: dict[str, str]) -> None:
        """Keep an accepted call with its content and answer."""
        self._rows("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?)", method, content["requestid"].strip(), matter.infoid, matter.turnno,
                   at, json.dumps(content, ensure_ascii=False), json.dumps(answer, ensure_ascii=False))  # fmt: skip

    def calls(self, infoid: str = "") -> list[dict[str, Any]]:
        """Every accepted call, about one petition or any, oldest first."""
        names = ("method", "requestid", "infoid", "turnno", "at", "content", "answer")
        rows = self._rows("SELECT method, requestid, infoid, turnno, at, content, answer FROM call WHERE ? IN ('', infoid) "
                          "ORDER BY rowid", infoid)  # fmt: skip
        return [dict(zip(names, (*row[:5], json.loads(row[5]), json.loads(row[6])), strict=True)) for row in rows]

    def undecided(self, before: str) -> list[tuple[str, str]]:
        """(infoid, what is to be decided) of petitions that wait since ``before`` for the platform's word."""
        rows = self._rows(
            "SELECT infoid, status FROM petition WHERE newest = 1 AND updatetime <= ? AND (status IN ('4', '6') OR "
            "status = '3' AND json_extract(info, '$.extendstate') = '1')", before)  # fmt: skip
        kinds = {"4": "objection", "6": "close", "3": "extension_decision"}
        return [(infoid, kinds[status]) for infoid, status in rows]

    def add_file(self, infoid: str, fjid: str, name: str, content: bytes) -> None:
        """Keep an attachment of theirs."""
        self._rows("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", infoid, fjid, name, content)

    def file(self, infoid: str, fjid: str) -> tuple[str, bytes] | None:
        """(name, content) of an attachment."""
        rows = self._rows("SELECT name, content FROM file WHERE infoid = ? AND fjid = ?", infoid, fjid)
        return rows[0] if rows else None

    def rounds(self) -> list[tuple[str, int, str, str, str, str]]:
        """(infoid, turnno, status, why, redonum, digest of the newest reply) of every round."""
        return self._rows(
            "SELECT infoid, turnno, status, why, json_extract(info, '$.redonum'), coalesce((SELECT digest FROM reply r WHERE "
            "r.infoid = p.infoid AND r.turnno = p.turnno ORDER BY number DESC LIMIT 1), '') FROM petition p ORDER BY infoid, turnno"
        )
