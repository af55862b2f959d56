"""What a list shows of its limits: an end that many rows share is looked at once, and says to each row what it would say alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.domain.strategies import calendars
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.left import Lefts, left
from tickets.domain.moments import SHANGHAI
from tickets.domain.terms import Unit

BEGIN = datetime(2026, 2, 9, tzinfo=SHANGHAI)
HOURS = st.integers(0, 24 * 40)
ROWS = st.lists(st.tuples(st.sampled_from(list(Unit)), HOURS, HOURS), min_size=1, max_size=8)


def alone(unit: Unit, start: datetime, due: datetime, now: datetime, calendar: WorkingCalendar) -> int:
    """The share used, counted from the row itself."""
    if now >= due:
        return 100
    is_working = unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
    total = calendar.between(start, due) if is_working else (due - start).total_seconds()
    rest = calendar.between(now, due) if is_working else (due - now).total_seconds()
    return 0 if total <= 0 else min(100, max(0, round(100 - 100 * rest / total)))


@given(calendars(), ROWS, HOURS)
def test_a_shared_end_says_the_same_to_every_row(
    calendar: WorkingCalendar, rows: list[tuple[Unit, int, int]], passed: int
) -> None:
    now, ends = BEGIN + timedelta(hours=passed), sorted({due for _, _, due in rows})[:3]
    lefts = Lefts(now, calendar)
    for place, (unit, begun, _) in enumerate(rows):
        start, due = BEGIN + timedelta(hours=begun), BEGIN + timedelta(hours=ends[place % len(ends)])
        told, used = lefts.of(unit, start, due)
        assert told == left(unit, due, now, calendar)
        assert abs(used - alone(unit, start, due, now, calendar)) <= 1
