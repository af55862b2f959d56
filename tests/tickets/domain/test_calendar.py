"""The working calendar: what a day is, hours and their versions, coverage, and the arithmetic of open time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from holidays.calendars import _ChineseLunisolar

from tickets.domain.calendar import DayKind, NoOpenTime, OutOfReach, SpecialDay, WorkingCalendar
from tickets.domain.hours import BadHours, DayHours, OfficeHours, parse_office_hours
from tickets.domain.moments import SHANGHAI, NaiveMoment
from tickets.domain.seed import CORRECTIONS, seed, seed_calendar
from tickets.domain.statutory import LUNAR, qingming

SEED = seed_calendar()
HALF_DAY = SpecialDay(date(2026, 2, 14), True, "春节前半天", "Half a day", hours=DayHours.parse("08:00-12:00"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_of_the_seed_is_what_the_package_says() -> None:
    days = every_day(date(2004, 1, 1), date(2026, 12, 31))
    corrected = [row.date for row in CORRECTIONS]
    assert [day for day in days if SEED.is_working(day) != chinese_calendar.is_workday(day)] == corrected
    assert [SEED.nth(SEED.index(days[0]) + n) for n in range(SEED.days_between(date(2003, 12, 31), days[-1]))] == [
        day for day in days if day in corrected or chinese_calendar.is_workday(day)
    ]


def test_seed_rows_have_both_names_and_their_notice() -> None:
    rows = {row.date: row for row in seed()}
    assert rows[date(2026, 10, 10)].is_working
    assert rows[date(2026, 10, 10)].name_zh == "国庆节调休上班"
    assert rows[date(2026, 9, 25)].name_en == "Mid-autumn Festival"
    assert all(row.name_zh and row.name_en and str(row.date.year) in row.document for row in rows.values())


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-10-09", DayKind.WORKDAY),
        ("2026-10-10", DayKind.MAKEUP),
        ("2026-10-11", DayKind.WEEKEND),
        ("2026-10-07", DayKind.HOLIDAY),
        ("2027-02-06", DayKind.HOLIDAY),
    ],
)
def test_kind_of_a_day(day: str, kind: DayKind) -> None:
    assert SEED.day(date.fromisoformat(day)).kind is kind


def test_beyond_coverage_weekends_and_statutory_days_are_off_and_provisional() -> None:
    off = [
        day for day in every_day(date(2027, 1, 1), date(2027, 2, 10)) if not SEED.is_working(day) and day.weekday() < 5
    ]
    assert off == [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8)]
    assert SEED.is_provisional(date(2027, 1, 4))
    assert not SEED.is_provisional(date(2026, 12, 31))
    assert SEED.is_provisional(date(2003, 12, 31))
    assert SEED.day(date(2027, 2, 8)).name_zh == "春节"


def test_a_row_beyond_coverage_wins_over_the_statutory_guess() -> None:
    calendar = WorkingCalendar(
        [SpecialDay(date(2027, 1, 1), True)], covered_from=date(2026, 1, 1), covered_until=date(2026, 12, 31)
    )
    assert calendar.is_working(date(2027, 1, 1))
    assert calendar.add_days(date(2026, 12, 31), 1) == date(2027, 1, 1)


def test_an_unannounced_row_is_provisional_within_coverage() -> None:
    calendar = WorkingCalendar(
        [SpecialDay(date(2026, 5, 4), False, announced=False)],
        covered_from=date(2026, 1, 1),
        covered_until=date(2026, 12, 31),
    )
    assert calendar.is_provisional(date(2026, 5, 4))
    assert calendar.is_provisional_within(date(2026, 5, 1), date(2026, 5, 4))
    assert not calendar.is_provisional_within(date(2026, 5, 5), date(2026, 12, 31))


def test_the_lunar_table_and_qingming_agree_with_another_library() -> None:
    other = _ChineseLunisolar()
    for year, months in LUNAR.items():
        found = other.lunar_new_year_date(year), other.dragon_boat_date(year), other.mid_autumn_date(year)
        assert months == tuple((day.month, day.day) for day, _ in found)
    for year in range(2004, 2027):
        assert chinese_calendar.get_holiday_detail(qingming(year))[1] == "Tomb-sweeping Day" or year < 2008


def test_a_calendar_with_no_open_time_is_refused() -> None:
    week = [SpecialDay(day, False) for day in every_day(date(2026, 6, 1), date(2026, 6, 7))]
    with pytest.raises(NoOpenTime):
        WorkingCalendar(week, covered_from=date(2026, 6, 1), covered_until=date(2026, 6, 7))
    with pytest.raises(BadHours, match="no open time"):
        WorkingCalendar(office_hours=[])
    with pytest.raises(BadHours, match="no open time"):
        DayHours(())


def test_a_calendar_without_any_table_still_answers() -> None:
    bare = WorkingCalendar()
    assert bare.add_days(date(2026, 9, 30), 1) == date(2026, 10, 5)
    assert bare.is_provisional(date(2026, 9, 30))


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ("2026-10-09T17:00", 1800, "2026-10-09T17:30"),
        ("2026-10-09T17:00", 1801, "2026-10-10T08:00:01"),
        ("2026-10-09T12:00", 60, "2026-10-09T14:31"),
        ("2026-10-09T14:29:59.5", 0.5, "2026-10-09T14:30:00.5"),
        ("2026-09-30T23:00", 7 * 3600, "2026-10-08T17:30"),
        ("2026-10-08T08:30", -1800, "2026-10-08T08:00"),
        ("2026-10-08T08:30", -1801, "2026-09-30T17:29:59"),
        ("2026-10-08T08:00", -9000, "2026-09-30T15:00"),
        ("2026-10-01T08:00", 0, "2026-10-01T08:00"),
    ],
)
def test_open_time_added(start: str, seconds: float, end: str) -> None:
    assert SEED.add(at(start), seconds) == at(end)


def test_open_time_between_is_signed_and_ignores_shut_time() -> None:
    assert SEED.between(at("2026-09-30T17:00"), at("2026-10-08T09:00")) == 1.5 * 3600
    assert SEED.between(at("2026-10-08T09:00"), at("2026-09-30T17:00")) == -1.5 * 3600
    assert SEED.between(at("2026-10-01T00:00"), at("2026-10-07T23:00")) == 0


def test_half_day_has_its_own_hours_under_any_version() -> None:
    calendar = WorkingCalendar(
        [HALF_DAY, *(row for row in seed() if row.date != HALF_DAY.date)],
        parse_office_hours("08:00-12:00,15:00-18:00"),
        covered_until=date(2026, 12, 31),
    )
    assert calendar.closing(date(2026, 2, 14)) == at("2026-02-14T12:00")
    assert calendar.add(at("2026-02-13T17:00"), 5 * 3600) == at("2026-02-14T12:00")
    assert calendar.add(at("2026-02-13T17:00"), 5 * 3600 + 60) == at("2026-02-24T08:01")
    assert calendar.with_hours(parse_office_hours("09:00-10:00")).closing(HALF_DAY.date) == at("2026-02-14T12:00")


def test_dated_hours_change_on_their_first_day() -> None:
    calendar = SEED.with_hours(parse_office_hours("08:00-12:00,14:00-17:30|2024-06-01 08:00-12:00,15:00-18:00"))
    assert str(calendar.hours_on(date(2024, 5, 31))) == "08:00-12:00,14:00-17:30"
    assert calendar.closing(date(2024, 6, 1)) == at("2024-06-01T18:00")
    assert calendar.add(at("2024-05-31T16:30"), 5.5 * 3600) == at("2024-06-03T15:30")
    later = OfficeHours(date(2020, 1, 1), DayHours.parse("09:00-17:00"))
    assert str(WorkingCalendar(office_hours=[later]).hours_on(date(2019, 1, 1))) == "09:00-17:00"


@pytest.mark.parametrize(
    "text",
    [
        "8-12",
        "12:00-08:00",
        "08:00-12:00,11:00-14:00",
        "08:00-25:00",
        "08:60-12:00",
        "08:00-12:00|09:00-17:00",
        "08:00-12:00|2024-06-31 09:00-17:00",
        "08:00-12:00|2024-06-01 09:00-17:00|2024-06-01 10:00-17:00",
        "08:00-08:00",
    ],
)
def test_hours_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        parse_office_hours(text)


def test_round_the_clock_office_closes_at_midnight() -> None:
    calendar = SEED.with_hours(parse_office_hours("00:00-24:00"))
    assert calendar.closing(date(2026, 10, 10)) == at("2026-10-11T00:00")
    assert calendar.add(at("2026-10-10T23:00"), 3600) == at("2026-10-11T00:00")
    assert calendar.add(at("2026-10-10T23:00"), 3601) == at("2026-10-12T00:00:01")


def test_days_are_shanghai_days_whatever_the_offset() -> None:
    assert SEED.add(datetime(2026, 9, 30, 16, tzinfo=UTC), 60) == at("2026-10-08T08:01")


def test_nth_working_day_back_and_forth() -> None:
    assert SEED.add_days(date(2026, 10, 7), 3) == date(2026, 10, 10)
    assert SEED.add_days(date(2026, 10, 10), -3) == date(2026, 9, 30)
    assert SEED.add_days(date(2026, 10, 11), -1) == date(2026, 10, 10)
    assert SEED.days_between(date(2026, 9, 30), date(2026, 10, 13)) == 5
    assert SEED.days_between(date(2026, 10, 13), date(2026, 9, 30)) == -5
    assert SEED.roll(date(2026, 10, 1)) == date(2026, 10, 8)


def test_far_and_early_moments_are_refused_not_looped_over() -> None:
    assert SEED.add_days(date(2026, 1, 1), 10_000).year == 2065
    with pytest.raises(OutOfReach):
        SEED.add_days(date(2026, 1, 1), 10**6)
    with pytest.raises(OutOfReach):
        SEED.position(at("1999-12-31T10:00"))
    with pytest.raises(OutOfReach):
        SEED.add(at("2000-01-03T10:00"), -(10**6))
    with pytest.raises(NaiveMoment):
        SEED.position(datetime(2026, 1, 1))  # noqa: DTZ001
