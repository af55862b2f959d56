"""The hotline's full ticket: a Record as the wire writes it at dispatch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .base import UNIT, UNIT_NAME, Record
from .values import chance, days_later, local

TYPES = {"咨询": "01", "求助": "02", "投诉": "03", "举报": "04", "建议": "05", "表扬": "06"}
URGENCIES = {"1": "一般", "2": "紧急", "3": "特急"}
CHANNELS = {"01": "电话", "02": "微信", "03": "网站", "04": "APP", "05": "其他"}
STATUSES = {
    "10": "待签收", "20": "办理中", "30": "退单待审", "50": "已反馈待审", "55": "回退补正", "60": "待回访", "70": "重办",
    "80": "已办结", "90": "已退单", "95": "已撤单",
}  # fmt: skip
MEANINGS = {
    "10": "registered", "20": "in_progress", "30": "return_asked", "50": "sent", "55": "bounced", "60": "follow_up", "70": "redo",
    "80": "closed", "90": "returned", "95": "terminated",
}  # fmt: skip
OVER = frozenset({"80", "90", "95"})


def ticket_of(record: Record, now: datetime, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    """The ticket of a record dispatched at ``now``, in status 10; ``round``, ``version`` and ``status`` are set when it is shown."""
    return _who(record) | _what(record) | _times(record, now) | _routing(record) | {"attachments": attachments}


def _who(record: Record) -> dict[str, Any]:
    serial = record.number[-5:]
    return {
        "orderNo": record.number, "hotlineNo": f"SZ12345-{record.number[:4]}-{serial}", "clientRef": str(record.extra.get("clientRef", "")),
        "callerName": "" if record.anonymous else record.caller, "callerGender": str(record.extra.get("gender", "")),
        "incomingPhone": record.phone, "contactPhone": str(record.extra.get("contactPhone", record.phone)),
        "isAnonymous": _bit(record.anonymous), "isSecret": _bit(record.confidential),
        "needReply": _bit(record.extra.get("need_reply", True)),
    }  # fmt: skip


def _what(record: Record) -> dict[str, Any]:
    kind = TYPES.get(record.nature, "02")
    channel = str(record.extra.get("channel_code", "01"))
    urgency = str(record.urgency or "1")
    return {
        "appealType": kind, "appealTypeName": next(name for name, code in TYPES.items() if code == kind),
        "appealCategory": record.category, "appealSubject": record.title, "appealContent": record.content,
        "areaCode": "341302", "areaName": "埇桥区", "incidentAddress": record.place, "lng": "", "lat": "", "projectName": record.project,
        "urgencyLevel": urgency, "urgencyLevelName": URGENCIES.get(urgency, ""), "isRepeat": _bit(record.round > 1), "relatedOrderNos": "",
        "channel": channel, "channelName": CHANNELS.get(channel, ""), "source": "宿事速办",
    }  # fmt: skip


def _times(record: Record, now: datetime) -> dict[str, Any]:
    called = record.call_time
    return {
        "callTime": _called(called, record.number) if isinstance(called, datetime) else called or "",
        "dispatchTime": local(now),
    } | limits(record.number, now)


def limits(number: str, now: datetime) -> dict[str, str]:
    """The limits of a round dispatched at ``now``; one in twelve numbers comes without any."""
    if chance(f"limits:{number}") < 1 / 12:
        return {"signDeadline": "", "contactDeadline": "", "expectedDeadline": ""}
    return {
        "signDeadline": local(now + timedelta(days=1)),
        "contactDeadline": days_later(now, 1),
        "expectedDeadline": days_later(now, 10),
    }


def _called(moment: datetime, number: str) -> str:
    """In one of the forms seen in one feed."""
    part = chance(f"form:{number}")
    if part < 0.1:
        return f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M}"
    return local(moment).replace(" ", "T") if part < 0.2 else local(moment)


def _routing(record: Record) -> dict[str, Any]:
    return {
        "assignedDept": str(record.extra.get("unit_name", UNIT_NAME)), "assignedDeptCode": str(record.extra.get("unit", UNIT)),
        "assistDepts": str(record.extra.get("assist", "")), "mustHandle": "0", "isSupervised": "0", "leaderInstruction": "", "remark": str(
            record.extra.get("remark", "")),
    }  # fmt: skip


def _bit(value: Any) -> str:
    return "1" if value else "0"
