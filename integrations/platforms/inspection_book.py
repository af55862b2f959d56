"""The inspection office's own book in SQLite: notices, problems by round, reply files read, receipts and files put."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from threading import RLock
from typing import Any

from .packages import OUR_NAME, Notice, Problem

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notice (
  base TEXT PRIMARY KEY, number TEXT NOT NULL, round INTEGER NOT NULL, title TEXT NOT NULL, office TEXT NOT NULL,
  issued TEXT NOT NULL, due TEXT NOT NULL, layout INTEGER NOT NULL, size INTEGER NOT NULL, touched REAL NOT NULL,
  published INTEGER NOT NULL DEFAULT 0, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS problem (
  number TEXT NOT NULL, seq TEXT NOT NULL, round INTEGER NOT NULL, base TEXT NOT NULL, facts TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT '未回复', outcome TEXT NOT NULL DEFAULT '', file TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', refuse TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (number, seq, round));
CREATE TABLE IF NOT EXISTS reply_file (name TEXT PRIMARY KEY, digest TEXT NOT NULL, seen REAL NOT NULL, receipts INTEGER NOT NULL
  DEFAULT 0);
CREATE TABLE IF NOT EXISTS file (path TEXT NOT NULL, digest TEXT NOT NULL, at TEXT NOT NULL, put INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (name TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL);
"""


@dataclass(slots=True)
class Held:
    """One problem of one round as the office holds it; ``refuse``: the reason for which the next reply will be rejected."""

    number: str
    seq: str
    round: int
    base: str
    facts: dict[str, Any]
    state: str = "未回复"
    outcome: str = ""
    file: str = ""
    digest: str = ""
    reason: str = ""
    refuse: str = field(default="")

    @property
    def is_ours(self) -> bool:
        """Whether the unit names us, or nobody."""
        return not self.facts["unit"] or OUR_NAME in self.facts["unit"]

    def problem(self) -> Problem:
        """The problem as it stands on the list."""
        return Problem(self.seq, **{**self.facts, "photos": tuple(self.facts["photos"])})


_HELD = tuple(one.name for one in fields(Held))


class Book:
    """Rows in one SQLite file; every method is one short statement under the lock."""

    def __init__(self, path: str) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def open_notice(self, notice: Notice, size: int, at: float) -> None:
        """Note a notice whose problems are being gathered (``size`` of them); calm when it is known."""
        self._rows(
            "INSERT INTO notice (base, number, round, title, office, issued, due, layout, size, touched) VALUES (?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (base) DO UPDATE SET touched = excluded.touched",
            notice.base, notice.number, notice.round, notice.title, notice.office, notice.issued.isoformat(),
            notice.due.isoformat() if notice.due else "", notice.layout, size, at)  # fmt: skip

    def add(self, number: str, round: int, base: str, problem: Problem) -> bool:
        """Add one problem; False when the office has it already."""
        facts = asdict(problem)
        seq = facts.pop("seq")
        rows = self._rows("INSERT OR IGNORE INTO problem (number, seq, round, base, facts) VALUES (?, ?, ?, ?, ?) RETURNING 1",
                          number, seq, round, base, json.dumps(facts, ensure_ascii=False))  # fmt: skip
        return bool(rows)

    def waiting(self, before: float) -> list[str]:
        """Unpublished packages that are complete, or to which nothing was added since ``before`` (Unix seconds)."""
        rows = self._rows("SELECT base FROM notice n WHERE published = 0 AND (touched <= ? OR size <= (SELECT count(*) FROM problem p "
                          "WHERE p.base = n.base)) ORDER BY base", before)  # fmt: skip
        return [row[0] for row in rows]

    def notice(self, base: str) -> Notice | None:
        """A notice with its problems in the order of the list."""
        rows = self._rows(
            "SELECT base, number, round, title, office, issued, due, layout FROM notice WHERE base = ?", base
        )
        if not rows:
            return None
        _, number, round, title, office, issued, due, layout = rows[0]
        problems = tuple(held.problem() for held in self.held("base = ?", base))
        return Notice(base, number, title, office, date.fromisoformat(issued), date.fromisoformat(due) if due else None, problems,
                      round, layout)  # fmt: skip

    def published(self, base: str) -> None:
        """The package stands in the inbox."""
        self._rows("UPDATE notice SET published = 1 WHERE base = ?", base)

    def is_published(self, base: str) -> bool:
        """Whether the package stands in the inbox."""
        return bool(self._rows("SELECT 1 FROM notice WHERE base = ? AND published = 1", base))

    def count(self, base: str) -> int:
        """How many problems a package has so far."""
        return int(self._rows("SELECT count(*) FROM problem WHERE base = ?", base)[0][0])

    def held(self, where: str = "1 = 1", *values: Any) -> list[Held]:
        """Problems under a condition of ours, in the order they were listed."""
        rows = self._rows(f"SELECT {', '.join(_HELD)} FROM problem WHERE {where} ORDER BY rowid", *values)  # noqa: S608
        return [
            Held(*(json.loads(cell) if name == "facts" else cell for name, cell in zip(_HELD, row, strict=True)))
            for row in rows
        ]

    def newest(self, number: str, seq: str) -> Held | None:
        """The last round of one problem."""
        rounds = self.held("number = ? AND seq = ?", number, seq)
        return max(rounds, key=lambda held: held.round) if rounds else None

    def save(self, held: Held) -> None:
        """Store what changed of a problem."""
        self._rows(
            "UPDATE problem SET facts = ?, state = ?, outcome = ?, file = ?, digest = ?, reason = ?, refuse = ? "
            "WHERE number = ? AND seq = ? AND round = ?",
            json.dumps(held.facts, ensure_ascii=False), held.state, held.outcome, held.file, held.digest, held.reason, held.refuse,
            held.number, held.seq, held.round)  # fmt: skip

    def withdraw(self, number: str) -> None:
        """Every round of every problem of a notice is withdrawn."""
        self._rows("UPDATE notice SET withdrawn = 1 WHERE number = ?", number)
        self._rows("UPDATE problem SET state = '已撤销' WHERE number = ?", number)

    def see(self, name: str, digest: str, at: float) -> tuple[float, int]:
        """Note a whole reply file; returns (when it was first seen, how many receipts it has)."""
        self._rows("INSERT OR IGNORE INTO reply_file (name, digest, seen) VALUES (?, ?, ?)", name, digest, at)
        return self._rows("SELECT seen, receipts FROM reply_file WHERE name = ?", name)[0]

    def answered(self) -> set[str]:
        """Reply files that have a receipt."""
        return {row[0] for row in self._rows("SELECT name FROM reply_file WHERE receipts > 0")}

    def add_receipt(self, reply: str, name: str, at: str, body: dict[str, Any]) -> None:
        """Keep a receipt as it was written."""
        self._rows("INSERT OR REPLACE INTO receipt VALUES (?, ?, ?)", name, at, json.dumps(body, ensure_ascii=False))
        self._rows("UPDATE reply_file SET receipts = receipts + 1 WHERE name = ?", reply)

    def receipt(self, name: str) -> dict[str, Any] | None:
        """A receipt as it was written."""
        rows = self._rows("SELECT body FROM receipt WHERE name = ?", name)
        return json.loads(rows[0][0]) if rows else None

    def add_files(self, digests: dict[str, str], at: str, *, put: bool) -> None:
        """Note the hashes of files put into the inbox, or taken from the outbox."""
        for path, digest in digests.items():
            self._rows("INSERT INTO file VALUES (?, ?, ?, ?)", path, digest, at, int(put))
