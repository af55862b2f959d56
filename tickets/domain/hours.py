"""Office hours: the open sessions of one day, and the dated versions of them (many cities change theirs in summer)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

MINUTE = 60_000_000  # microseconds
_SESSION = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class BadHours(ValueError):
    """Office hours that cannot be: unreadable, reversed, overlapping or empty."""


@dataclass(frozen=True, slots=True)
class DayHours:
    """The sessions of one open day: pairs of minutes from midnight, the opening one included, the closing one not."""

    sessions: tuple[tuple[int, int], ...]
    length: int = field(init=False, repr=False, compare=False)
    """Open microseconds of the day."""

    def __post_init__(self) -> None:
        if not self.sessions:
            raise BadHours("office hours without a session: there would be no open time")
        end = -1
        for opens, closes in self.sessions:
            if not (end <= opens < closes <= 24 * 60) or opens < 0:
                raise BadHours(f"sessions must follow one another within the day: {self}")
            end = closes
        object.__setattr__(self, "length", sum(closes - opens for opens, closes in self.sessions) * MINUTE)

    @classmethod
    def parse(cls, text: str) -> DayHours:
        """``08:00-12:00,14:30-17:30``; BadHours names the part that cannot be read."""
        sessions = []
        for part in text.split(","):
            found = _SESSION.fullmatch(part.strip())
            if found is None:
                raise BadHours(f"cannot read {part.strip()!r}: write 08:00-12:00,14:30-17:30")
            from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
            if from_minute > 59 or to_minute > 59:
                raise BadHours(f"no such time: {part.strip()!r}")
            sessions.append((from_hour * 60 + from_minute, to_hour * 60 + to_minute))
        return cls(tuple(sorted(sessions)))

    def __str__(self) -> str:
        return ",".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in self.sessions)

    @property
    def closes(self) -> int:
        """Microseconds from midnight at which the office closes that day."""
        return self.sessions[-1][1] * MINUTE

    def elapsed(self, moment: int) -> int:
        """Open microseconds before ``moment`` (microseconds from midnight)."""
        total = 0
        for opens, closes in self.sessions:
            if moment <= opens * MINUTE:
                break
            total += min(moment, closes * MINUTE) - opens * MINUTE
        return total

    def earliest(self, used: int) -> int:
        """The first moment with ``used`` open microseconds behind it (0 < used <= length): a closing, never the next opening."""
        for opens, closes in self.sessions:
            length = (closes - opens) * MINUTE
            if used <= length:
                return opens * MINUTE + used
            used -= length
        raise ValueError("more open time than the day has")

    def latest(self, used: int) -> int:
        """The last moment with ``used`` open microseconds behind it (0 <= used < length): an opening, never a closing."""
        for opens, closes in self.sessions:
            length = (closes - opens) * MINUTE
            if used < length:
                return opens * MINUTE + used
            used -= length
        raise ValueError("more open time than the day has")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Hours in force from ``first_date`` on; None: from the beginning."""

    first_date: date | None
    hours: DayHours


DEFAULT_HOURS = DayHours(((8 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)))
DEFAULT_OFFICE_HOURS: tuple[OfficeHours, ...] = (OfficeHours(None, DEFAULT_HOURS),)


def parse_office_hours(text: str) -> tuple[OfficeHours, ...]:
    """``08:00-12:00,14:30-17:30|2024-06-01 08:00-12:00,15:00-18:00``: after each bar a later version and its first day.

    Blank is the default. BadHours names what cannot be read.
    """
    if not text.strip():
        return DEFAULT_OFFICE_HOURS
    first, *later = text.split("|")
    versions = [OfficeHours(None, DayHours.parse(first))]
    for part in later:
        day, _, hours = part.strip().partition(" ")
        try:
            first_date = date.fromisoformat(day)
        except ValueError:
            raise BadHours(f"cannot read the first day of {part.strip()!r}: write 2024-06-01 08:00-12:00") from None
        versions.append(OfficeHours(first_date, DayHours.parse(hours)))
    return in_order(versions)


def in_order(versions: Iterable[OfficeHours]) -> tuple[OfficeHours, ...]:
    """The versions by first day; BadHours when two begin on one day or there is none."""
    ordered = sorted(versions, key=lambda version: version.first_date or date.min)
    if not ordered:
        raise BadHours("no office hours at all: there would be no open time")
    firsts = [version.first_date or date.min for version in ordered]
    if len(set(firsts)) != len(firsts):
        raise BadHours("two versions of the office hours begin on the same day")
    return tuple(ordered)


def clock(minutes: int) -> str:
    """Minutes from midnight as ``HH:MM``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
