"""The inspection offices behind the protocol: joins their folders, the papers and what must be remembered between looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from integrations.adapters.inspection import answer, mapping
from integrations.adapters.inspection.client import Incomplete, InspectionFolder, Marker
from integrations.adapters.inspection.gather import Gatherer, Wait, base_and_round, refusal
from integrations.adapters.inspection.memory import Memory, short
from integrations.protocol import AdapterError, Book, Item, Page
from integrations.reading import reply_digest
from tickets.domain.messages import Incoming, Outgoing, Receipt, Telling
from tickets.domain.words import Channel

MOST_PACKAGES = 10
MOST_RECEIPTS = 200
PATIENCE_SECONDS = 3600
OUR_NAMES = ("重点工程建设管理局",)


def _names(unit_name: str) -> tuple[str, ...]:
    """How notices call us: some write the bureau's whole name, some only its end."""
    is_known = not unit_name or any(name in unit_name for name in OUR_NAMES)
    return OUR_NAMES if is_known else (unit_name,)


class InspectionAdapter:
    """Settings: ``folder`` with inbox, outbox and receipts; ``unit_name`` (default: any 重点工程建设管理局) says whose rows are ours."""

    code: ClassVar[str] = "inspection"
    channel: ClassVar[Channel] = Channel.INSPECTION
    label: ClassVar[tuple[str, str]] = ("督查通知", "Inspection notices")
    tells: ClassVar[frozenset[Telling]] = frozenset({Telling.REPLY, Telling.RETURN})

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._folder, self._now = InspectionFolder(str(settings["folder"])), now
        self._memory = Memory(Path(settings["folder"]))
        self._gather = Gatherer(self._folder, self._memory, _names(str(settings.get("unit_name") or "")))

    def fetch(self, cursor: str) -> Page:
        """Packages and receipts not taken yet, at most ten packages at a time."""
        seen = _Seen.load(cursor)
        markers, receipts = self._folder.markers(), list(self._folder.receipt_files())
        new = [marker for marker in markers if marker.id not in seen.done]
        items: list[Item] = []
        notes: list[str] = []
        taken = 0
        for marker in new:
            if taken == MOST_PACKAGES:
                break
            taken += self._take(marker, seen, items, notes)
        unread = [(path, id) for path, id in receipts if id not in seen.done]
        for path, id in unread[:MOST_RECEIPTS]:
            items += self._gather.receipt(path, self._now())
            seen.done.add(id)
        seen.keep({marker.id for marker in markers} | {id for _, id in receipts})
        more = taken == MOST_PACKAGES or len(unread) > MOST_RECEIPTS
        return Page(tuple(items), seen.dump(), more=more, notes=tuple(notes))

    def _take(self, marker: Marker, seen: _Seen, items: list[Item], notes: list[str]) -> bool:
        """True when the package is done with: taken, or shown to a person after an hour of waiting."""
        is_late = seen.waited(marker.id, self._now()) > PATIENCE_SECONDS
        try:
            got = self._gather.package(self._folder.package(marker), self._now(), is_late=is_late)
        except (Incomplete, Wait) as trouble:
            notes.append(f"{marker.base}: {trouble}")
            if not is_late:
                return False
            got = [_stuck(marker, trouble)]
        if not got:
            notes.append(f"{marker.base}: none of its problems is ours")
        items += got
        seen.settle(marker.id)
        return True

    def fetch_one(self, number: str) -> list[Item]:
        """The problem ``文号#序号`` of its newest round, from the package that stands in the inbox; [] when unknown."""
        found: list[Item] = []
        known = {
            base_and_round(where["package"])[0] for where in self._memory.all("where") if where["number"] == number
        }
        for marker in self._folder.markers():
            if known and base_and_round(marker.base)[0] not in known:
                continue
            try:
                items = self._gather.package(self._folder.package(marker), self._now())
            except (Incomplete, Wait):
                continue
            found += [item for item in items if item.identity.rpartition("#")[0] == number and _is_problem(item)]
        return found[-1:]

    def read(self, item: Item) -> list[Incoming]:
        """One kept row as Incoming. Raises Unmappable."""
        return mapping.read(item.raw)

    def deliver(self, outgoing: Outgoing) -> Receipt:
        """Write the reply file; the same key finds its earlier file. The verdict comes as a receipt later."""
        where = self._where(outgoing)
        prepared = answer.prepare(outgoing, where)
        sent = self._memory.get("sent", short(outgoing.key))
        name = sent["file"] if sent else self._claim(outgoing, where)
        is_repeat = (self._folder.outbox / f"{name}.done").exists()
        if not is_repeat:
            self._note(name, outgoing, where, prepared, answer.sha_of(prepared))
            answer.put(self._folder.outbox, name, prepared)
        file = self._memory.get("files", short(name)) or {}
        state = "return_asked" if prepared.status == answer.NOT_OURS else "sent"
        evidence = {"file": f"{name}.xlsx", "sha256": file.get("sha256", ""), "left_out": list(prepared.left_out)}
        return Receipt(
            f"{name}.xlsx", state, pending=True, is_repeat=is_repeat, number=outgoing.number, evidence=evidence
        )

    def _where(self, outgoing: Outgoing) -> dict[str, Any]:
        """Where the problem stands; ``reference`` may name the package, else a lost memory is rebuilt from the inbox."""
        name = short(f"{outgoing.number}#{outgoing.round}")
        where = self._memory.get("where", name)
        if where is None:
            self.fetch_one(outgoing.number)
            where = self._memory.get("where", name)
        document, _, seq = outgoing.number.rpartition("#")
        if where is None and outgoing.reference:
            where = {"document": document, "seq": seq, "package": outgoing.reference}
        if where is None:
            said = f"找不到{outgoing.number}第{outgoing.round}轮所在的通知包，请核对收件目录"
            raise AdapterError(said, code="no_package", permanent=True, errors=(("number", said),))
        return where

    def _claim(self, outgoing: Outgoing, where: Mapping[str, Any]) -> str:
        """The next free reply name of the package; the key is bound to it before anything is written."""
        for number in range(1, 1000):
            name = f"{where['package']}_reply_{number:03d}"
            if (self._folder.outbox / f"{name}.done").exists():
                continue
            if self._memory.claim("claims", short(name), {"key": outgoing.key, "file": name}):
                self._memory.put("sent", short(outgoing.key), {"file": name})
                return name
            if (self._memory.get("claims", short(name)) or {}).get("key") == outgoing.key:
                return name
        raise AdapterError("该通知包的回复文件编号已用完", code="no_number", permanent=True)

    def _note(self, name: str, outgoing: Outgoing, where: Mapping[str, Any], row: answer.Answer, sha256: str) -> None:
        fact = {
            "file": name,
            "number": outgoing.number,
            "round": outgoing.round,
            "seq": str(where["seq"]),
            "status": row.status,
            "text_digest": reply_digest(row.text),
            "sha256": sha256,
            "sent_at": self._now().isoformat(timespec="seconds"),
        }
        self._memory.put("files", short(name), fact)
        self._memory.put("newest", short(f"{outgoing.number}#{outgoing.round}"), {"file": name})

    def look(self, number: str, round: int) -> Book | None:
        """What the office holds: its newest ledger, and what we sent after it was written; None: not in any package."""
        rows = [
            book for book in self._books(self._folder.newest_ledger()) if (book.number, book.round) == (number, round)
        ]
        newest = self._memory.get("newest", short(f"{number}#{round}"))
        file = self._memory.get("files", short(newest["file"])) if newest else None
        row = rows[-1] if rows else None
        if file is None or (row and row.facts.get("reply_file", "").removesuffix(".xlsx") >= file["file"]):
            return row or self._untold(number, round)
        if not (self._folder.outbox / f"{file['file']}.done").exists():
            return row or self._untold(number, round)
        state = "return_asked" if file["status"] == answer.NOT_OURS else "sent"
        return Book(
            number, round, state, reply_digest=file["text_digest"], facts={"reply_file": f"{file['file']}.xlsx"}
        )

    def _untold(self, number: str, round: int) -> Book | None:
        return Book(number, round, "registered") if self._memory.get("where", short(f"{number}#{round}")) else None

    def download(self, ref: str, url: str) -> bytes:
        """The bytes of a file of the inbox, ``ref`` being its path there."""
        return self._folder.read(ref)

    def ledger(self, day: str) -> list[Book]:
        """The ledger of ``day`` (yyyy-mm-dd); AdapterError ``no_ledger`` while it is not written yet."""
        return self._books(self._folder.ledger(day))

    def _books(self, rows: list[dict[str, str]]) -> list[Book]:
        books = (mapping.book_of_row(row, self._status_of) for row in rows)
        return [book for book in books if book is not None]

    def _status_of(self, file: str) -> str:
        return str((self._memory.get("files", short(file.removesuffix(".xlsx"))) or {}).get("status", ""))

    def close(self) -> None:
        """Nothing is held open."""


class _Seen:
    """The cursor: ids of markers and receipts done with, and since when others are waited for."""

    def __init__(self, done: set[str], waiting: dict[str, int]) -> None:
        self.done, self.waiting = done, waiting

    @classmethod
    def load(cls, cursor: str) -> _Seen:
        """'' has seen nothing. Raises AdapterError for a text that is not ours."""
        try:
            told = json.loads(cursor or "{}")
            return cls(set(told.get("done", "").split()), dict(told.get("waiting", {})))
        except (ValueError, AttributeError) as trouble:
            raise AdapterError("读取位置已损坏，请清空后重新读取", code="bad_cursor", permanent=True) from trouble

    def dump(self) -> str:
        """Compact JSON."""
        return json.dumps({"done": " ".join(sorted(self.done)), "waiting": self.waiting}, separators=(",", ":"))

    def waited(self, id: str, now: datetime) -> float:
        """Seconds since this marker was first found waiting."""
        second = int(now.timestamp())
        return second - self.waiting.setdefault(id, second)

    def settle(self, id: str) -> None:
        """Done with it."""
        self.done.add(id)
        self.waiting.pop(id, None)

    def keep(self, there: set[str]) -> None:
        """Forget what is no longer in the folders."""
        self.done &= there
        self.waiting = {id: since for id, since in self.waiting.items() if id in there}


def _stuck(marker: Marker, trouble: Exception) -> Item:
    zh = f"等待一小时后仍不完整（{trouble}），请联系督查单位"
    en = f"Still not whole after an hour ({getattr(trouble, 'en', trouble)}): ask the inspection office"
    return refusal(marker, "package", zh, en, marker.id)


def _is_problem(item: Item) -> bool:
    return b'"kind":"problem"' in item.raw
