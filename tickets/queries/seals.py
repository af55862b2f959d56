"""The journal's seals against its events, and the checkpoint file outside the database against the seals."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from tickets.domain import chain
from tickets.models import Event, Seal

CHUNK = 2000
SEALER_WRITES = 2.0  # seconds a sealer may take between its commit and its line in the checkpoint file


@dataclass(frozen=True, slots=True)
class Where:
    """Which row, in both languages: ``of("seal", 3)`` is seal 3, 检查点 3."""

    en: str
    zh: str

    @classmethod
    def of(cls, what: str, key: object, more: str = "", more_zh: str = "") -> Where:
        """``what``: a key of NAMES; ``more`` stands behind it in brackets."""
        behind = f" ({more})" if more else ""
        behind_zh = f"（{more_zh or more}）" if more else ""
        return cls(f"{what} {key}{behind}", f"{NAMES[what]} {key}{behind_zh}")


NAMES = {"event": "记录", "seal": "检查点", "ticket": "工单", "chain": "日志链", "checkpoint line": "检查点文件行"}


class BadRow(Exception):
    """The first row that does not prove itself, in words: ``str()`` in English, ``zh``."""

    def __init__(self, where: Where | None, en: str, zh: str) -> None:
        super().__init__(f"{where.en}: {en}" if where else en)
        self.zh = f"{where.zh}：{zh}" if where else zh


def unreadable(error: Exception) -> BadRow:
    """A column that holds what no column of its kind holds: SQLite stores any text anywhere."""
    return BadRow(None, f"a row cannot be read: {error}", f"有记录无法读取：{error}")


def check_seals() -> int:
    """Each seal's root over exactly the events it took, in one pass over both; the newest seal's number, 0 without any."""
    previous, total, newest = chain.GENESIS, 0, 0
    batches = _sealed()
    number, rows = next(batches, (0, []))
    for seal in Seal.objects.order_by("id").iterator(CHUNK):
        newest, total = newest + 1, total + seal.count
        if (seal.pk, seal.previous, seal.total) != (newest, previous, total):
            raise BadRow(Where.of("seal", seal.pk), "does not follow the seal before it", "与前一个检查点不衔接")
        check_cover(seal, rows if number == seal.pk else [])
        previous = seal.root
        number, rows = next(batches, (0, []))
    if rows:
        raise BadRow(
            Where.of("event", rows[0][0]), f"names seal {number}, which is not there", f"所属检查点 {number} 不存在"
        )
    return newest


def check_cover(seal: Seal, rows: list[tuple[int, str]]) -> None:
    """The seal's root over exactly these events (id and digest, in order)."""
    where = Where.of("seal", seal.pk)
    if len(rows) != seal.count:
        raise BadRow(
            where, f"covers {seal.count} events, {len(rows)} are there", f"应有 {seal.count} 条，实有 {len(rows)} 条"
        )
    if chain.root(seal.previous, rows) != seal.root:
        span = f"{rows[0][0]}–{rows[-1][0]}"
        raise BadRow(where, f"events {span} are not the ones that were sealed", f"第 {span} 号记录与封存时不符")


def _sealed() -> Iterator[tuple[int | None, list[tuple[int, str]]]]:
    """(seal, its events) in order."""
    rows = Event.objects.filter(seal__isnull=False).order_by("seal_id", "id").values_list("seal_id", "id", "digest")
    for number, members in groupby(rows.iterator(CHUNK), key=lambda row: row[0]):
        yield number, [(pk, digest) for _, pk, digest in members]


def check_checkpoints(path: Path, size: int, newest: int) -> None:
    """The file outside the database: each line signed by us, and the seal it names still there with the same root. Lines
    after the first ``size`` bytes were written while we looked and may name seals we do not see."""
    deadline = time.monotonic() + SEALER_WRITES
    while (covered := _covered(path, size, newest)) < newest:
        if time.monotonic() > deadline:
            gone = not path.exists()
            raise BadRow(
                Where.of("seal", newest),
                f"newer than the newest checkpoint (seal {covered}){f'; the checkpoint file {path} is missing' if gone else ''}",
                f"检查点文件只到 {covered} 号{f'；文件 {path} 不存在' if gone else ''}",
            )
        time.sleep(0.2)


def _covered(path: Path, size: int, newest: int) -> int:
    """The newest seal a line names; every line is checked."""
    covered = number = offset = 0
    if not path.exists():
        return 0
    with path.open("rb") as file:
        while texts := file.readlines(CHUNK * 200):
            lines = {}
            for text in texts:
                number, offset = number + 1, offset + len(text)
                line = _line(number, text)
                if offset <= size or line["seal"] <= newest:
                    lines[number] = line
                covered = max(covered, line["seal"])
            _compare(lines)
    return covered


def _compare(lines: dict[int, dict[str, Any]]) -> None:
    wanted = Seal.objects.filter(pk__in={line["seal"] for line in lines.values()})
    seals = {pk: (total, root) for pk, total, root in wanted.values_list("pk", "total", "root")}
    for number, line in lines.items():
        if line["seal"] and seals.get(line["seal"]) != (line["total"], line["root"]):
            seal, total = line["seal"], line["total"]
            raise BadRow(
                Where.of("checkpoint line", number),
                f"seal {seal} of {total} events is not in the database as it was",
                f"{seal} 号检查点（{total} 条）与库中不符",
            )


def _line(number: int, text: bytes) -> dict[str, Any]:
    where = Where.of("checkpoint line", number)
    try:
        line: dict[str, Any] = json.loads(text)
        facts = chain.canonical({key: line[key] for key in ("seal", "total", "root")})
        mac = str(line["mac"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadRow(where, "unreadable", "无法读取") from error
    if not hmac.compare_digest(mac.encode(), chain.mac(chain.sha256(facts), settings.JOURNAL_KEY).encode()):
        raise BadRow(where, "not signed by us", "不是本系统所签")
    return line
