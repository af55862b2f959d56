"""`manage.py calendar load`: shows first, refuses with words, at once where no clock moves, else a proposal; and the yearly alarm."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.tickets.making import make_inquiry, make_ticket, moment
from tickets.actions import calendars, timers
from tickets.domain.moments import SHANGHAI
from tickets.models import CoveredYear, Notice, Proposal, SpecialDay, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
FILE = str(Path(__file__).parents[2] / "samples" / "notices" / "2027.json")
FEED = FILE.replace(".json", ".ics")
NOW = datetime(2026, 12, 21, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def december(settings: object) -> None:
    from datetime import UTC

    settings.CLOCK_OFFSET = moment("2026-12-21 09:00") - datetime.now(UTC)  # type: ignore[attr-defined]


def test_a_dry_run_shows_every_day_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("calendar", "load", FILE, "--dry-run")
    said = capsys.readouterr().out
    assert "2027-02-20  按星期 / by its weekday → 班 / on 春节调休上班" in said
    assert said.count("2027-") == 34
    assert not CoveredYear.objects.filter(year=2027).exists()
    assert not Proposal.objects.exists()


def test_without_a_clock_concerned_it_is_loaded_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("calendar", "load", FILE)
    assert "已载入" in capsys.readouterr().out
    assert CoveredYear.objects.get(year=2027).version == 1
    row = SpecialDay.objects.get(date="2027-02-20")
    assert (row.is_working, row.version, row.issuer) == (True, 1, "state")
    assert Proposal.objects.get().stage == Stage.APPLIED, "its record"
    call_command("calendar", "load", FILE)
    assert "与现行日历一致" in capsys.readouterr().out
    call_command("calendar", "load", FEED, "--year", "2027", "--document", "另一文号")
    assert CoveredYear.objects.get(year=2027).version == 2
    call_command("calendar", "years")
    assert "2027  另一文号" in capsys.readouterr().out


def test_with_a_clock_concerned_it_becomes_a_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    ticket = make_ticket(now=NOW)
    timers.start_outer(inquiry=make_inquiry(ticket, now=NOW), now=NOW)
    call_command("calendar", "load", FILE)
    assert "变更方案" in capsys.readouterr().out
    assert Proposal.objects.get().stage == Stage.MEASURING
    assert not CoveredYear.objects.filter(year=2027).exists()
    with pytest.raises(CommandError, match="已有一份变更方案"):
        call_command("calendar", "load", FILE)


def test_what_cannot_be_read_is_refused_with_code_2(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"document": ""}', encoding="utf-8")
    for arguments, words in (
        ([str(bad)], "document"),
        ([FEED], "--year"),
        ([FILE, "--year", "2028"], "与指定的 2028 年不符"),
        ([str(tmp_path / "none")], "无法读取"),
    ):
        with pytest.raises(CommandError, match=words) as refused:
            call_command("calendar", "load", *arguments)
        assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ("2026-10-31 23:59", None),
        ("2026-11-01 00:00", 2027),
        ("2026-12-31 12:00", 2027),
        ("2027-01-05 12:00", 2027),
        ("2026-03-01 12:00", None),
    ],
)
def test_the_office_is_told_once_from_november_on(now: str, missing: int | None) -> None:
    assert calendars.missing_year(moment(now)) == missing
    for _ in range(3):
        calendars.alarm(moment(now))
    assert Notice.objects.filter(kind="calendar_missing").count() == (2 if missing else 0), (
        "dispatcher and leader, once"
    )
