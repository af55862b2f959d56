"""Names as they were: a section that was renamed is called in old records as on their day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime
from typing import Any

from tickets.models import Section


class SectionNames:
    """Every name every section has had, read once."""

    def __init__(self) -> None:
        history: Any = Section.history
        self._days: dict[int, list[datetime]] = defaultdict(list)
        self._names: dict[int, list[str]] = defaultdict(list)
        for pk, at, name in history.order_by("history_date", "history_id").values_list("id", "history_date", "name"):
            self._days[pk].append(at)
            self._names[pk].append(name)

    def at(self, pk: int | None, moment: datetime) -> str:
        """The name on that day; the first one for a moment before it; '' for no section."""
        if pk is None or pk not in self._days:
            return ""
        place = bisect_right(self._days[pk], moment)
        return self._names[pk][max(0, place - 1)]
