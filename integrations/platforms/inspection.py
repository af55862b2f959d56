"""The inspection offices (市创卫办、文明办督查) as a stand-in: packages into inbox, receipts and ledger for what stands in outbox."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import packages
from .base import Platform, Record, Request, Response, World
from .inspection_book import Book, Held
from .inspection_happenings import HAPPENINGS
from .inspection_mischief import KINDS, put_package, receipt_bytes, stray_files
from .inspection_papers import files_of
from .inspection_records import notice_of, package_of, problem_of
from .inspection_replies import Reply, Row, Unreadable, read_rows, whole_reply
from .packages import Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
GATHER = timedelta(seconds=10)
_LEDGER = ("文号", "序号", "轮次", "状态", "回复文件", "整改情况SHA256")


class Inspection(Platform):
    """Works in ``folder/inspection/{inbox,outbox,receipts}``: no address, only files. A whole reply gets its receipt at the
    next tick, or ``seconds`` of the misbehaviour ``slow_receipt`` later."""

    name = "inspection"
    misbehaviours = KINDS

    def __init__(self, world: World) -> None:
        self.world = world
        self.due: Callable[[str], bool] = partial(world.switchboard.due, self.name)
        root = world.folder / self.name
        self.inbox, self.outbox, self.receipts = (root / name for name in ("inbox", "outbox", "receipts"))
        for place in (self.inbox, self.outbox, self.receipts):
            place.mkdir(parents=True, exist_ok=True)
        self.store = Book(world.book_path(self.name))
        self._late: dict[str, bytes] = {}

    def handle(self, request: Request) -> Response | None:
        """None: nobody speaks HTTP with an inspection office."""
        return None

    def dispatch(self, record: Record, now: datetime) -> str:
        """Add a record to its notice (``extra['package']``, ``extra['problem']``); the package is put when its last problem
        is there. Returns the number ``文号#序号``."""
        package, at = package_of(record), self.local(now)
        notice = notice_of(record, package, at)
        others = package.get("others", ())
        size = package["size"] + len(others)
        with self.lock:
            self.store.open_notice(notice, size, at.timestamp())
            new = self.store.add(notice.number, record.round, notice.base, problem_of(record))
            for seq, other in enumerate(others, start=package["size"] + 1):
                problem = Problem(str(seq), other["place"], other["content"], unit=other["unit"])
                self.store.add(notice.number, record.round, notice.base, problem)
            if new and self.store.count(notice.base) >= size:
                self.publish(notice.base, at)
        return record.number

    def local(self, at: datetime | None = None) -> datetime:
        """The Asia/Shanghai moment of ``at``, or of the platform's clock."""
        return (at or self.world.clock.now()).astimezone(SHANGHAI)

    def publish(self, base: str, at: datetime) -> None:
        """Put the package of a notice as the book holds it (again: a correction)."""
        notice = self.store.notice(base)
        if notice is None:
            raise KeyError(base)
        size = 50 * 1024 * 1024 if self.due("big_photo") else 0
        self.put(base, files_of(notice, big_photo=size), at)
        self.store.published(base)

    def put(self, base: str, files: dict[str, bytes], at: datetime) -> None:
        """Write files of one package and note their hashes."""
        put, late = put_package(self.inbox, base, files, self.due)
        self._late |= late
        self.store.add_files(put, at.isoformat(), put=True)

    def happen(self, number: str, kind: str, **detail: Any) -> dict[str, Any]:
        """Let something happen to the problem ``文号#序号``: redo and redispatch (a re-inspection), bounce, return_decision,
        close, update (a correction), withdraw (the whole notice). Returns its row of the book."""
        happening = HAPPENINGS[kind]
        notice, _, seq = number.rpartition("#")
        with self.lock:
            held = self.store.newest(notice, seq)
            if held is None:
                raise KeyError(number)
            happening(self, held, self.local(), detail)
            return _row(self.store.newest(notice, seq) or held)

    def tick(self, now: datetime) -> None:
        """Put packages that were waiting, read whole reply files, write receipts and the ledger of the day."""
        at = self.local(now)
        with self.lock:
            while self._late:
                path, content = self._late.popitem()
                packages.put(self.inbox / path, content)
            for base in self.store.waiting((at - GATHER).timestamp()):
                self.publish(base, at)
            stray_files(self.inbox, self.due)
            taken = [self._take(name, at) for name in self._replies()]
            if any(taken) or not self._ledger_path(at).exists():
                self.write_ledger(at)

    def _replies(self) -> list[str]:
        answered = self.store.answered()
        return sorted(
            path.stem for path in self.outbox.glob("*_reply_[0-9][0-9][0-9].done") if path.stem not in answered
        )

    def _take(self, name: str, at: datetime) -> bool:
        reply = whole_reply(self.outbox, name)
        if reply is None:
            return False
        seen, receipts = self.store.see(name, reply.digest, at.timestamp())
        if receipts or at.timestamp() - seen < self._patience():
            return self._note(reply)
        self.store.add_files({f"{name}.xlsx": reply.digest}, at.isoformat(), put=False)
        self._receipt(reply, at)
        return True

    def _patience(self) -> float:
        board = self.world.switchboard
        return board.seconds(self.name, "slow_receipt", 60) if board.is_on(self.name, "slow_receipt") else 0

    def _note(self, reply: Reply) -> bool:
        """A reply that waits for its receipt: its rows stand as 已回复."""
        noted = False
        try:
            rows = read_rows(reply)
        except Unreadable:
            return False
        for row in rows:
            for held in self.store.held(
                "number = ? AND seq = ? AND round = ? AND file < ?", row.notice, row.seq, row.round, reply.file
            ):
                held.state, held.outcome, held.file, held.digest = (
                    "已回复",
                    row.outcome,
                    reply.file,
                    packages.digest(row.text),
                )
                self.store.save(held)
                noted = True
        return noted

    def _receipt(self, reply: Reply, at: datetime) -> None:
        try:
            verdicts = [self._judge(row, reply) for row in read_rows(reply)]
        except Unreadable as trouble:
            verdicts = []
            self._write_receipt(reply.name, reply.package, reply.digest, verdicts, at, reason=str(trouble))
        else:
            self._write_receipt(reply.name, reply.package, reply.digest, verdicts, at)

    def _judge(self, row: Row, reply: Reply) -> dict[str, Any]:
        found = self.store.held("number = ? AND seq = ? AND round = ?", row.notice, row.seq, row.round)
        held = found[0] if found else None
        reason = row.wrong or self._objection(held)
        if held and held.state != "已撤销":
            held.state, held.reason = ("已退回", reason) if reason else ("已通过", "")
            held.outcome, held.file, held.digest, held.refuse = row.outcome, reply.file, packages.digest(row.text), ""
            self.store.save(held)
        return {"seq": row.seq, "round": row.round, "result": "rejected" if reason else "accepted", "reason": reason}

    def _objection(self, held: Held | None) -> str:
        if held is None:
            return "没有这个文号、序号和轮次的问题"
        if held.state == "已撤销":
            return "该通知已撤销"
        return held.refuse

    def _write_receipt(self, name: str, package: str, digest: str, rows: list[dict[str, Any]], at: datetime, *, reason: str = "",
                       turn: int = 1) -> None:  # fmt: skip
        results = {row["result"] for row in rows} or {"rejected"}
        notice = self.store.notice(package)
        body = {
            "package": package, "noticeNo": notice.number if notice else "", "replyFile": f"{name}.xlsx", "replySha256": digest,
            "receivedAt": at.strftime("%Y-%m-%d %H:%M:%S"), "result": results.pop() if len(results) == 1 else "partial", "rows": rows,
        } | ({"reason": reason} if reason else {})  # fmt: skip
        file = f"{name}.receipt.json" if turn == 1 else f"{name}.receipt.{turn}.json"
        for path, raw in receipt_bytes(file, body, self.due).items():
            packages.put(self.receipts / path, raw)
        self.store.add_receipt(name, file, at.isoformat(), body)

    def second_receipt(self, held: Held, reason: str, at: datetime) -> None:
        """Reject a row that had been accepted: a receipt again (``.receipt.2.json``) that replaces the first."""
        name = held.file.removesuffix(".xlsx")
        first = self.store.receipt(f"{name}.receipt.json") or {"rows": [], "replySha256": "", "package": held.base}
        rows = [
            row | {"result": "rejected", "reason": reason}
            if (row["seq"], row["round"]) == (held.seq, held.round)
            else row
            for row in first["rows"]
        ]
        turn = 1 + sum(1 for _ in self.receipts.glob(f"{name}.receipt*.json"))
        self._write_receipt(name, first["package"], first["replySha256"], rows, at, turn=turn)

    def _ledger_path(self, at: datetime) -> Path:
        return self.receipts / f"ledger_{at:%Y%m%d}.csv"

    def write_ledger(self, at: datetime) -> None:
        """The ledger of the day as of now, in GB18030: every problem and round of every notice put."""
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(_LEDGER)
        for held in self._known():
            writer.writerow((held.number, held.seq, held.round, held.state, held.file, held.digest))
        packages.put(self._ledger_path(at), out.getvalue().encode("gb18030"))

    def _known(self) -> list[Held]:
        return self.store.held("base IN (SELECT base FROM notice WHERE published = 1)")

    def book(self) -> list[dict[str, Any]]:
        """Every problem and round that is ours: number, round, state, meaning, reply_digest, redo_no, reason, reply_file."""
        return [_row(held) for held in self._known() if held.is_ours]

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted answer that counts: key and receipt are the reply file's names."""
        return [
            {
                "key": held.file.removesuffix(".xlsx"),
                "name": "reply",
                "number": f"{held.number}#{held.seq}",
                "round": held.round,
                "at": "",
                "body": {"整改状态": held.outcome, "digest": held.digest},
                "receipt": held.file.replace(".xlsx", ".receipt.json"),
            }
            for held in self._known()
            if held.state == "已通过"
        ]

    def close(self) -> None:
        """Close the book."""
        self.store.close()


def _row(held: Held) -> dict[str, Any]:
    return {
        "number": f"{held.number}#{held.seq}",
        "round": held.round,
        "state": held.state,
        "meaning": _meaning(held),
        "reply_digest": held.digest,
        "redo_no": 0,
        "reason": held.reason,
        "reply_file": held.file,
    }


def _meaning(held: Held) -> str:
    if held.state == "已通过":
        return "returned" if held.outcome == "非本单位" else "closed"
    if held.state == "已回复":
        return "return_asked" if held.outcome == "非本单位" else "sent"
    return {"未回复": "registered", "已退回": "bounced", "已撤销": "terminated"}[held.state]
