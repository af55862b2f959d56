"""The seed against another library, day by day; where an earlier year differed, the notice that decides it."""

from __future__ import annotations

from datetime import date, timedelta

import holidays

from tickets.domain.seed import CORRECTIONS, seed_calendar

CHINA = holidays.country_holidays("CN", years=range(2003, 2028))
SEED = seed_calendar()


def differing(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if SEED.is_working(day) != CHINA.is_working_day(day)]


def test_every_day_from_2007_to_2026_is_what_the_package_holidays_says() -> None:
    assert differing(date(2007, 1, 1), date(2026, 12, 31)) == []


def test_the_years_before_agree_once_the_notices_have_decided() -> None:
    assert differing(date(2004, 1, 1), date(2006, 12, 31)) == []
    decided = {row.date: row.document for row in CORRECTIONS}
    assert decided == {date(2005, 12, 31): "国办发明电〔2005〕35号 国务院办公厅关于2006年部分节假日安排的通知"}
