"""The business platform's commands: their fields, the states that allow them, and what their content must hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .book import Round
from .checks import Errors, Field, code, day, error, ids, text, whole
from .values import end_of, is_nothing

STEPS = {"answer": "answerBy", "solve": "solveBy"}
OUTCOMES = ("solved", "in_progress", "explained", "not_true", "not_ours")


def moment(value: Any) -> str:
    """A moment with its offset."""
    try:
        return "" if isinstance(value, str) and datetime.fromisoformat(value).tzinfo else "须为带时区的时间"
    except ValueError:
        return "不是时间"


def handler(value: Any) -> str:
    """{name, phone}."""
    named = isinstance(value, dict) and isinstance(value.get("name"), str) and not is_nothing(value["name"])
    return "" if named and isinstance(value.get("phone", ""), str) else "须为 {name, phone}"


FIELDS: dict[str, tuple[Field, ...]] = {
    "start": (
        Field("round", whole, True),
        Field("handler", handler, True),
        Field("contactedAt", moment, True),
        Field("note", text),
    ),
    "answer": (
        Field("round", whole, True),
        Field("redoNo", whole, True),
        Field("answer", text, True),
        Field("plan", text),
        Field("expectedSolveDate", day),
    ),
    "solve": (
        Field("round", whole, True),
        Field("redoNo", whole, True),
        Field("outcome", code(*OUTCOMES), True),
        Field("publicReply", text, True),
        Field("handlingDetail", text, True),
        Field("promisedDate", day),
        Field("attachments", ids),
    ),
    "return": (Field("round", whole, True), Field("reason", text, True), Field("suggestUnit", text)),
    "extension": (
        Field("round", whole, True),
        Field("step", code(*STEPS), True),
        Field("newLimit", day, True),
        Field("reason", text, True),
        Field("approver", text, True),
    ),
}
ALLOWED: dict[str, frozenset[str]] = {
    "start": frozenset({"assigned"}),
    "answer": frozenset({"started", "answered", "redo"}),
    "solve": frozenset({"started", "answered", "redo"}),
    "return": frozenset({"assigned", "started"}),
    "extension": frozenset({"started", "answered", "redo"}),
}
SIZES = {
    "answer": ("answer", 10, 4000),
    "solve": ("publicReply", 10, 4000),
    "return": ("reason", 10, 4000),
    "extension": ("reason", 10, 4000),
}


def refused_content(name: str, body: dict[str, Any], matter: Round) -> Errors:
    """[{field, reason}] of what the platform does not accept although its form is right."""
    errors: Errors = []
    if name in SIZES:
        field, least, most = SIZES[name]
        size = len(body[field])
        errors += [] if least <= size <= most else [error(field, f"须为{least}至{most}字,现为{size}字")]
    if name == "solve" and body["outcome"] == "in_progress" and is_nothing(body.get("promisedDate")):
        errors.append(error("promisedDate", "办理中须填承诺日期"))
    if name == "extension":
        in_force, asked = end_of(str(matter.doc["demand"]["limits"][STEPS[body["step"]]])), end_of(body["newLimit"])
        if in_force and asked and asked <= in_force:
            errors.append(error("newLimit", "须晚于现有期限"))
    return errors
