"""Exports: what stands on the page and no more, no formula in any cell, recorded with filter and row count, bounded."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from hotline import exports
from hotline.exports import Column, Progress, Sheet, harmless
from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, log_matter
from tests.tickets.making import moment
from tickets import clock
from tickets.models import Event, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


def cells(file: Any) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()


def take(desk: Desk, query: str = "") -> list[list[Any]]:
    answer = desk.client.post(f"/desk/export/{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == exports.TYPE
    assert answer["Content-Disposition"].startswith("attachment;")
    return cells(b"".join(answer.streaming_content))


def last_record() -> dict[str, Any]:
    return json.loads(Event.objects.filter(chain="export").order_by("-id")[0].payload)


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1", "　=cmd"]
)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["样例路", "a=b", "1-2", "'=1", "", "——", "*1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_the_writer_keeps_numbers_and_makes_text_of_everything_else() -> None:
    sheet = Sheet(
        "样例[1]/表", [Column("=编号", 10), Column("数")],
        [["=HYPERLINK(1)", 3], [moment("2026-03-02 09:05"), 0.5], [date(2026, 3, 2), None], ["http://x", -4], ["长" * 40_000, 1]],
        ["=注"],
    )  # fmt: skip
    file, count = exports.workbook([sheet], who="测试甲 & 乙")
    read = cells(file.read())
    assert count == 5
    assert read[:2] == [["'=注", ""], ["'=编号", "数"]]
    assert read[2:6] == [["'=HYPERLINK(1)", 3], ["2026-03-02 09:05", 0.5], ["2026-03-02", ""], ["http://x", -4]]
    assert len(read[6][0]) == exports.LONGEST - 1


def test_a_section_takes_its_list_as_it_stands_and_the_journal_knows(bureau: Bureau) -> None:
    ticket = dispatched(bureau, title="=cmd|' /C calc'!A0 围挡破损", place=f"样例路 {PARTY.phone}")
    other = dispatched(bureau, title="另一件")
    read = take(Desk(bureau.people["handler"]), "?list=queue")
    head = next(row for row in read if row[0] == "编号")
    found = {row[0]: dict(zip(head, row, strict=True)) for row in read[read.index(head) + 1 :]}
    assert set(found) == {ticket.number, other.number}
    mine = found[ticket.number]
    assert mine["诉求"].startswith("'=cmd")
    assert (mine["主办科室"], mine["状态"]) == (bureau.lead.name, "待签收")
    assert PARTY.phone not in str(read)
    assert "199****1234" in mine["地点"]
    record = last_record()
    assert record["action"] == "export"
    assert (record["refs"]["what"], record["refs"]["rows"], record["refs"]["filter"]) == ("queue:queue", 2, {})
    assert len(record["refs"]["sha256"]) == 64


def test_the_filter_holds_and_is_recorded(bureau: Bureau) -> None:
    dispatched(bureau)
    urgent = dispatched(bureau, urgency="urgent")
    read = take(Desk(bureau.people["handler"]), "?list=queue&urgency=urgent&channel=direct")
    assert [row[0] for row in read if row[0].startswith("LD-")] == [urgent.number]
    assert any("紧急" in row[0] for row in read[:3])
    assert last_record()["refs"]["filter"] == {"渠道": "来电来访", "紧急程度": "紧急"}


def test_a_confidential_matter_leaves_a_section_without_its_words(bureau: Bureau) -> None:
    ticket = dispatched(bureau, is_confidential=True, title="举报围标", place="样例路九号")
    read = take(Desk(bureau.people["handler"]), "?list=queue")
    text = str(read)
    assert ticket.number in text
    assert "保密件" in text
    assert "举报围标" not in text
    assert "样例路九号" not in text
    assert "举报围标" in str(take(Desk(bureau.people["dispatcher"]), "?list=open"))


def test_others_lists_are_not_to_be_had(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    assert ticket.number not in str(take(Desk(bureau.people["stranger"]), "?list=queue"))
    assert ticket.number not in str(take(Desk(bureau.people["stranger"]), "?list=all"))
    for name in ("sysadmin", "security", "adapter"):
        assert Desk(bureau.people[name]).client.post("/desk/export/").status_code == 403
    assert ticket.number in str(take(Desk(bureau.people["auditor"])))
    before = Event.objects.filter(chain="export").count()
    assert Desk(bureau.people["handler"]).get("/desk/export/").status_code == 303
    assert Event.objects.filter(chain="export").count() == before


def test_too_many_rows_are_refused_in_words_and_nothing_is_recorded(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    for _ in range(3):
        dispatched(bureau)
    answer = Desk(bureau.people["handler"]).client.post("/desk/export/?list=queue")
    assert answer.status_code == 409
    assert "请先用筛选缩小范围" in answer.content.decode()
    assert not Event.objects.filter(chain="export").exists()


def test_the_number_of_statements_does_not_grow_with_the_rows(bureau: Bureau) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            take(desk, "?list=registered")
        return len(seen)

    desk = Desk(bureau.people["dispatcher"])
    log_matter()
    statements()
    few = statements()
    for _ in range(27):
        log_matter()
    assert statements() == few


def test_the_page_that_waits_is_told_how_far_it_is(bureau: Bureau) -> None:
    for _ in range(3):
        dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    desk.client.post("/desk/export/?list=queue", {"take": "a1b2c3"})
    assert desk.get("/desk/export/progress/", take="a1b2c3").json() == {"done": 3, "total": 3}
    assert Desk(bureau.people["chief"]).get("/desk/export/progress/", take="a1b2c3").json() == {"done": 0, "total": 0}
    Progress(1, "../x", 3).told(1)
    assert Progress.of(1, "../x") == (0, 0)


def test_the_list_offers_it_and_says_what_becomes_of_it(bureau: Bureau) -> None:
    dispatched(bureau)
    body = Desk(bureau.people["handler"]).get("/desk/", list="queue", urgency="ordinary").content.decode()
    assert 'action="/desk/export/?list=queue&amp;urgency=ordinary"' in body
    assert "都会记入日志" in body


def test_a_limit_ends_at_24_00_of_its_last_day(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=moment("2026-03-07 00:00"))
    assert "2026-03-06 24:00" in str(take(Desk(bureau.people["handler"]), "?list=queue"))


def test_moments_are_shanghai_moments() -> None:
    assert exports.plain(datetime.fromisoformat("2026-03-01T17:05:00+00:00")) == "2026-03-02 01:05"
    assert exports.plain(clock.now().date()) == f"{clock.now():%Y-%m-%d}"
