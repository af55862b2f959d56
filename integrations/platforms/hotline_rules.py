"""The hotline's commands: their fields, the states that allow them, and what their content must hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .book import Round
from .checks import Errors, Field, code, day, error, flag, ids, moment, text, whole
from .values import end_of, is_nothing, parse_day

REASON_CODES = ("01", "02", "03", "04", "05", "09")
RESOLUTIONS = ("0", "1", "2", "3", "4", "5")
FIELDS: dict[str, tuple[Field, ...]] = {
    "sign": (Field("round", whole, True), Field("signer", text, True), Field("signTime", moment)),
    "contact": (
        Field("round", whole, True), Field("isContacted", flag, True), Field("contactTime", moment, True), Field("contactPhone", text),
        Field("contactPerson", text), Field("contactNote", text), Field("contactFiles", ids),
    ),
    "reply": (
        Field("round", whole, True), Field("redoNo", whole, True), Field("isTrue", flag, True), Field("isBeyondDuty", flag, True),
        Field("beyondDutyType", text), Field("isContacted", flag, True), Field("contactPhone", text), Field("contactTime", moment),
        Field("notContactReason", text), Field("resolution", code(*RESOLUTIONS), True), Field("unsolvedReason", text),
        Field("promisedDate", day), Field("handleResult", text, True), Field("publicReply", text, True), Field("replyTime", moment),
        Field("handler", text), Field("handlerPhone", text), Field("signer", text), Field("idFiles", ids), Field("contactFiles", ids),
        Field("handleFiles", ids),
    ),
    "return": (
        Field("round", whole, True), Field("reasonCode", code(*REASON_CODES), True), Field("reason", text, True), Field("basis", text),
        Field("suggestDept", text),
    ),
    "extension": (
        Field("round", whole, True), Field("reason", text, True), Field("newDeadline", day, True), Field("approver", text, True),
        Field("callerToldTime", moment),
    ),
}  # fmt: skip
LODGE: tuple[Field, ...] = (
    *(Field(name, text, True) for name in ("callerName", "contactPhone")),
    Field("appealType", code("01", "02", "03", "04", "05", "06"), True),
    *(Field(name, text, True) for name in ("appealSubject", "incidentAddress")),
    Field("urgencyLevel", code("1", "2", "3"), True),
    *(Field(name, text) for name in ("expectedDeadline", "assignedDept", "remark", "clientRef")),
)
ALLOWED: dict[str, frozenset[str]] = {
    "sign": frozenset({"10"}),
    "contact": frozenset({"20", "55", "70"}),
    "reply": frozenset({"20", "55", "70"}),
    "return": frozenset({"10", "20"}),
    "extension": frozenset({"20", "70"}),
}
AFTERWARDS = {"sign": "20", "reply": "50", "return": "30"}
FILE_FIELDS = ("idFiles", "contactFiles", "handleFiles")


def refused_content(command: str, body: dict[str, Any], matter: Round) -> Errors:
    """[{field, reason}] of what the hotline does not accept although its form is right."""
    return CONTENT[command](body, matter) if command in CONTENT else []


def _long_enough(body: dict[str, Any], name: str, least: int = 10, most: int = 4000) -> Errors:
    size = len(body[name])
    return [] if least <= size <= most else [error(name, f"须为{least}至{most}字,现为{size}字")]


def _needs(body: dict[str, Any], name: str, why: str) -> Errors:
    return [error(name, why)] if is_nothing(body.get(name)) else []


def _reply(body: dict[str, Any], matter: Round) -> Errors:
    ticket = matter.doc["ticket"]
    errors = _long_enough(body, "publicReply")
    if body["isContacted"] == "1":
        errors += _needs(body, "contactTime", "已联系须填联系时间")
    elif ticket["isAnonymous"] != "1" and ticket["needReply"] != "0":
        errors += _needs(body, "notContactReason", "未联系须填原因")
    for name, value, needed, why in (
        ("resolution", "3", "promisedDate", "正在解决须填承诺日期"),
        ("resolution", "0", "unsolvedReason", "未解决须填原因"),
        ("isBeyondDuty", "1", "beyondDutyType", "超职责须填类型"),
    ):
        if body[name] == value:
            errors += _needs(body, needed, why)
    return errors


def _return(body: dict[str, Any], matter: Round) -> Errors:
    return _long_enough(body, "reason")


def _extension(body: dict[str, Any], matter: Round) -> Errors:
    errors = _long_enough(body, "reason")
    in_force = end_of(matter.doc["ticket"]["expectedDeadline"])
    asked = end_of(parse_day(body["newDeadline"]).isoformat())
    if in_force and asked and asked <= in_force:
        errors.append(error("newDeadline", "须晚于现有期限"))
    return errors


CONTENT: dict[str, Callable[[dict[str, Any], Round], Errors]] = {
    "reply": _reply,
    "return": _return,
    "extension": _extension,
}
