"""The reply file: one workbook with one row, its photos, and the marker last; everything under ``.part`` names, then renamed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import xlsxwriter

from integrations.http import file_bytes
from integrations.protocol import AdapterError
from integrations.reading import last_day
from tickets.domain.messages import Outgoing, OutgoingFile, Telling
from tickets.domain.words import Outcome

SHEET = "整改回复"
HEADER = (
    "文号",
    "序号",
    "轮次",
    "点位",
    "问题描述",
    "整改状态",
    "整改情况",
    "完成时间",
    "整改后照片",
    "责任人",
    "联系电话",
)
STATUSES: dict[str, str] = {
    Outcome.SOLVED: "已整改",
    Outcome.IN_PROGRESS: "整改中",
    Outcome.EXPLAINED: "已解释说明",
    Outcome.NOT_TRUE: "不属实",
    Outcome.NOT_OURS: "非本单位",
}
NOT_OURS = STATUSES[Outcome.NOT_OURS]
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".heic")
CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same row gives the same bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One row and its photos; ``left_out`` names files of ours that this wire has no place for."""

    cells: tuple[str, ...]
    photos: tuple[tuple[str, OutgoingFile], ...]
    left_out: tuple[str, ...]

    @property
    def status(self) -> str:
        """整改状态."""
        return self.cells[5]

    @property
    def text(self) -> str:
        """整改情况."""
        return self.cells[6]


def prepare(outgoing: Outgoing, where: Mapping[str, Any]) -> Answer:
    """The row of one outgoing; ``where`` is what we remember of the problem. Raises AdapterError naming what a person mends."""
    if outgoing.telling not in (Telling.REPLY, Telling.RETURN):
        raise AdapterError(f"督查通知不接收：{outgoing.telling}", code="not_spoken", permanent=True)
    facts = outgoing.facts
    status, text = _status(outgoing), _text(outgoing)
    photos = [file for file in outgoing.files if _is_picture(file)]
    named = tuple((f"{where['seq']}-{at}{Path(file.name).suffix.lower()}", file) for at, file in enumerate(photos, 1))
    done_on = _done_on(outgoing, status)
    _check(status, text, done_on, named)
    cells = (
        str(where["document"]),
        str(where["seq"]),
        str(outgoing.round),
        str(facts.get("place") or where.get("place") or ""),
        str(facts.get("description") or where.get("description") or ""),
        status,
        text,
        done_on,
        "、".join(name for name, _ in named),
        str(facts.get("handler") or ""),
        str(facts.get("handler_phone") or ""),
    )
    return Answer(cells, named, tuple(file.name for file in outgoing.files if not _is_picture(file)))


def _is_picture(file: OutgoingFile) -> bool:
    return file.role != "contact" and file.name.lower().endswith(PICTURES)


def _status(outgoing: Outgoing) -> str:
    outcome = str(outgoing.facts.get("outcome") or "")
    if outgoing.telling is Telling.RETURN:
        return NOT_OURS
    if outcome not in STATUSES:
        raise AdapterError(f"办理结果无法对应整改状态：{outcome}", code="unknown_outcome", permanent=True)
    return STATUSES[outcome]


def _text(outgoing: Outgoing) -> str:
    """The reply word for word, because both books compare its digest; a return gives its reason, basis and the right unit."""
    facts = outgoing.facts
    if outgoing.telling is Telling.REPLY:
        return str(facts.get("text") or "")
    parts = [str(facts.get("reason") or "")]
    parts += [f"依据：{facts['basis']}"] if facts.get("basis") else []
    parts += [f"建议交办：{facts['suggested_unit']}"] if facts.get("suggested_unit") else []
    return "\n".join(parts)


def _done_on(outgoing: Outgoing, status: str) -> str:
    facts = outgoing.facts
    if status == STATUSES[Outcome.IN_PROGRESS]:
        return last_day(facts.get("promised_on"))
    return last_day(facts.get("replied_at")) if status == STATUSES[Outcome.SOLVED] else ""


def _check(status: str, text: str, done_on: str, photos: Sequence[Any]) -> None:
    if not 10 <= len(text) <= 2000:
        raise _mend("整改情况", f"整改情况须为10至2000字，现为{len(text)}字，请修改后重发")
    if status in (STATUSES[Outcome.SOLVED], STATUSES[Outcome.IN_PROGRESS]) and not done_on:
        raise _mend("完成时间", f"“{status}”须填写完成时间（整改中填承诺完成日期），请补充后重发")
    if status == STATUSES[Outcome.SOLVED] and not photos:
        raise _mend("整改后照片", "“已整改”须至少附一张整改后照片（jpg或png），请上传照片后重发")


def _mend(field: str, said: str) -> AdapterError:
    return AdapterError(said, code="1002", permanent=True, errors=((field, said),))


def workbook(cells: Sequence[str]) -> bytes:
    """Sheet 整改回复 with its header and one row, every cell text; equal cells give equal bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(SHEET)
        as_text = book.add_format({"num_format": "@", "text_wrap": True})
        for column, (title, cell) in enumerate(zip(HEADER, cells, strict=True)):
            sheet.write_string(0, column, title)
            sheet.write_string(1, column, cell, as_text)
    return out.getvalue()


def sha_of(answer: Answer) -> str:
    """The SHA-256 that the workbook of this answer has."""
    return sha256(workbook(answer.cells)).hexdigest()


def put(outbox: Path, name: str, answer: Answer) -> None:
    """Write photos, workbook and, last, the marker of the reply ``name``.

    May be repeated until the marker stands; after that nothing is written any more."""
    files = {f"{name}/{photo}": file_bytes(file) for photo, file in answer.photos}
    files[f"{name}.xlsx"] = workbook(answer.cells)
    hashes = {path: sha256(raw).hexdigest() for path, raw in files.items()}
    marker = "".join(f"{found}  {path}\n" for path, found in hashes.items()).encode()
    try:
        if not (outbox / f"{name}.done").exists():
            for path, raw in (*files.items(), (f"{name}.done", marker)):
                _write(outbox / path, raw)
    except OSError as trouble:
        raise AdapterError(f"发件目录不可写：{outbox}", code="folder") from trouble


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(raw)
    part.replace(path)
