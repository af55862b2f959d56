"""What holds for every calendar: add and between undo one another, more is never earlier, holidays never hasten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.calendar import SpecialDay, WorkingCalendar

from .strategies import FIRST, LAST, calendars, days, moments

seconds = st.integers(0, 40 * 3600)


@given(calendars(), moments, seconds)
def test_between_undoes_add(calendar: WorkingCalendar, moment: datetime, amount: int) -> None:
    assert calendar.between(moment, calendar.add(moment, amount)) == amount
    assert calendar.between(calendar.add(moment, -amount), moment) == amount


@given(calendars(), moments, moments)
def test_add_undoes_between(calendar: WorkingCalendar, one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    back = calendar.add(start, calendar.between(start, end))
    assert back <= end
    assert calendar.between(back, end) == 0


@given(calendars(), moments, moments, moments)
def test_between_adds_up(calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime) -> None:
    parts = calendar.between(one, two) + calendar.between(two, three)
    assert abs(parts - calendar.between(one, three)) < 1e-6


@given(calendars(), moments, seconds, seconds)
def test_more_open_time_is_never_earlier(calendar: WorkingCalendar, moment: datetime, less: int, more: int) -> None:
    less, more = sorted((less, more))
    assert calendar.add(moment, less) <= calendar.add(moment, more)


@given(calendars(), days, st.integers(-60, 60))
def test_days_are_added_one_by_one(calendar: WorkingCalendar, day: date, count: int) -> None:
    step, walked = (1 if count > 0 else -1), day
    for _ in range(abs(count)):
        walked += timedelta(days=step)
        while not calendar.is_working(walked):
            walked += timedelta(days=step)
    assert calendar.add_days(day, count) == walked


@given(calendars(), days, st.integers(1, 60))
def test_days_between_undoes_add_days(calendar: WorkingCalendar, day: date, count: int) -> None:
    assert calendar.days_between(day, calendar.add_days(day, count)) == count


@given(calendars(), days)
def test_roll_is_the_first_working_day_not_before(calendar: WorkingCalendar, day: date) -> None:
    rolled = calendar.roll(day)
    assert calendar.is_working(rolled)
    assert not any(calendar.is_working(day + timedelta(days=n)) for n in range((rolled - day).days))


@given(moments, seconds, st.sets(days, max_size=15))
def test_a_holiday_never_hastens_open_time(moment: datetime, amount: int, holidays: set[date]) -> None:
    plain = WorkingCalendar(covered_from=FIRST, covered_until=LAST)
    rows = [SpecialDay(day, False) for day in holidays]
    shut = WorkingCalendar(rows, covered_from=FIRST, covered_until=LAST)
    assert shut.add(moment, amount) >= plain.add(moment, amount)
    assert shut.add_days(moment.date(), 10) >= plain.add_days(moment.date(), 10)


@given(calendars(), st.integers(2027, 2060))
def test_growing_does_not_move_what_was_there(calendar: WorkingCalendar, year: int) -> None:
    before = calendar.position(calendar.closing(LAST)), calendar.index(LAST)
    calendar.index(date(year, 12, 31))
    assert (calendar.position(calendar.closing(LAST)), calendar.index(LAST)) == before
