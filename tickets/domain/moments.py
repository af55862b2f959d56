"""Moments and Shanghai days: instants are stored in UTC, days are days of Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = 1_000_000  # microseconds
#: Years in which a moment that somebody writes may stand; at the ends of the calendar it can be converted nowhere.
FIRST_YEAR, LAST_YEAR = 1950, 2199


class NaiveMoment(ValueError):
    """A moment without a time zone."""


def to_local(moment: datetime) -> datetime:
    """The moment in Asia/Shanghai; NaiveMoment when it has no time zone."""
    if moment.tzinfo is None:
        raise NaiveMoment(f"a moment without a time zone: {moment.isoformat()}")
    return moment if moment.tzinfo is SHANGHAI else moment.astimezone(SHANGHAI)


def since_midnight(local: datetime) -> int:
    """Microseconds on the clock since 00:00 of its day."""
    return ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND + local.microsecond


def at(day: date, microseconds: int) -> datetime:
    """The moment so long after 00:00 of the Shanghai day; 24 hours are 00:00 of the next day."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(microseconds=microseconds)
