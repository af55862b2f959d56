"""`manage.py deadline`: the first line, the file of cases, and every refusal named with exit code 2."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from tickets.models import CoveredYear, SpecialDay

CASES = Path(__file__).parents[2] / "samples" / "deadlines.csv"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(*args: str) -> list[str]:
    out = StringIO()
    call_command("deadline", *args, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


def refused(*args: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*args)
    assert caught.value.returncode == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("args", "due"),
    [
        (["5 working days"], "2026-10-14T00:00+08:00"),
        (["5 working days", "--close-of-business"], "2026-10-13T17:30+08:00"),
        (["7 calendar days"], "2026-10-09T00:00+08:00"),
        (["8 working hours"], "2026-10-08T11:00+08:00"),
        (["24 clock hours"], "2026-10-01T10:00+08:00"),
        (
            ["5 working days", "--pause", "2026-10-08/2026-10-09", "--pause", "2026-10-12/2026-10-13"],
            "2026-10-16T00:00+08:00",
        ),
        (["3 working days", "--extension", "2"], "2026-10-14T00:00+08:00"),
        (["1 working days", "--restart", "2026-10-09T02:00Z"], "2026-10-11T00:00+08:00"),
    ],
)
def test_the_first_line_is_the_due_moment(args: list[str], due: str) -> None:
    assert run("2026-09-30 10:00", *args) == [due]


def test_explain_follows_in_the_readers_language() -> None:
    assert run("2026-10-08 10:00", "2 working days", "--explain")[1:] == [
        "  8 Oct is the first day, not counted (Civil Code art. 201)",
        "+ 9 Oct working day 1",
        "+ 10 Oct (Sat, make-up working day) working day 2",
        (
            "8 Oct start, that day is not counted; 9 Oct working day 1; "
            "10 Oct (Sat, make-up working day) working day 2; due at 24:00."
        ),
    ]
    with translation.override("zh-hans"):
        assert run("2026-10-08 10:00", "2 working days", "--explain")[2] == "+ 10月9日第 1 个工作日"


def test_beyond_the_calendar_it_says_so_and_gives_the_provisional_moment() -> None:
    first, second = run("2026-12-31 10:00", "1 working days")
    assert first == "beyond-calendar"
    assert "2027-01-05T00:00+08:00" in second


def test_the_file_of_cases_is_answered_without_its_answers(tmp_path: Path) -> None:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    bare = tmp_path / "bare.csv"
    with bare.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(
            file, [name for name in rows[0] if name not in {"due", "last_day"}], extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
    expected = ["id,due", *(f"{row['id']},{row['due']}" for row in rows)]
    assert run("--csv", str(bare)) == expected
    assert run("--csv", str(CASES)) == expected


def test_an_edited_row_changes_the_answer() -> None:
    row = SpecialDay.objects.get(date="2026-10-10")
    row.is_working = False
    row.save()
    assert run("2026-10-08 10:00", "2 working days") == ["2026-10-13T00:00+08:00"]


def test_without_rows_the_seed_answers_and_says_so() -> None:
    CoveredYear.objects.all().delete()
    err = StringIO()
    call_command("deadline", "2026-09-30 10:00", "5 working days", stdout=StringIO(), stderr=err)
    assert "answering from the seed" in err.getvalue()


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ([], "Give a start and a limit"),
        (["2026-09-30 10:00"], "Give a start and a limit"),
        (["2026-09-30 10:00", "5 working days", "--csv", "x"], "Give a start and a limit"),
        (["yesterday", "5 working days"], "start"),
        (["1990-01-01 10:00", "5 working days"], "start"),
        (["2026-09-30 10:00", "5 days"], "limit"),
        (["2026-09-30 10:00", "1.5 working days"], "limit"),
        (["2026-09-30 10:00", "5 working days", "--pause", "2026-10-09"], "pause"),
        (["2026-09-30 10:00", "5 working days", "--extension", "x"], "extension"),
        (["2026-09-30 10:00", "5 working days", "--restart", "x"], "restart"),
        (["--csv", "/nowhere/cases.csv"], "/nowhere/cases.csv"),
    ],
)
def test_bad_arguments_are_named(args: list[str], named: str) -> None:
    assert named in refused(*args)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("id,unit\n1,working_days\n", ["start, limit"]),
        ("", ["id, start, unit, limit"]),
        ("id,start,unit,limit\n,2026-09-30T10:00+08:00,working_days,1\n", ["line 2", "id"]),
        (
            "id,start,unit,limit\nA1,2026-09-30T10:00+08:00,working_days,x\nA2,x,clock_hours,1\n",
            ["line 2, id A1, limit", "line 3, id A2, start"],
        ),
        ("id,start,unit,limit\nA1,2026-09-30T10:00+08:00,working_days,1,2,3\n", ["line 2", "more cells"]),
        ("id,start,unit,limit\nA1,9999-12-31T23:00Z,clock_hours,1\n", ["line 2, id A1, start"]),
        ('id,start,unit,limit\nA1,"2026-09-30T10:00+08:00"x,clock_hours,1\n', ["line 2", "not CSV"]),
    ],
)
def test_a_bad_file_names_line_and_field_and_answers_nothing(tmp_path: Path, text: str, named: list[str]) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(text, encoding="utf-8")
    said = refused("--csv", str(file))
    assert all(part in said for part in named)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(b"\xff\xff\x00\x80")
    assert "neither UTF-8 nor GB18030" in refused("--csv", str(file))
