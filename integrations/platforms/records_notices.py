"""Gathers inspection problems into notices of about twenty-five, each with one 文号 and one package name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from .base import Record
from .records_csv import fraction

SIZE = 25
FIRST = 101
OFFICES = (
    ("宿创办", "CWB", "宿州市创建国家卫生城市工作领导小组办公室"),
    ("宿文明办", "WMB", "宿州市精神文明建设指导委员会办公室"),
)
_DEADLINES = ("", "date", "dotted", "month_day", "working_days", "at_once", "serial")


def in_notices(records: list[Record], now: datetime) -> list[Record]:
    """The same records as problems 1, 2 … of notices 文号 101, 102 …; ``extra['package']`` and ``extra['problem']`` say how
    they stand on paper."""
    return [
        _problem(record, start // SIZE, position, len(records[start : start + SIZE]), now)
        for start in range(0, len(records), SIZE)
        for position, record in enumerate(records[start : start + SIZE], start=1)
    ]


def _problem(record: Record, which: int, position: int, size: int, now: datetime) -> Record:
    package = package_of(now, serial=FIRST + which, size=size, office=which % len(OFFICES))
    package["layout"] = which
    key = f"problem:{record.extra.get('external_id')}"
    photos = [f"{position}-1.png"] if fraction(key) < 0.6 else []
    problem = {
        "photos": photos,
        "deadline": _DEADLINES[int(fraction(f"deadline:{key}") * len(_DEADLINES))],
    }
    return replace(
        record, number=f"{package['number']}#{position}", extra={**record.extra, "package": package, "problem": problem}
    )


def package_of(
    now: datetime, *, serial: int, size: int, office: int = 0, title: str = "", days: int = 7
) -> dict[str, Any]:
    """What ``extra['package']`` holds: base name, 文号, office, title, how many problems, days until the overall deadline."""
    word, letters, name = OFFICES[office]
    return {
        "base": f"{letters}-{now.year}-{serial:03d}", "number": f"{word}〔{now.year}〕{serial}号", "office": name,
        "title": title or "关于重点工程现场问题的督查通知", "size": size, "days": days, "layout": 0,
    }  # fmt: skip
