"""What a limit says (amount, unit, end), what interrupts it, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .moments import to_local
from .words import Labelled

HOUR = 3_600_000_000  # microseconds
LONGEST = 1_000_000  # hours: a hundred years are 876,000


class BadTerms(ValueError):
    """A limit that says nothing: an amount that is no positive number, a fraction of a day, a reversed pause."""


class Unit(Labelled):
    """日 is working days in one law and calendar days in another: the unit is said, never inferred (domain §3)."""

    WORKING_DAYS = "working_days", "个工作日", "working days"
    CALENDAR_DAYS = "calendar_days", "日", "calendar days"
    WORKING_HOURS = "working_hours", "个工作小时", "working hours"
    CLOCK_HOURS = "clock_hours", "小时", "clock hours"

    @property
    def is_days(self) -> bool:
        """Whether the limit is counted in days, and so ends with a last day."""
        return self in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)


class End(Labelled):
    """When the last day of a limit in days ends."""

    MIDNIGHT = "midnight", "当日24时", "at midnight"
    CLOSE = "close", "下班时", "at close of business"


@dataclass(frozen=True, slots=True)
class Terms:
    """``amount`` of ``unit``; ``end`` matters to days only. Amounts may be Decimal, int, float or their text."""

    amount: Decimal
    unit: Unit
    end: End = End.MIDNIGHT
    size: int = field(init=False, repr=False, compare=False)
    """The amount in whole days, or in microseconds."""

    def __init__(self, amount: Decimal | float | str, unit: Unit | str, end: End | str = End.MIDNIGHT) -> None:
        put = object.__setattr__
        put(self, "amount", _number(amount))
        put(self, "unit", Unit(unit))
        put(self, "end", End(end))
        put(self, "size", self.measure(self.amount))
        if self.size <= 0:
            raise BadTerms(f"a limit must be more than nothing: {amount}")

    def measure(self, amount: Decimal | float | str) -> int:
        """An amount of this unit in whole days or microseconds; BadTerms for a fraction of a day or less than nothing."""
        number = _number(amount)
        if number < 0:
            raise BadTerms(f"an amount cannot be negative: {amount}")
        if not self.unit.is_days:
            return round(number * HOUR)
        if number != int(number):
            raise BadTerms(f"a limit in days is a whole number of days: {amount}")
        return int(number)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time taken out of a limit, ``starts`` included and ``ends`` excluded; ``ends`` None: it still goes on."""

    starts: datetime
    ends: datetime | None = None

    def __post_init__(self) -> None:
        to_local(self.starts)
        if self.ends is not None and to_local(self.ends) < self.starts:
            raise BadTerms(f"a pause ends before it begins: {self.starts.isoformat()}/{self.ends.isoformat()}")


@dataclass(frozen=True, slots=True)
class Due:
    """The answer. ``moment`` is in Asia/Shanghai; 24:00 is 00:00 of the next day.

    ``last_day``: of a limit in days, else None. ``provisional``: 暂定, a day counted on is beyond the published calendar.
    ``paused``: a pause is under way, so no step fires; ``moment`` is then what it would be if the pause ended now.
    ``breach_at``: from when the matter is late: the moment, or the resuming when the moment lies inside a pause; None while
    paused. ``late_after``: the rate counts it late only when it is not met by then (domain §3 rule 8).
    """

    moment: datetime
    last_day: date | None
    provisional: bool
    paused: bool
    breach_at: datetime | None
    late_after: datetime | None


def _number(amount: Decimal | float | str) -> Decimal:
    try:
        number = amount if isinstance(amount, Decimal) else Decimal(str(amount).strip())
    except InvalidOperation:
        raise BadTerms(f"not a number: {amount!r}") from None
    if not number.is_finite() or number > LONGEST:
        raise BadTerms(f"not a number that a limit can have: {amount}")
    return number
