"""How far the petitions have been read: windows of ``updatetime`` that overlap by ten minutes, walked by time, not by page.

The platform moves a petition to the end of the list at every change, so page numbers shift while one reads; the next page
therefore starts at the last row's time. Whole seconds hide changes: a row counts as settled only once its ``info`` was read
some seconds after the row was first seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.protocol import AdapterError
from integrations.reading import SHANGHAI, canonical, digest, moment

BEGINNING, END = "2000-01-01T00:00:00", "2099-12-31T00:00:00"
OVERLAP = timedelta(minutes=10)
CLOCK_LEEWAY = timedelta(minutes=15)
SETTLED_AFTER = 3
MOST_SEEN, MOST_RETRIES, MOST_TRIES = 4_000, 200, 50


def _wire(when: datetime) -> str:
    return when.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")


@dataclass(slots=True)
class Walk:
    """One walk through a window. ``since``: where the next window starts; ``at`` and ``page``: where this walk stands;
    ``newest``: the newest updatetime met; ``seen``: infoid -> digest of its row, ``:`` and the first sight while unsettled;
    ``retry``: infoid -> how often GetInfo did not know it; ``fresh``: this walk has not read a page yet."""

    since: str = BEGINNING
    at: str = BEGINNING
    page: int = 1
    newest: str = ""
    seen: dict[str, list[Any]] = field(default_factory=dict)
    retry: dict[str, int] = field(default_factory=dict)
    fresh: bool = True

    @classmethod
    def load(cls, cursor: str) -> Walk:
        """From the stored text; '' starts at the beginning. Raises AdapterError for a text that is not ours."""
        if not cursor:
            return cls()
        try:
            return cls(**json.loads(cursor))
        except (ValueError, TypeError) as trouble:
            raise AdapterError("读取位置已损坏，请清空后重新读取", code="bad_cursor", permanent=True) from trouble

    def dump(self) -> str:
        """Compact JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @property
    def end(self) -> str:
        """Far ahead: the platform's clock may be minutes off, and only rows that exist are listed."""
        return END

    def is_settled(self, row: Mapping[str, Any]) -> bool:
        """Whether this row's info was read late enough to hold everything of that second."""
        known = self.seen.get(str(row.get("infoid")))
        return known is not None and known[0] == _mark(row) and known[1] == 0

    def saw(self, row: Mapping[str, Any], info: Mapping[str, Any], now: datetime) -> None:
        """Its info was read now; an info older than its row settles nothing."""
        infoid, mark, second = str(row["infoid"]), _mark(row), int(now.timestamp())
        known = self.seen.get(infoid)
        first = known[1] if known is not None and known[0] == mark and known[1] else second
        is_late = second - first >= SETTLED_AFTER and _time(info) >= _time(row)
        self.seen[infoid] = [mark, 0 if is_late else first, str(row.get("updatetime", ""))]
        self.retry.pop(infoid, None)

    def due_retries(self) -> list[str]:
        """Who is asked for again, once a walk."""
        return list(self.retry) if self.fresh else []

    def missed(self, infoid: str) -> bool:
        """GetInfo did not know it; True when it is given up."""
        self.retry[infoid] = self.retry.get(infoid, 0) + 1
        if self.retry[infoid] <= MOST_TRIES and len(self.retry) <= MOST_RETRIES:
            return False
        del self.retry[infoid]
        return True

    def found(self, infoid: str) -> None:
        """GetInfo knows it now."""
        self.retry.pop(infoid, None)

    def step(self, rows: Sequence[Mapping[str, Any]], size: int, now: datetime) -> None:
        """Go on behind this page, or end the walk and open the next window ten minutes before the newest row."""
        times = [time for row in rows if (time := _time(row))]
        self.newest = max([self.newest, *times])
        self.fresh = False
        if len(rows) >= size:
            last = max([self.at, *times])
            self.at, self.page = (last, 1) if last > self.at else (self.at, self.page + 1)
        else:
            self._next_window(now)

    def _next_window(self, now: datetime) -> None:
        newest = moment(self.newest)
        if newest is not None:
            self.since = max(self.since, _wire(min(newest, now + CLOCK_LEEWAY) - OVERLAP))
        self.at, self.page, self.newest, self.fresh = self.since, 1, "", True
        kept = [(infoid, known) for infoid, known in self.seen.items() if known[2] >= self.since]
        self.seen = dict(sorted(kept, key=lambda pair: str(pair[1][2]))[-MOST_SEEN:])


def _time(row: Mapping[str, Any]) -> str:
    """The row's updatetime as the wire writes it; '' where it cannot be read."""
    try:
        when = moment(row.get("updatetime"))
    except ValueError:
        return ""
    return _wire(when) if when else ""


def _mark(row: Mapping[str, Any]) -> str:
    """What of a list row tells of a change, in eight characters."""
    return digest(canonical({key: row.get(key, "") for key in ("turnno", "updatetime", "status", "isend")}))[:8]
