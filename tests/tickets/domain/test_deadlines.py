"""Limits, pauses that go on, breaches, what is left, and how a deadline is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tickets.domain.calendar import BeyondCalendar, SpecialDay, WorkingCalendar
from tickets.domain.cases import BadCase, read_case, read_moment, read_pauses, read_terms, written
from tickets.domain.deadlines import BadTerms, End, Pause, Terms, Unit, due
from tickets.domain.explain import explain
from tickets.domain.moments import SHANGHAI, NaiveMoment
from tickets.domain.seed import seed_calendar

SEED = seed_calendar()
FIVE_DAYS = Terms(5, Unit.WORKING_DAYS)
DISPATCH = ("派单", "dispatched")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_the_example_of_the_command() -> None:
    assert due(FIVE_DAYS, at("2026-09-30T10:00"), SEED).moment == at("2026-10-14T00:00")


@pytest.mark.parametrize(
    ("amount", "unit"), [(0, "working_days"), (-1, "clock_hours"), (1.5, "calendar_days"), ("many", "clock_hours")]
)
def test_terms_that_say_nothing_are_refused(amount: float | str, unit: str) -> None:
    with pytest.raises(BadTerms):
        Terms(amount, unit)


@pytest.mark.parametrize("amount", ["nan", "inf", "1e9"])
def test_no_number_is_no_limit(amount: str) -> None:
    with pytest.raises(BadTerms):
        Terms(amount, Unit.CLOCK_HOURS)


def test_a_reversed_pause_and_a_naive_moment_are_refused() -> None:
    with pytest.raises(BadTerms, match="before it begins"):
        Pause(at("2026-05-02T00:00"), at("2026-05-01T00:00"))
    with pytest.raises(NaiveMoment):
        due(FIVE_DAYS, datetime(2026, 5, 1), SEED)  # noqa: DTZ001


def test_equal_terms_are_equal_however_written() -> None:
    assert Terms(Decimal("0.25"), "clock_hours") == Terms(0.25, Unit.CLOCK_HOURS) == Terms("0.25", Unit.CLOCK_HOURS)


def test_beyond_the_table_tickets_get_a_provisional_answer_and_strict_refuses() -> None:
    start = at("2026-12-31T09:00")
    found = due(Terms(1, Unit.WORKING_DAYS), start, SEED)
    assert (found.moment, found.provisional) == (at("2027-01-05T00:00"), True)
    with pytest.raises(BeyondCalendar) as caught:
        due(Terms(1, Unit.WORKING_DAYS), start, SEED, strict=True)
    assert caught.value.day == date(2027, 1, 1)


def test_clock_hours_are_never_provisional() -> None:
    assert not due(Terms(48, Unit.CLOCK_HOURS), at("2031-01-01T00:00"), SEED, strict=True).provisional


def test_an_unannounced_holiday_in_between_makes_it_provisional_and_strict_still_answers() -> None:
    calendar = WorkingCalendar(
        [SpecialDay(date(2026, 5, 4), False, announced=False)],
        covered_from=date(2026, 1, 1),
        covered_until=date(2026, 12, 31),
    )
    assert due(FIVE_DAYS, at("2026-04-29T10:00"), calendar, strict=True).provisional
    assert not due(FIVE_DAYS, at("2026-05-11T10:00"), calendar).provisional


def test_a_pause_that_goes_on_moves_the_end_with_now_and_nothing_breaches() -> None:
    start, pause = at("2026-10-08T10:00"), Pause(at("2026-10-12T00:00"))
    moments = [due(FIVE_DAYS, start, SEED, [pause], now=at(now)) for now in ("2026-10-12T10:00", "2026-10-15T10:00")]
    assert [found.moment for found in moments] == [at("2026-10-15T00:00"), at("2026-10-20T00:00")]
    assert all(found.paused and found.breach_at is None and found.late_after is None for found in moments)
    assert due(FIVE_DAYS, start, SEED, [pause]).moment == at("2026-10-15T00:00")


def test_a_limit_over_before_the_pause_began_stays_breached() -> None:
    found = due(
        Terms(2, Unit.CLOCK_HOURS),
        at("2026-10-08T10:00"),
        SEED,
        [Pause(at("2026-10-08T13:00"))],
        now=at("2026-10-08T15:00"),
    )
    assert found.paused
    assert found.breach_at == at("2026-10-08T12:00")


def test_due_inside_a_pause_breaches_at_resume_and_counts_late_after_that_days_close() -> None:
    pause = Pause(at("2026-10-09T15:00"), at("2026-10-10T09:00"))
    found = due(Terms(1, Unit.WORKING_DAYS, End.CLOSE), at("2026-10-08T10:00"), SEED, [pause])
    assert found.moment == at("2026-10-09T17:30")
    assert found.breach_at == at("2026-10-10T09:00")
    assert found.late_after == at("2026-10-10T17:30")


def test_resumed_in_the_evening_the_grace_lasts_until_the_next_close() -> None:
    pause = Pause(at("2026-10-09T15:00"), at("2026-10-10T20:00"))
    found = due(Terms(1, Unit.WORKING_DAYS, End.CLOSE), at("2026-10-08T10:00"), SEED, [pause])
    assert found.moment == at("2026-10-09T17:30")
    assert found.late_after == at("2026-10-12T17:30")


def test_without_a_pause_late_begins_at_the_moment() -> None:
    found = due(FIVE_DAYS, at("2026-10-08T10:00"), SEED)
    assert found.breach_at == found.late_after == found.moment
    assert not found.paused


def test_a_short_deadline_is_told_day_by_day() -> None:
    told = explain(Terms(2, Unit.WORKING_DAYS, End.CLOSE), at("2026-10-08T10:00"), SEED, event=DISPATCH)
    assert told.summary_zh == (
        "10月8日派单，当日不计；10月9日第 1 个工作日；10月10日（周六，调休上班）第 2 个工作日，下班时（17:30）到期。"
    )
    assert told.summary_en == (
        "8 Oct dispatched, that day is not counted; 9 Oct working day 1; "
        "10 Oct (Sat, make-up working day) working day 2; due at close of business (17:30)."
    )


def test_a_long_deadline_is_told_in_one_clause() -> None:
    pause = read_pauses("2026-10-12/2026-10-20")
    told = explain(read_terms("20个工作日"), at("2026-09-18T10:00"), SEED, pause, event=DISPATCH)
    assert told.summary_zh == (
        "9月18日派单，当日不计；9月20日至10月30日共 20 个工作日（周末 6 日、节假日 10 日、暂停 6 日不计），10月30日24时到期。"
    )
    assert [line.rule for line in told.lines if not line.counted].count("paused") == 2


def test_an_extension_is_told_apart_from_the_limit() -> None:
    told = explain(Terms(2, Unit.WORKING_DAYS, End.CLOSE), at("2026-10-08T10:00"), SEED, extension="1.00")
    assert told.summary_zh.endswith("到期。其中原时限 2 个工作日，延期 1 个工作日。")
    assert told.summary_en.endswith("(17:30). Of these, 2 working days are the limit and 1 an extension.")
    assert sum(line.amount for line in told.lines) == 3


def test_rolling_names_the_holiday_and_the_article() -> None:
    told = explain(Terms(60, Unit.CALENDAR_DAYS), at("2026-08-03T10:00"), SEED)
    assert "10月3日至10月7日国庆节放假，顺延（民法典第二百零三条）；顺延至10月8日，24时到期" in told.summary_zh


def test_a_provisional_deadline_says_so() -> None:
    told = explain(Terms(60, Unit.CALENDAR_DAYS), at("2026-11-20T10:00"), SEED)
    assert "暂定：2026年12月31日之后的放假安排尚未公布" in told.summary_zh
    assert "provisional: the holiday table after 31 Dec 2026" in told.summary_en


def test_hours_are_told_by_sessions_and_whole_days() -> None:
    told = explain(
        Terms(20, Unit.WORKING_HOURS), at("2026-09-30T16:30"), SEED, read_pauses("2026-10-09T10:00/2026-10-09T15:00")
    )
    assert [(line.rule, line.amount / 3600) for line in told.lines if line.counted] == [
        ("open_time", 1),
        ("open_days", 7),
        ("open_time", 2),
        ("open_time", 2.5),
        ("open_days", 7),
        ("open_time", 0.5),
    ]


@pytest.mark.parametrize(
    "text", ["5 days", "5日", "working days", "-5 working days", "0 working days", "1.5.2 clock hours"]
)
def test_a_limit_in_words_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadTerms):
        read_terms(text)


def test_limits_in_words() -> None:
    assert read_terms("5 working_days") == read_terms("5个工作日") == read_terms("5 Working Days") == FIVE_DAYS
    assert read_terms("0.25 clock hours") == Terms("0.25", Unit.CLOCK_HOURS)
    assert read_terms("1 calendar day") == Terms(1, Unit.CALENDAR_DAYS)


def test_moments_without_offset_are_shanghai_time_and_seconds_are_written_when_there() -> None:
    assert written(read_moment("2026-09-30 10:00")) == "2026-09-30T10:00+08:00"
    assert written(read_moment("2026-09-30T02:00:05Z") + timedelta(0)) == "2026-09-30T10:00:05+08:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", ""),
        ("start", "yesterday"),
        ("unit", "days"),
        ("limit", "0"),
        ("limit", "2.5"),
        ("end", "noon"),
        ("hours", "08:00"),
        ("pauses", "2026-10-01"),
        ("pauses", "2026-10-02/2026-10-01"),
        ("extension", "-1"),
        ("extension", "more"),
        ("restart", "2026-13-01"),
    ],
)
def test_a_case_that_cannot_be_read_names_its_field(field: str, value: str) -> None:
    row = {"id": "1", "start": "2026-10-08T10:00+08:00", "unit": "working_days", "limit": "1", field: value}
    with pytest.raises(BadCase) as caught:
        read_case(row)
    assert caught.value.field == field
