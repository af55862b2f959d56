"""Checks of the fields of a command: what is missing, what has the wrong form; each with a reason for a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .values import is_nothing, parse_day, parse_moment

Check = Callable[[Any], str]
Errors = list[dict[str, str]]


@dataclass(frozen=True)
class Field:
    """One field of a command: its check gives the reason why a value is wrong, or ``""``."""

    name: str
    check: Check
    required: bool = False


def wrong_fields(body: Mapping[str, Any], fields: Collection[Field]) -> Errors:
    """[{field, reason}] of everything missing or wrong in form; unknown fields are skipped."""
    errors: Errors = []
    for field in fields:
        value = body.get(field.name)
        if is_nothing(value):
            reason = "必填" if field.required else ""
        else:
            reason = field.check(value)
        if reason:
            errors.append(error(field.name, reason))
    return errors


def error(field: str, reason: str) -> dict[str, str]:
    """One entry of the list."""
    return {"field": field, "reason": reason}


def text(value: Any) -> str:
    """Any text."""
    return "" if isinstance(value, str) else "须为文本"


def whole(value: Any) -> str:
    """An integer of JSON, 0 or more."""
    return "" if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "须为整数"


def code(*codes: str) -> Check:
    """One of these codes, as text."""

    def check(value: Any) -> str:
        return "" if isinstance(value, str) and value in codes else f"须为 {'、'.join(codes)} 之一"

    return check


flag = code("0", "1")


def moment(value: Any) -> str:
    """A moment as text."""
    return text(value) or _tried(parse_moment, value, "不是时间")


def day(value: Any) -> str:
    """``yyyy-MM-dd``."""
    return text(value) or _tried(parse_day, value, "须为 yyyy-MM-dd")


def ids(value: Any) -> str:
    """A list of texts."""
    return "" if isinstance(value, list) and all(isinstance(one, str) for one in value) else "须为附件编号列表"


def _tried(parse: Callable[[str], Any], value: str, reason: str) -> str:
    try:
        parse(value)
    except ValueError:
        return reason
    return ""


def read_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object of a body in UTF-8; None when it is none."""
    try:
        value = json.loads(raw.decode("utf-8"))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
