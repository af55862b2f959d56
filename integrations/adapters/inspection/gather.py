"""Whole packages and receipts as items to keep: each with everything that reading it needs, the same bytes at every look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.adapters.inspection import notice as notices
from integrations.adapters.inspection.client import PAPERS, File, InspectionFolder, Marker, Package
from integrations.adapters.inspection.mapping import number_of
from integrations.adapters.inspection.memory import Memory, short
from integrations.adapters.inspection.notice import NoProblems, Notice
from integrations.adapters.inspection.papers import mentions
from integrations.adapters.inspection.tables import Problem, squeeze
from integrations.files import FileRefused
from integrations.protocol import Item, Unmappable
from integrations.reading import SHANGHAI, canonical, clean, decode_json, digest

REINSPECTION = re.compile(r"-R([1-9]\d?)$")
STILL_COMING = frozenset({"broken", "other_format"})


class Wait(Exception):
    """Not yet: look again; shown to a person after an hour. ``zh`` and ``en`` say what is missing."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


class Gatherer:
    """Turns packages and receipts into items; ``names``: a unit containing one of them is ours."""

    def __init__(self, folder: InspectionFolder, memory: Memory, names: tuple[str, ...]) -> None:
        self._folder, self._memory, self._names = folder, memory, names

    # --- packages

    def package(self, package: Package, now: datetime, *, is_late: bool = False) -> list[Item]:
        """An item for each of our problems, or for each problem withdrawn. Raises Wait while it may still change
        (``is_late``: an hour is over, what cannot be read goes to a person)."""
        sight = self._memory.first_sight(f"{package.marker.base} {package.digest}", package.marker.mtime_ns, now)
        year = datetime.fromisoformat(sight["at"]).astimezone(SHANGHAI).year
        papers = {file.path: self._folder.read(file.path) for file in package.files if _is_paper(file) and file.size}
        try:
            notice = notices.read(papers, year)
        except FileRefused as refused:
            if not package.marker.listed and refused.code in STILL_COMING and not is_late:
                raise Wait(refused.zh, refused.en) from refused
            return [refusal(package.marker, refused.name or "file", refused.zh, refused.en, package.digest)]
        except NoProblems as nothing:
            return [refusal(package.marker, "问题清单", nothing.zh, nothing.en, package.digest)]
        if notice.is_withdrawal:
            return self._withdrawal(package, notice, sight)
        return self._problems(package, notice, sight)

    def _problems(self, package: Package, notice: Notice, sight: Mapping[str, Any]) -> list[Item]:
        base, round = base_and_round(package.marker.base)
        document, has_number = self._document(base, round, notice)
        if not document:
            zh, en = "缺少文号和标题，请督查单位补发", "Neither a number nor a title: have the notice sent again"
            return [refusal(package.marker, "文号", zh, en, package.digest)]
        if round == 1:
            self._memory.put("packages", base, {"document": document})
        common = {
            "kind": "problem",
            "package": package.marker.base,
            "round": round,
            "document": document,
            "has_number": has_number,
            "seen_at": sight["at"],
            "version": sight["version"],
            "head": {key: getattr(notice, key) for key in ("title", "issuer", "issued_on", "inspected", "report_by")},
            "papers": [asdict(file) for file in package.files if _is_paper(file)],
        }
        ours = [problem for problem in notice.problems if self._is_ours(problem)]
        return [self._problem(package, notice, problem, common) for problem in ours]

    def _problem(self, package: Package, notice: Notice, problem: Problem, common: dict[str, Any]) -> Item:
        number = number_of(common["document"], problem.seq)
        photos, missing = _photos(package, problem)
        record = common | {
            "number": number,
            "row": asdict(problem) | {"limit": asdict(notice.limits[problem.position])},
            "marks": list(notice.marks.get(problem.position, ())),
            "photos": [asdict(file) for file in photos],
            "missing_photos": missing,
            "photo_count": len(problem.photos),
        }
        self._remember(number, common, problem)
        key = f"{package.marker.base}:{package.digest[:24]}:{problem.seq}"
        return Item(key, canonical(record), identity=f"{number}#{common['round']}", name=package.marker.base)

    def _remember(self, number: str, common: Mapping[str, Any], problem: Problem) -> None:
        """Where a problem stands, for its answer and for its withdrawal; the first package of a notice stays its package."""
        name = short(f"{number}#{common['round']}")
        known = self._memory.get("where", name) or {}
        fact = {
            "number": number,
            "document": common["document"],
            "round": common["round"],
            "seq": problem.seq,
            "package": known.get("package", common["package"]),
            "place": problem.place,
            "description": problem.description,
        }
        if fact != known:
            self._memory.put("where", name, fact)

    def _document(self, base: str, round: int, notice: Notice) -> tuple[str, bool]:
        """The 文号 (else the title); a re-inspection speaks of the notice its package is named after."""
        known = self._memory.get("packages", base) if round > 1 else None
        document = known["document"] if known else notice.document
        return document, bool(notice.number) or "号" in document

    def _is_ours(self, problem: Problem) -> bool:
        unit = squeeze(problem.unit)
        return not unit or any(name in unit for name in self._names)

    def _withdrawal(self, package: Package, notice: Notice, sight: Mapping[str, Any]) -> list[Item]:
        named = [fact for fact in self._memory.all("where") if mentions(notice.text, fact["document"])]
        if not named:
            raise Wait("撤销通知所指的文号尚未收到", "The notice it withdraws has not come yet")
        named.sort(key=lambda fact: (len(fact["number"]), fact["number"], fact["round"]))
        return [self._withdrawn(package, notice, sight, fact) for fact in named]

    def _withdrawn(self, package: Package, notice: Notice, sight: Mapping[str, Any], fact: Mapping[str, Any]) -> Item:
        record = {
            "kind": "withdrawn",
            "package": package.marker.base,
            "number": fact["number"],
            "round": fact["round"],
            "document": notice.number,
            "reason": "撤销通知",
            "seen_at": sight["at"],
            "version": sight["version"],
        }
        key = f"{package.marker.base}:{package.digest[:24]}:{short(fact['number'])[:12]}:{fact['round']}"
        return Item(key, canonical(record), identity=f"{fact['number']}#{fact['round']}", name=package.marker.base)

    # --- receipts

    def receipt(self, path: Path, now: datetime) -> list[Item]:
        """An item for each verdict; the same verdict again is the same item."""
        try:
            raw = path.read_bytes()
            body = decode_json(raw)
        except Unmappable as trouble:
            return [_refused(f"receipt:{path.name}", path.name, trouble.field, trouble.zh, trouble.en, digest(raw))]
        if not isinstance(body, Mapping):
            zh, en = "回执不是JSON对象，请督查单位重发", "The receipt is no JSON object: have it sent again"
            return [_refused(f"receipt:{path.name}", path.name, "receipt", zh, en, digest(raw))]
        file = clean(str(body.get("replyFile") or ""))
        ours = self._memory.get("files", short(file.removesuffix(".xlsx")))
        head = {key: value for key, value in body.items() if key != "rows"}
        mtime_ns = path.stat().st_mtime_ns
        return [self._verdict(head, row, file, ours, now, mtime_ns) for row in _rows(body, ours)]

    def _verdict(
        self, head: dict[str, Any], row: Any, file: str, ours: dict[str, Any] | None, now: datetime, mtime_ns: int
    ) -> Item:
        """``turn`` counts how often the verdict on this row changed: a receipt again says nothing new, a different one does."""
        row = row if isinstance(row, Mapping) else {"seq": str(row)}
        said = digest(canonical({"row": row, "sha": head.get("replySha256")}))[:24]
        name = short(f"{file}#{row.get('seq')}#{row.get('round')}")
        last = self._memory.get("verdicts", name) or {"turn": 0, "said": "", "turns": {}}
        if said != last["said"]:
            turn = last["turn"] + 1
            sight = self._memory.first_sight(f"verdict {name} {turn} {said}", mtime_ns, now)
            last = {"turn": turn, "said": said, "head": head, "sight": sight}
            self._memory.put("verdicts", name, last)
        record = {
            "kind": "receipt",
            "receipt": last["head"],
            "row": row,
            "ours": ours,
            "turn": last["turn"],
            "seen_at": last["sight"]["at"],
            "version": last["sight"]["version"],
        }
        identity = f"{ours['number']}#{ours['round']}" if ours else ""
        return Item(
            f"receipt:{file[:80]}:{name[:12]}:{last['turn']}", canonical(record), identity=identity, name=file[:200]
        )


def _rows(body: Mapping[str, Any], ours: Mapping[str, Any] | None) -> list[Any]:
    """The verdicts; a file rejected as a whole rejects the row that stands in it."""
    rows = body.get("rows")
    if isinstance(rows, list) and rows:
        return rows
    whole = {"result": body.get("result", ""), "reason": body.get("reason") or "回复文件未被接收"}
    return [whole | {"seq": ours["seq"], "round": ours["round"]} if ours else whole]


def base_and_round(package: str) -> tuple[str, int]:
    """``CWB-2026-031-R1`` is round 2 of ``CWB-2026-031``."""
    found = REINSPECTION.search(package)
    return (package[: found.start()], int(found[1]) + 1) if found else (package, 1)


def refusal(marker: Marker, field: str, zh: str, en: str, state: str) -> Item:
    """A package a person must look at."""
    return _refused(
        f"{marker.base}:refused:{state[:24]}", marker.base, field, f"{marker.base}:{zh}", f"{marker.base}: {en}", state
    )


def _refused(key: str, name: str, field: str, zh: str, en: str, state: str) -> Item:
    record = {"kind": "refused", "name": name, "field": field[:80], "zh": zh[:380], "en": en[:380], "state": state}
    return Item(f"{key[:140]}:{digest(canonical(record))[:24]}", canonical(record), name=name[:200])


def _is_paper(file: File) -> bool:
    return "/" not in file.path and file.path.lower().endswith(PAPERS)


def _photos(package: Package, problem: Problem) -> tuple[list[File], list[str]]:
    """The files a row names (the extension may lack), and the names that are not there."""
    by_name: dict[str, File] = {}
    for file in package.files:
        if not _is_paper(file):
            name = file.path.rpartition("/")[2].lower()
            by_name[name] = file
            by_name.setdefault(name.rpartition(".")[0], file)
    found = {name: by_name.get(name.lower()) for name in problem.photos}
    return [file for file in found.values() if file], [name for name, file in found.items() if not file]
