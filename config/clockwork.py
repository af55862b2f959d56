"""How far the house's clock stands from the machine's: HOTLINE_NOW says where it starts, the offset is handed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from .environment import number, text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def offset() -> timedelta:
    """HOTLINE_CLOCK_OFFSET (seconds) as handed on by the supervisor, else HOTLINE_NOW against this moment, else none."""
    if text("HOTLINE_CLOCK_OFFSET"):
        return timedelta(seconds=number("HOTLINE_CLOCK_OFFSET", 0))
    if start := text("HOTLINE_NOW"):
        return parse(start) - datetime.now(UTC)
    return timedelta(0)


def parse(value: str) -> datetime:
    """``2027-03-01T09:00+08:00``; without an offset it is Asia/Shanghai. Raises ValueError naming the variable."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"HOTLINE_NOW 应形如 / must look like 2027-03-01T09:00+08:00, not {value!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
