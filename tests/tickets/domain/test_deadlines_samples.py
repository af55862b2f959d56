"""Every question of the table of cases, on its own four years and on the whole seed."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.cases import BEYOND, read_case
from tickets.domain.deadlines import BeyondCalendar, due
from tickets.domain.hours import OfficeHours
from tickets.domain.seed import seed, seed_calendar

CASES = Path(__file__).parents[2] / "samples" / "deadlines.csv"
ROWS = list(csv.DictReader(CASES.open(encoding="utf-8", newline="")))
FOUR_YEARS = WorkingCalendar(
    [day for day in seed() if day.date.year >= 2023],
    covered_from=date(2023, 1, 1),
    covered_until=date(2026, 12, 31),
)
SEED = seed_calendar()


@cache
def under(calendar: WorkingCalendar, hours: tuple[OfficeHours, ...]) -> WorkingCalendar:
    return calendar.with_hours(hours)


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 339


@pytest.mark.parametrize("calendar", [FOUR_YEARS, SEED], ids=["four years", "seed"])
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_answer_is_the_expected_one(row: dict[str, str], calendar: WorkingCalendar) -> None:
    case = read_case(row)
    assert case.answer(under(calendar, case.office_hours)) == row["due"]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_last_day_is_the_expected_one(row: dict[str, str]) -> None:
    case = read_case(row)
    calendar = under(FOUR_YEARS, case.office_hours)
    given = {"extension": case.extension, "restart": case.restart}
    if row["last_day"] == BEYOND:
        with pytest.raises(BeyondCalendar):
            due(case.terms, case.start, calendar, case.pauses, strict=True, **given)
        assert due(case.terms, case.start, calendar, case.pauses, **given).provisional
        return
    found = due(case.terms, case.start, calendar, case.pauses, **given)
    assert (found.last_day.isoformat() if found.last_day else "") == row["last_day"]
    assert not found.provisional
