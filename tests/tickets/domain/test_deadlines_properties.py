"""What holds for every limit, whatever its unit, calendar and pauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tickets.domain.calendar import SpecialDay, WorkingCalendar
from tickets.domain.deadlines import End, Pause, Terms, Unit, due
from tickets.domain.explain import explain
from tickets.domain.moments import SECOND, to_local

from .strategies import FIRST, LAST, calendars, days, minutes, moments, near, terms

case = minutes.flatmap(lambda start: st.tuples(st.just(start), near(start)))


@given(calendars(), terms(), case)
def test_a_pause_never_shortens(calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]]) -> None:
    start, breaks = paused
    found = [due(limit, start, calendar, breaks[:count]).moment for count in range(len(breaks) + 1)]
    assert found == sorted(found)


@given(calendars(), terms(), case)
def test_order_and_repetition_of_pauses_do_not_matter(
    calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]]
) -> None:
    start, breaks = paused
    assert due(limit, start, calendar, [*reversed(breaks), *breaks]) == due(limit, start, calendar, breaks)


@given(calendars(), terms(), moments)
def test_a_later_start_is_never_due_earlier(calendar: WorkingCalendar, limit: Terms, start: datetime) -> None:
    later = start + timedelta(hours=7)
    assert due(limit, start, calendar).moment <= due(limit, later, calendar).moment


@given(calendars(), terms(), case, st.integers(0, 30))
def test_an_extension_is_the_longer_limit_from_the_same_start(
    calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]], more: int
) -> None:
    start, breaks = paused
    longer = Terms(limit.amount + more, limit.unit, limit.end)
    assert due(limit, start, calendar, breaks, extension=more) == due(longer, start, calendar, breaks)


@given(calendars(), terms(), case, minutes)
def test_after_a_restart_the_old_start_no_longer_matters(
    calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]], restart: datetime
) -> None:
    start, breaks = paused
    assert due(limit, start, calendar, breaks, restart=restart) == due(limit, restart, calendar, breaks)


@given(terms(), moments, st.sets(days, max_size=20))
def test_a_holiday_never_hastens(limit: Terms, start: datetime, holidays: set[date]) -> None:
    plain = WorkingCalendar(covered_from=FIRST, covered_until=LAST)
    shut = WorkingCalendar([SpecialDay(day, False) for day in holidays], covered_from=FIRST, covered_until=LAST)
    assert due(limit, start, shut).moment >= due(limit, start, plain).moment


@given(
    calendars(),
    st.integers(1, 30),
    minutes,
    st.integers(0, 40),
    st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]),
)
def test_a_partial_day_of_a_pause_is_not_left_out(
    calendar: WorkingCalendar, count: int, start: datetime, later: int, unit: Unit
) -> None:
    day = start.date() + timedelta(days=later)
    first, last = calendar.hours_on(day).sessions[0][0], calendar.hours_on(day).sessions[-1][1]
    midnight = to_local(start).replace(hour=0, minute=0) + timedelta(days=later)
    pause = Pause(midnight + timedelta(minutes=first), midnight + timedelta(minutes=last - 1))
    limit = Terms(count, unit)
    assert due(limit, start, calendar, [pause]).last_day == due(limit, start, calendar).last_day


@given(calendars(), terms(), case)
def test_the_last_day_of_a_limit_in_days_is_a_working_day(
    calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]]
) -> None:
    assume(limit.unit.is_days)
    last = due(limit, paused[0], calendar, paused[1]).last_day
    assert last is not None
    assert calendar.is_working(last)
    assert last > paused[0].date()


@given(calendars(), terms(), case, st.integers(0, 9))
def test_the_lines_add_up_to_the_limit(
    calendar: WorkingCalendar, limit: Terms, paused: tuple[datetime, list[Pause]], more: int
) -> None:
    start, breaks = paused
    told = explain(limit, start, calendar, breaks, extension=more)
    assert told.due == due(limit, start, calendar, breaks, extension=more)
    counted = sum(line.amount for line in told.lines if line.counted)
    total = limit.size + limit.measure(more)
    assert abs(counted - (total if limit.unit.is_days else total / SECOND)) < 1e-3
    assert _in_order([(line.starts, line.ends) for line in told.lines])
    assert all(line.zh and line.en for line in told.lines)
    if limit.end is End.MIDNIGHT or not limit.unit.is_days:
        assert told.lines[-1].ends == told.due.moment


def _in_order(spans: Sequence[tuple[datetime, datetime]]) -> bool:
    return all(first[1] <= second[0] for first, second in pairwise(spans))
