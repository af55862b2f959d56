"""The business platform's demand: a Record as the wire writes it, and as it is shown at any moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .base import UNIT, UNIT_NAME, Record
from .book import Round
from .business_signing import Links
from .values import chance, weekdays_later, with_offset

STATUSES = {
    "assigned": "待启动", "started": "办理中", "answered": "已答复", "return_pending": "退回待审", "solved": "待评价", "redo": "重办",
    "closed": "已办结", "returned": "已退回", "withdrawn": "已撤回",
}  # fmt: skip
MEANINGS = {
    "assigned": "registered", "started": "in_progress", "answered": "in_progress", "return_pending": "return_asked", "solved": "sent",
    "redo": "redo", "closed": "closed", "returned": "returned", "withdrawn": "terminated",
}  # fmt: skip
OVER = frozenset({"closed", "returned", "withdrawn"})
RULE = {"start": 1, "answer": 3, "solve": 15, "unit": "workday"}
NO_LIMITS = {"startBy": "", "answerBy": "", "solveBy": ""}


def doc_of(record: Record, now: datetime, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    """What the platform keeps of a record assigned at ``now``."""
    return {
        "demand": _who(record) | _what(record) | _where(record, now) | limits(record.number, now), "raw": record.extra.get("raw", {}),
        "attachments": attachments, "extensions": {}, "before_return": "",
    } | fresh()  # fmt: skip


def fresh() -> dict[str, Any]:
    """The part of a round that begins empty."""
    return {"redo_no": 0, "must_handle": False, "started_at": None, "answered_at": None, "solved_at": None}


def shown(matter: Round, now: datetime, links: Links, address: str) -> dict[str, Any]:
    """The whole demand as of now, its attachments with fresh links."""
    doc = matter.doc
    state = {
        "round": matter.round, "redoNo": doc["redo_no"], "seq": matter.version, "status": matter.status,
        "statusName": STATUSES[matter.status], "startedAt": doc["started_at"], "answeredAt": doc["answered_at"],
        "solvedAt": doc["solved_at"], "mustHandle": doc["must_handle"],
    }  # fmt: skip
    attachments = [
        one | {"url": f"{address}/openapi/v1/files/{one['id']}?{links.query(one['id'], now.timestamp())}"}
        for one in doc["attachments"]
    ]
    return {**doc["demand"], **state, "attachments": attachments, **doc["raw"]}


def _who(record: Record) -> dict[str, Any]:
    digits = f"{int(chance(f'uscc:{record.number}') * 10**8):08d}"
    name = str(record.extra.get("enterprise", f"样例企业{digits[:3]}有限公司"))
    return {
        "demandNo": record.number,
        "enterprise": {
            "name": name, "uscc": f"91341300MA{digits}" if name else "", "scale": "小微", "industry": str(record.extra.get("industry", "")),
            "address": record.place,
        },
        "contact": {"name": "" if record.anonymous else record.caller, "mobile": record.phone, "phone": "", "email": ""},
    }  # fmt: skip


def _what(record: Record) -> dict[str, Any]:
    parts = [part for part in record.category.split("_") if part]
    called = record.call_time
    return {
        "category": {"code": "0201", "name": parts[0] if parts else "", "path": "/".join(parts)}, "title": record.title,
        "content": record.content, "projectName": record.project, "projectCode": str(record.extra.get("project_code", "")),
        "regionCode": "341302", "linkedHotlineNo": str(record.extra.get("linked", "")), "isConfidential": record.confidential,
        "submittedAt": with_offset(called) if isinstance(called, datetime) else called or "",
    }  # fmt: skip


def _where(record: Record, now: datetime) -> dict[str, Any]:
    unit = {"code": str(record.extra.get("unit", UNIT)), "name": str(record.extra.get("unit_name", UNIT_NAME))}
    return {
        "assignedAt": with_offset(now),
        "unit": unit,
        "coUnits": record.extra.get("co_units", []),
        "leaderInstruction": "",
    }


def limits(number: str, now: datetime) -> dict[str, Any]:
    """The three limits of a round assigned at ``now``; some numbers come with the rule alone, some with the dates alone."""
    part = chance(f"limits:{number}")
    dates = {
        "startBy": weekdays_later(now, RULE["start"]),  # type: ignore[arg-type]
        "answerBy": weekdays_later(now, RULE["answer"]),  # type: ignore[arg-type]
        "solveBy": f"{weekdays_later(now, RULE['solve'])}T17:30:00+08:00",  # type: ignore[arg-type]
    }
    return {"limitRule": None if 0.1 <= part < 0.2 else RULE, "limits": dict(NO_LIMITS) if part < 0.1 else dates}
