"""A table of problems, whatever its headers are called and wherever it begins; and the one-page form (督办单)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Row = Sequence[str]

VARIANTS: dict[str, tuple[str, ...]] = {
    "seq": ("序号", "编号", "问题编号", "no.", "no", "№"),
    "place": ("点位", "问题点位", "地点", "位置", "具体位置", "检查点位", "路段", "点位名称", "问题地点", "检查地点"),
    "description": ("问题描述", "存在问题", "问题", "问题情况", "具体问题", "存在的问题", "主要问题"),
    "photos": ("照片", "现场照片", "图片", "照片编号", "问题照片"),
    "limit": ("整改期限", "整改时限", "限期整改", "完成时限", "要求完成时间", "完成时间", "整改完成时限"),
    "unit": ("责任单位", "牵头单位", "整改单位", "责任部门"),
    "measure": ("整改措施", "整改要求", "整改建议", "工作要求"),
    "area": ("区域", "所属区域", "街道", "辖区", "县区"),
    "category": ("问题类别", "问题类型", "类别"),
    "found_on": ("发现时间", "检查时间", "检查日期"),
    "instruction": ("领导批示", "批示", "批示意见"),
    "number": ("文号", "督办编号"),
    "issued_on": ("交办时间", "交办日期", "发文日期", "下发时间"),
}
FIELD_OF = {variant: name for name, variants in VARIANTS.items() for variant in variants}
FOOTERS = re.compile(r"^(注|备注|说明|签收|合计|填表|审核|联系人|制表|备案)[人时者]?[^:：]{0,6}[:：]?")
_PHOTO_PARTS = re.compile(r"[、,，;；\n]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One numbered problem as it stands on the paper; ``position`` counts the problems of the paper from 1."""

    position: int
    seq: str = ""
    place: str = ""
    description: str = ""
    photos: tuple[str, ...] = ()
    limit: str = ""
    unit: str = ""
    measure: str = ""
    area: str = ""
    category: str = ""
    found_on: str = ""
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The problems of a table, and the texts that stand around it."""

    problems: tuple[Problem, ...]
    around: tuple[str, ...] = ()
    form: dict[str, str] = field(default_factory=dict)


def squeeze(text: str) -> str:
    """Without any blank or line break: how headers are compared."""
    return re.sub(r"\s+", "", text)


def field_of(cell: str) -> str:
    """The meaning of a header cell; '' for none of ours."""
    return FIELD_OF.get(squeeze(cell).rstrip(":：").lower(), "")


def photo_names(text: str) -> tuple[str, ...]:
    """Names parted by 、 , ; or a line break."""
    return tuple(name.strip() for name in _PHOTO_PARTS.split(text) if name.strip() not in {"", "-", "无"})


def seq_of(text: str) -> str:
    """``1``, ``1.0``, ``(1)``, ``1、`` and ``第1项`` are all 1; other texts stay as they are."""
    found = re.fullmatch(r"[(（第]?\s*(\d{1,6})(?:\.0+)?\s*[)）项条、.．]?", text.strip())
    return str(int(found[1])) if found else squeeze(text)


def read(rows: Sequence[Row]) -> Found | None:
    """The problems below the first header row with a place and a description; None where there is no such header."""
    at = _header(rows)
    if at is None:
        return None
    columns = [field_of(cell) for cell in rows[at]]
    problems: list[Problem] = []
    around = [_once(row) for row in rows[:at]]
    for row in rows[at + 1 :]:
        values = _values(columns, row)
        if _is_problem(row, values):
            problems.append(_problem(len(problems) + 1, values))
        elif any(row):
            around.append(_once(row))
    return Found(tuple(problems), tuple(text for text in around if text))


def _header(rows: Sequence[Row]) -> int | None:
    """A row of groups (检查点位 | 问题情况) may look like a header; the row right below it then is the true one."""
    for at, row in enumerate(rows):
        if _is_header(row):
            return at + 1 if at + 1 < len(rows) and _is_header(rows[at + 1]) else at
    return None


def _is_header(row: Row) -> bool:
    return {"place", "description"} <= {field_of(cell) for cell in row}


def _values(columns: Sequence[str], row: Row) -> dict[str, str]:
    """The first column of a meaning counts; several units (牵头、责任) are joined."""
    values: dict[str, str] = {}
    for name, cell in zip(columns, row, strict=False):
        if name == "unit" and values.get("unit") and cell and cell not in values["unit"]:
            values["unit"] += f"、{cell}"
        elif name and not values.get(name):
            values[name] = cell
    return values


def _is_problem(row: Row, values: dict[str, str]) -> bool:
    said = [cell for cell in row if cell]
    if not said or _is_header(row) or (len(set(said)) == 1 and len(row) > 2 and len(said) == len(row)):
        return False
    if FOOTERS.match(squeeze(said[0])) and not seq_of(values.get("seq", "")).isdigit():
        return False
    return bool(values.get("description")) or seq_of(values.get("seq", "")).isdigit()


def _problem(position: int, values: dict[str, str]) -> Problem:
    plain = {name: text for name, text in values.items() if name in Problem.__dataclass_fields__}
    plain["seq"] = seq_of(plain.get("seq", ""))
    photos = photo_names(plain.pop("photos", ""))
    return Problem(position, photos=photos, **plain)


def _once(row: Row) -> str:
    """A row outside the table as one text; a merged cell's text stands once."""
    return " ".join(dict.fromkeys(cell for cell in row if cell))


def read_form(rows: Sequence[Row]) -> Found | None:
    """A form of label and value pairs with a place and a description: one problem. None for any other table."""
    pairs: dict[str, str] = {}
    for row in rows:
        cells = [cell for at, cell in enumerate(row) if at == 0 or cell != row[at - 1]]
        for label, value in pairwise(cells):
            name = "number" if squeeze(label) == "编号" else field_of(label)
            if name and value and not field_of(value):
                pairs.setdefault(name, value)
    if not {"place", "description"} <= set(pairs):
        return None
    return Found((_problem(1, pairs | {"seq": "1"}),), (), pairs)
