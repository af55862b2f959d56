"""Single values of the wires: nothing-values, texts, moments, deadlines, flags, counters, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = frozenset({"", "-", "无"})
NO_DATES = frozenset({(1, 1, 1), (1900, 1, 1)})
YES, NO = frozenset({"1", "true", "是"}), frozenset({"0", "false", "否"})
LARGEST_COUNTER = 2_147_483_647

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


def clean(text: str) -> str:
    """Text a database and a file can hold: no NUL or other control characters, lone surrogates replaced."""
    return _SURROGATE.sub("\ufffd", _UNSTORABLE.sub("", text))


def is_nothing(value: Any) -> bool:
    """Whether the wire's value means "not given"."""
    return value is None or (isinstance(value, str) and clean(value).strip() in NOTHING)


def text(value: Any) -> str:
    """A scalar as trimmed text, '' for nothing, an integer as its digits. Raises ValueError for a float or a structure."""
    if is_nothing(value):
        return ""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    raise ValueError(f"not a text: {type(value).__name__}")


def moment(value: Any) -> datetime | None:
    """A moment in Asia/Shanghai (a date alone is its 00:00), None for nothing. Raises ValueError for an impossible one."""
    return _moment(value, ends_day=False)


def deadline(value: Any) -> datetime | None:
    """As ``moment``, but a date alone is the end of that day (24:00)."""
    return _moment(value, ends_day=True)


def _moment(value: Any, *, ends_day: bool) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    written = value.isoformat() if isinstance(value, date) else text(value)
    if not written:
        return None
    found = _MOMENT.fullmatch(written)
    if found is None:
        raise ValueError(f"not a date: {written[:40]}")
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    if (year, month, day) in NO_DATES:
        return None
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    days = 1 if (ends_day and found[4] is None) or (hour, minute, second) == (24, 0, 0) else 0
    try:
        start = datetime.combine(date(year, month, day), time(hour % 24 if days else hour, minute, second))
        return (start + timedelta(days=days)).replace(tzinfo=_offset(found[7])).astimezone(SHANGHAI)
    except OverflowError as trouble:
        raise ValueError(f"not a date: {written[:40]}") from trouble


def _offset(written: str | None) -> timezone | ZoneInfo:
    if not written:
        return SHANGHAI
    if written == "Z":
        return UTC
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[-2:])))


def iso(value: datetime | None) -> str:
    """A moment for ``Incoming.detail``: ISO 8601 with offset, '' for none."""
    return value.isoformat() if value else ""


def local(value: Any) -> str:
    """A moment as the wires write it, ``2026-03-02 09:15:00`` in Asia/Shanghai; '' for nothing."""
    when = moment(value)
    return when.strftime("%Y-%m-%d %H:%M:%S") if when else ""


def last_day(value: Any) -> str:
    """The date that means this deadline on a wire where a date is its whole day: 24:00 belongs to the day it ends."""
    if isinstance(value, str) and len(value.strip()) <= 10:
        when = moment(value)
    else:
        when = deadline(value)
        when = when - timedelta(microseconds=1) if when else None
    return when.strftime("%Y-%m-%d") if when else ""


def flag(value: Any) -> bool | None:
    """0/1, true/false, 是/否; None for nothing. Raises ValueError for anything else."""
    if isinstance(value, float) and value in (0.0, 1.0):
        return bool(value)
    written = text(value).lower()
    if not written:
        return None
    if written in YES or written in NO:
        return written in YES
    raise ValueError(f"not a flag: {written[:40]}")


def counter(value: Any) -> int | None:
    """A non-negative integer or its digits; None for nothing. Raises ValueError for anything else."""
    if isinstance(value, bool):
        raise ValueError("not a counter: a boolean")
    written = text(value)
    if not written:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", written) or int(written) > LARGEST_COUNTER:
        raise ValueError(f"not a counter: {written[:40]}")
    return int(written)


def many(value: Any, separators: str = ";") -> tuple[str, ...]:
    """A list, or a text parted by ``separators`` (their full-width twins too), as texts without the empty ones."""
    if isinstance(value, list):
        parts: Iterable[str] = (text(part) for part in value)
    else:
        parts = re.split("[" + re.escape(separators + ";") + "]", text(value))
    return tuple(part.strip() for part in parts if part.strip())
