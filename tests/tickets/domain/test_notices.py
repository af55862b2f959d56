"""Holiday notices as files: both forms say the same, every fault is named with its place, a local order stands."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tickets.domain.edition import Amendment, Content, DayRow, HoursRow, YearRow, between, differences, reach
from tickets.domain.notices import BadNotice, Notice, amendment, read
from tickets.domain.seed import seed

FILES = Path(__file__).parents[2] / "samples" / "notices"
DOCUMENT = "样例：国务院办公厅关于2027年部分节假日安排的通知"


def seeded() -> Content:
    days = [DayRow(row.date, row.is_working, row.name_zh, row.name_en, row.document) for row in seed()]
    return Content(
        {row.date: row for row in days},
        {date(2004, 1, 1): HoursRow(date(2004, 1, 1), "08:00-12:00,14:30-17:30")},
        {year: YearRow(year) for year in range(2004, 2027)},
    )


def own(**more: Any) -> bytes:
    told = json.loads((FILES / "2027.json").read_text(encoding="utf-8"))
    return json.dumps({**told, **more}, ensure_ascii=False).encode()


def faults(raw: bytes, **more: Any) -> str:
    with pytest.raises(BadNotice) as bad:
        read(raw, **more)
    assert all(fault.zh and fault.en for fault in bad.value.faults)
    return str(bad.value)


def test_json_and_ical_say_the_same() -> None:
    one = read((FILES / "2027.json").read_bytes())
    other = read((FILES / "2027.ics").read_bytes(), year=2027, document=DOCUMENT)
    assert {(row.date, row.is_working) for row in one.days} == {(row.date, row.is_working) for row in other.days}
    assert len(one.days) == 34
    for notice in (one, other):
        change, kept = amendment(notice, seeded())
        assert kept == []
        calendar = change.of(seeded()).calendar()
        assert calendar.covered_until == date(2027, 12, 31)
        assert not calendar.is_working(date(2027, 10, 7)), "an event of seven days is seven days (zammad_dtstart)"
        assert calendar.is_working(date(2027, 10, 9))
        assert calendar.day(date(2027, 2, 6)).name_en == "Spring Festival", (
            "a feed's missing names come from earlier years"
        )


def test_loading_it_twice_changes_nothing_and_a_corrected_table_replaces_the_first() -> None:
    change, _ = amendment(read((FILES / "2027.json").read_bytes()), seeded())
    loaded = change.of(seeded())
    assert not amendment(read((FILES / "2027.json").read_bytes()), loaded)[0]
    told = json.loads((FILES / "2027.json").read_text(encoding="utf-8"))
    told["holidays"][4]["makeup"] = ["2027-06-12"]
    told["holidays"][0]["to"] = "2027-01-01"
    again, _ = amendment(read(json.dumps(told).encode()), loaded)
    assert [row.date for row in again.days] == [date(2027, 6, 12)]
    assert again.no_days == (date(2027, 1, 2), date(2027, 1, 3))


def test_a_local_order_on_a_day_of_the_notice_stands() -> None:
    local = DayRow(date(2027, 2, 20), False, "样例停工日", "", "样例府办〔2026〕1号", "local")
    content = Amendment(days=(local,)).of(seeded())
    change, kept = amendment(read((FILES / "2027.json").read_bytes()), content)
    assert kept == [local]
    assert date(2027, 2, 20) not in {row.date for row in change.days}


def test_provisional_days_are_said_to_be_so() -> None:
    change, _ = amendment(read((FILES / "2027.json").read_bytes(), announced=False), seeded())
    calendar = change.of(seeded()).calendar()
    assert calendar.is_provisional(date(2027, 10, 1))
    assert calendar.covered_until == date(2026, 12, 31), "a table that is not announced covers nothing"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "第 1 行"),
        (b"[1]", "文件应为一个对象"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"x" * 1_000_001, "1 MB"),
        (own(document=""), "document"),
        (own(issuer="someone"), "issuer"),
        (own(year=True), "year"),
        (own(year="2027"), "year"),
        (own(holidys=[]), "holidys：没有这一项"),
        (own(holidays=[]), "没有 2027 年的放假日"),
        (own(holidays={"a": 1}), "holidays：应为列表"),
        (own(days=[{"date": "2027-13-01", "working": False, "name_zh": "样例"}]), "days[0].date：不是日期"),
        (own(days=[{"date": "2027-03-01", "working": "no", "name_zh": "样例"}]), "days[0].working"),
        (own(days=[{"date": "2027-10-01", "working": True, "name_zh": "样例"}]), "互相矛盾"),
        (own(days=[{"date": "2027-03-01", "working": True, "name_zh": "样例"}]), "本就上班"),
        (own(days=[{"date": "2028-03-04", "working": True, "name_zh": "样例"}]), "不在 2027 年内"),
        (own(days=[{"date": "2027-03-06", "working": True, "name_zh": "样例", "hours": "8-12"}]), "办公时间看不懂"),
        (own(days=[{"date": "2027-03-06", "working": False, "name_zh": "样例", "hours": "08:00-12:00"}]), "休息日"),
        (own(office_hours=[{"from": "2027-06-01", "hours": "12:00-08:00"}]), "办公时间看不懂"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(raw: bytes, words: str) -> None:
    assert words in faults(raw)


def test_every_fault_is_told_at_once_and_a_forgotten_statutory_day_too() -> None:
    told = json.loads((FILES / "2027.json").read_text(encoding="utf-8"))
    told["holidays"] = [each for each in told["holidays"] if each["name_zh"] != "中秋节"]
    assert "2027-09-15：中秋节是法定假日" in faults(json.dumps(told).encode())
    both = faults(own(issuer="x", announced="yes"))
    assert "issuer" in both
    assert "announced" in both


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RRULE:FREQ=YEARLY", "重复规则"),
        ("DTSTART:20270101T080000", "只接受全天事件"),
        ("DTEND;VALUE=DATE:20261231", "起止日期颠倒"),
        ("SUMMARY:样例", "看不出是放假还是补班"),
    ],
)
def test_an_event_that_is_no_holiday_is_named(line: str, words: str) -> None:
    name = line.partition(":")[0].partition(";")[0]
    lines = {"DTSTART": "DTSTART;VALUE=DATE:20270101", "SUMMARY": "SUMMARY:元旦（休）", name: line}
    raw = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", *lines.values(), "END:VEVENT", "END:VCALENDAR", ""]
    )
    assert words in faults(raw.encode(), year=2027, document=DOCUMENT)
    assert "--year" in faults(raw.encode())


def test_half_days_summer_hours_and_several_intervals() -> None:
    raw = json.dumps({
        "document": "样例府办〔2026〕2号", "issuer": "local",
        "days": [{"date": "2026-02-14", "working": True, "name_zh": "春节前半天", "hours": "08:00-12:00"}],
        "office_hours": [{"from": "2026-06-15", "hours": "08:00-12:00,15:00-18:00"},
                         {"from": "2026-09-15", "hours": "08:00-12:00,14:30-17:30"}],
    }).encode()  # fmt: skip
    change, _ = amendment(read(raw), seeded())
    after = change.of(seeded())
    calendar = after.calendar()
    assert str(calendar.hours_on(date(2026, 2, 14))) == "08:00-12:00"
    assert str(calendar.hours_on(date(2026, 7, 1))) == "08:00-12:00,15:00-18:00"
    assert str(calendar.hours_on(date(2026, 10, 9))) == "08:00-12:00,14:30-17:30"
    assert reach(seeded(), after) == (date(2026, 2, 14), date(2026, 9, 14)), "only what is counted otherwise"


def test_a_year_reaches_only_where_something_is_counted_otherwise() -> None:
    change, _ = amendment(read((FILES / "2027.json").read_bytes()), seeded())
    after = change.of(seeded())
    assert reach(seeded(), after) == (date(2027, 1, 1), date(2027, 12, 31)), "all of it was provisional"
    assert reach(after, after) is None
    named = DayRow(date(2026, 10, 1), False, "国庆节", "National Day", "另一文号")
    assert reach(seeded(), Amendment(days=(named,)).of(seeded())) is None, "another document alone moves nothing"
    assert between(after, seeded()).no_years == (2027,)
    assert between(after, seeded()).of(after) == seeded()
    assert len(differences(seeded(), after)) == 34


def test_a_calendar_without_any_open_time_is_refused() -> None:
    days = tuple(DayRow(date(2026, 1, 1) + timedelta(days=step), False, "样例") for step in range(365))
    content = Content({}, {}, {2026: YearRow(2026)})
    with pytest.raises(BadNotice, match="没有任何办公时间"):
        amendment(Notice("样例", "local", None, True, days), content)
