"""Reads one reply file of ours as the inspection office does: whole by its marker, sheet 整改回复, then row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

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
OUTCOMES = ("已整改", "整改中", "已解释说明", "不属实", "非本单位")
MAX_PHOTO = 20 * 1024 * 1024
_NUMBER = re.compile(r"[^\s〔〕]+〔\d{4}〕\d+号")
_PARTS = re.compile(r"[、,;,;\n]")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply file that is whole: its workbook, the hash of it, and the size of every file its marker lists."""

    name: str
    package: str
    digest: str
    workbook: bytes
    files: dict[str, int]

    @property
    def file(self) -> str:
        return f"{self.name}.xlsx"


@dataclass(frozen=True, slots=True)
class Row:
    """One answered problem; ``wrong`` says why it cannot be taken, '' when its form is right."""

    notice: str
    seq: str
    round: int
    outcome: str
    text: str
    done_on: str
    wrong: str


class Unreadable(Exception):
    """The file is no reply: the whole of it is rejected."""


def whole_reply(outbox: Path, name: str) -> Reply | None:
    """The reply of marker ``<name>.done`` once every listed file is there with its hash; None while it is not."""
    listed = _marker((outbox / f"{name}.done").read_bytes())
    sizes: dict[str, int] = {}
    for path, wanted in listed.items():
        file = outbox / path
        if ".." in Path(path).parts or not file.is_file() or sha256(file.read_bytes()).hexdigest() != wanted:
            return None
        sizes[path] = file.stat().st_size
    workbook = outbox / f"{name}.xlsx"
    if f"{name}.xlsx" not in sizes:
        return None
    return Reply(name, name.split("_reply_", maxsplit=1)[0], listed[f"{name}.xlsx"], workbook.read_bytes(), sizes)


def _marker(raw: bytes) -> dict[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    pairs = (line.split(maxsplit=1) for line in text.splitlines())
    return {pair[1].strip(): pair[0].lower() for pair in pairs if len(pair) == 2}


def read_rows(reply: Reply) -> list[Row]:
    """The rows of sheet 整改回复. Raises Unreadable when there is no such sheet, header or row."""
    try:
        table = CalamineWorkbook.from_filelike(BytesIO(reply.workbook)).get_sheet_by_name("整改回复").to_python()
    except (CalamineError, ValueError, KeyError) as trouble:
        raise Unreadable("文件不能读取或缺工作表 整改回复") from trouble
    if not table or tuple(str(cell).strip() for cell in table[0][: len(HEADER)]) != HEADER:
        raise Unreadable("表头与约定不符")
    rows = [row for row in table[1:] if any(str(cell).strip() for cell in row)]
    if not rows:
        raise Unreadable("没有回复行")
    return [_row(row, reply) for row in rows]


def _row(cells: Sequence[object], reply: Reply) -> Row:
    values = dict(zip(HEADER, cells, strict=False))
    text = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
    number, wrong = text["轮次"].strip(), ""
    if any(not isinstance(value, str) for value in values.values()):
        wrong = "单元格须为文本"
    else:
        wrong = next((reason for reason, ok in _RULES if not ok(text, reply)), "")
    return Row(text["文号"].strip(), text["序号"].strip(), int(number) if number.isdigit() else 0, text["整改状态"].strip(),
               text["整改情况"], text["完成时间"].strip(), wrong)  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _photos(text: dict[str, str], reply: Reply) -> list[str]:
    names = [name.strip() for name in _PARTS.split(text["整改后照片"]) if name.strip()]
    return [name for name in names if f"{reply.name}/{name}" in reply.files]


_RULES: tuple[tuple[str, Callable[[dict[str, str], Reply], bool]], ...] = (
    ("文号不规范", lambda text, _: bool(_NUMBER.fullmatch(text["文号"].strip()))),
    ("轮次不规范", lambda text, _: text["轮次"].strip().isdigit()),
    ("整改状态不在范围内", lambda text, _: text["整改状态"].strip() in OUTCOMES),
    ("整改情况须为10至2000字", lambda text, _: 10 <= len(text["整改情况"]) <= 2000),
    (
        "完成时间须为yyyy-MM-dd",
        lambda text, _: text["整改状态"].strip() not in OUTCOMES[:2] or _is_day(text["完成时间"].strip()),
    ),
    ("缺整改后照片", lambda text, reply: text["整改状态"].strip() != "已整改" or bool(_photos(text, reply))),
    (
        "照片超过20MB",
        lambda text, reply: all(reply.files[f"{reply.name}/{name}"] <= MAX_PHOTO for name in _photos(text, reply)),
    ),
)
