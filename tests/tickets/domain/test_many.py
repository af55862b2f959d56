"""Limits counted as an array are those counted one by one, on every calendar."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.calendar import OutOfReach, WorkingCalendar
from tickets.domain.counting import TICK
from tickets.domain.deadlines import End, Terms, Unit, due
from tickets.domain.many import Many
from tickets.domain.seed import seed_calendar

from .strategies import FIRST, LAST, calendars, moments, terms

EVERY = [Terms(amount, unit, end) for unit in Unit for amount in (1, 5, 60) for end in End]


@given(calendars(), terms(), st.lists(moments, max_size=8))
def test_each_as_alone(calendar: WorkingCalendar, limit: Terms, starts: list[datetime]) -> None:
    assert Many(calendar).of(limit, starts) == [due(limit, start, calendar).moment for start in starts]


@pytest.mark.parametrize("limit", EVERY, ids=str)
def test_the_years_of_the_seed(limit: Terms) -> None:
    draw = random.Random(20261001)
    first, last = datetime(2004, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    starts = [first + draw.randrange((last - first) // TICK) * TICK for _ in range(500)]
    starts += [start.replace(minute=0, second=0, microsecond=0) for start in starts]
    calendar = seed_calendar()
    assert Many(calendar).of(limit, starts) == [due(limit, start, calendar).moment for start in starts]


@pytest.mark.parametrize("limit", EVERY, ids=str)
def test_beyond_the_table_it_grows(limit: Terms) -> None:
    calendar = WorkingCalendar(covered_from=FIRST, covered_until=LAST)
    many = Many(calendar)
    for year in (2026, 2031, 2055):
        start = datetime(year, 12, 30, 9, tzinfo=UTC)
        assert many.of(limit, [start]) == [due(limit, start, calendar).moment]


@pytest.mark.parametrize("limit", [limit for limit in EVERY if limit.unit is not Unit.CLOCK_HOURS], ids=str)
def test_out_of_reach_is_told(limit: Terms) -> None:
    many = Many(seed_calendar())
    for year in (1998, 2201):
        with pytest.raises(OutOfReach):
            many.of(limit, [datetime(2026, 3, 2, tzinfo=UTC), datetime(year, 12, 31, 12, tzinfo=UTC)])
