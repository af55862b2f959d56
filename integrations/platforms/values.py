"""Small values of the wire: digests, moments and days in local time, verdicts, and stable chance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from .clock import SHANGHAI

NOTHING = frozenset({"", "-", "无", "0001-01-01T00:00:00", "1900-01-01 00:00:00"})
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def reply_digest(text: str | None) -> str:
    """SHA-256, lower-case hex, of the text with line ends as ``\\n``; ``""`` without a text."""
    return sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest() if text else ""


def is_nothing(value: Any) -> bool:
    """Whether the wire means 'not given'."""
    return value is None or (isinstance(value, str) and value.strip() in NOTHING)


def parse_moment(text: str) -> datetime:
    """A moment in any form seen on the wire; without an offset it is Asia/Shanghai. Raises ValueError."""
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def parse_day(text: str) -> date:
    """``yyyy-MM-dd`` and nothing else. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        raise ValueError(text)
    return date.fromisoformat(text.strip())


def end_of(text: str) -> datetime | None:
    """The moment a deadline ends: a date alone means 24:00 of that day; None when nothing is given."""
    if is_nothing(text):
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return parse_moment(text) + timedelta(days=1)
    return parse_moment(text)


def local(moment: datetime) -> str:
    """``2026-03-02 09:15:00`` in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def with_offset(moment: datetime) -> str:
    """``2026-03-02T09:15:00+08:00``."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def day_of(moment: datetime) -> str:
    """The Asia/Shanghai day, ``2026-03-02``."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def days_later(moment: datetime, days: int) -> str:
    """The day so many calendar days later."""
    return day_of(moment + timedelta(days=days))


def weekdays_later(moment: datetime, days: int) -> str:
    """The day so many Mondays to Fridays later: the platforms' own counting knows no make-up days."""
    while days:
        moment += timedelta(days=1)
        days -= moment.astimezone(SHANGHAI).weekday() < 5
    return day_of(moment)


def agreed(detail: Mapping[str, Any]) -> bool:
    """The platform's verdict: ``agreed``, ``granted`` or ``result``; without a word it agrees."""
    value = next((detail[name] for name in ("agreed", "granted", "result") if name in detail), True)
    return value not in (False, 0, "0", "refused", "no", "false", "否")


def chance(key: str) -> float:
    """A stable number in [0, 1) that follows from ``key`` alone."""
    return int.from_bytes(sha256(key.encode()).digest()[:7]) / 2**56
