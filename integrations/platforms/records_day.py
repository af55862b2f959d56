"""The made-up day of made_up_day.json as Records: fixed numbers, contact times a few minutes apart before now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .base import Record
from .records_notices import package_of

_PLAIN = ("number", "round", "title", "content", "caller", "phone", "nature", "category", "place", "project", "urgency", "anonymous",
          "confidential", "report", "call_time", "reply")  # fmt: skip


def read_day(day: dict[str, Any], now: datetime) -> list[Record]:
    """All matters of the four platforms in ``day``, the first rung longest ago."""
    groups = [
        [_record(platform, matter) for matter in day[platform]] for platform in ("hotline", "business", "petition")
    ]
    groups.append([problem for notice in day["inspection"] for problem in _problems(notice, now)])
    records = _mixed(groups)
    return [_at(record, now - timedelta(minutes=4 * (len(records) - place))) for place, record in enumerate(records)]


def _mixed(groups: list[list[Record]]) -> list[Record]:
    """All platforms side by side, each in its own order."""
    places = [((place + 0.5) / len(group), record) for group in groups for place, record in enumerate(group)]
    return [record for _, record in sorted(places, key=lambda pair: pair[0])]


def _at(record: Record, moment: datetime) -> Record:
    if record.call_time is None:
        record.call_time = moment
    return record


def _record(platform: str, matter: dict[str, Any], **extra: Any) -> Record:
    return Record(
        platform=platform, number=matter["number"], round=matter.get("round", 1), title=matter["title"], content=matter["content"],
        caller=matter.get("caller", ""), phone=matter.get("phone", ""), nature=matter.get("nature", "投诉"),
        category=matter.get("category", ""), place=matter.get("place", ""), project=matter.get("project", ""),
        urgency=matter.get("urgency", "1"), anonymous=matter.get("anonymous", False), confidential=matter.get("confidential", False),
        report=matter.get("report", False), call_time=matter.get("call_time"), reply=matter.get("reply"), replied_at=None,
        extra={name: value for name, value in matter.items() if name not in _PLAIN} | extra,
    )  # fmt: skip


def _problems(notice: dict[str, Any], now: datetime) -> list[Record]:
    problems = notice["problems"]
    package = package_of(now, serial=notice["serial"], size=len(problems), title=notice["title"], days=notice["days"])
    package |= {"office": notice["office"], "layout": notice.get("layout", 3), "others": notice.get("others", [])}
    return [_listed(problem, seq, package) for seq, problem in enumerate(problems, start=1)]


def _listed(problem: dict[str, Any], seq: int, package: dict[str, Any]) -> Record:
    facts = {name: problem[name] for name in ("photos", "deadline", "unit") if name in problem}
    matter = {"number": f"{package['number']}#{seq}", "title": problem["content"]} | problem
    return _record("inspection", matter, package=package, problem=facts)
