"""The period a board speaks of: a month, quarter or year with the one before, or any days with as many days before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.wording import pair
from hotline.wording.moments import MONTHS as NAMES

LONGEST = 366 * 3
FIRST_YEAR, LAST_YEAR = 2000, 2199
SHOWN = {"month": 24, "quarter": 12, "year": 6}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """``kind``: month, quarter, year or days; first and last Shanghai day; the days of the period before."""

    kind: str
    first: date
    last: date
    before_first: date
    before_last: date

    @property
    def label(self) -> str:
        """2026年9月 · 2026年第3季度 · 2026年 · 2026-09-01 至 2026-09-12."""
        first = self.first
        if self.kind == "month":
            return pair(f"{first.year}年{first.month}月", f"{NAMES[first.month - 1]} {first.year}")
        if self.kind == "quarter":
            number = (first.month + 2) // 3
            return pair(f"{first.year}年第{number}季度", f"Q{number} {first.year}")
        if self.kind == "year":
            return pair(f"{first.year}年", str(first.year))
        return pair(f"{first} 至 {self.last}", f"{first} to {self.last}")

    @property
    def before(self) -> str:
        """How the period before is called: 较上月."""
        zh = {"month": "上月", "quarter": "上季度", "year": "上年"}.get(self.kind, "前段")
        en = {"month": "month", "quarter": "quarter", "year": "year"}.get(self.kind, "span")
        return pair(f"较{zh}", f"on the {en} before")

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        if self.kind == "days":
            return {"period": "days", "from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"period": self.kind, "at": f"{self.first:%Y-%m}"}

    @property
    def earlier(self) -> dict[str, str]:
        """The period before, as it stands in an address."""
        return made(self.kind, self.before_first, self.before_last).query

    @property
    def later(self) -> dict[str, str]:
        """The period after."""
        after = self.last + timedelta(days=1)
        return made(self.kind, after, after + (self.last - self.first)).query


def recent(period: Period, today: date) -> list[Period]:
    """Those of its kind to choose from, the newest first, with the period itself."""
    found = [made(period.kind, today, today)] if period.kind in MONTHS else []
    while found and len(found) < SHOWN[period.kind]:
        found.append(made(period.kind, found[-1].before_first, found[-1].before_last))
    return (
        found if not found or period in found else sorted([*found, period], key=lambda each: each.first, reverse=True)
    )


def made(kind: str, first: date, last: date) -> Period:
    """The period of that kind in which ``first`` lies; days as they are."""
    if kind in MONTHS:
        first = _begin(first, MONTHS[kind])
        last = _begin(first + timedelta(days=31 * MONTHS[kind] + 3), MONTHS[kind]) - timedelta(days=1)
        before = _begin(first - timedelta(days=1), MONTHS[kind])
    else:
        before = first - (last - first) - timedelta(days=1)
    return Period(kind, first, last, before, first - timedelta(days=1))


def _begin(day: date, months: int) -> date:
    return day.replace(day=1, month=(day.month - 1) // months * months + 1)


def asked(query: Mapping[str, str], today: date) -> Period:
    """The period of an address; what cannot be read is this month."""
    kind = query.get("period", "month")
    try:
        if kind == "days":
            first, last = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
            if not (0 <= (last - first).days <= LONGEST and first.year > FIRST_YEAR and last.year < LAST_YEAR):
                raise ValueError(kind)
            return made("days", first, last)
        if kind in MONTHS and query.get("at"):
            day = date.fromisoformat(f"{query['at']}-01")
            if not FIRST_YEAR < day.year < LAST_YEAR:
                raise ValueError(kind)
            return made(kind, day, day)
    except ValueError:
        pass
    return made(kind if kind in MONTHS else "month", today, today)
