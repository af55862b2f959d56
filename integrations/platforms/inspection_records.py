"""A Record as the inspection office writes it down: its package, its notice, its problem."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from .base import Record
from .packages import OUR_NAME, Notice, Problem

_NUMBER = re.compile(r"[^〔]+〔(\d{4})〕(\d+)号#.+")


def package_of(record: Record) -> dict[str, Any]:
    """``extra['package']``, or one for a problem sent alone: the next one of the same 文号 makes it a correction."""
    if "package" in record.extra:
        return dict(record.extra["package"])
    found = _NUMBER.fullmatch(record.number)
    if found is None:
        raise ValueError(f"not a number like 宿创办〔2026〕31号#2: {record.number}")
    again = f"-R{record.round - 1}" if record.round > 1 else ""
    return {
        "base": f"CWB-{found[1]}-{int(found[2]):03d}{again}",
        "title": "关于重点工程现场问题的督查通知",
        "office": "宿州市创建国家卫生城市工作领导小组办公室",
        "size": 1,
        "days": 7,
    }


def notice_of(record: Record, package: dict[str, Any], at: datetime) -> Notice:
    """The notice of a record's package, its problems still to come."""
    due = (at + timedelta(days=package["days"])).date() if package.get("days") else None
    number = record.number.rsplit("#", 1)[0]
    return Notice(package["base"], number, package["title"], package["office"], at.date(), due, (), record.round,
                  package.get("layout", 0))  # fmt: skip


def problem_of(record: Record) -> Problem:
    """The problem as it stands on the list."""
    facts = record.extra.get("problem", {})
    return Problem(record.number.rsplit("#", 1)[1], record.place or record.title, record.content, tuple(facts.get("photos", ())),
                   facts.get("deadline", ""), facts.get("unit", OUR_NAME))  # fmt: skip
