"""The inspection offices' stand-in: packages in every layout, receipts row by row, corrections, re-inspections, ledger."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
from xlsxwriter import Workbook

from integrations.platforms import records
from integrations.platforms.base import Record, World
from integrations.platforms.inspection import Inspection
from integrations.platforms.inspection_replies import HEADER
from integrations.platforms.packages import Notice, Problem, photo
from integrations.platforms.packages_docx import notice_letter
from integrations.platforms.packages_xlsx import LAYOUTS, problem_list

BASE, NUMBER = "CWB-2026-031", "宿创办〔2026〕31号"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Inspection]:
    inspection = Inspection(World(tmp_path))
    inspection.world.clock.set(datetime(2026, 3, 2, 9, 15))  # noqa: DTZ001
    yield inspection
    inspection.close()


def _problems(count: int = 3, **changes: Any) -> list[Record]:
    package = {"base": BASE, "number": NUMBER, "office": "市创卫办", "title": "督查通知", "size": count, "days": 4}
    facts = {"package": package | changes}
    return [
        Record("inspection", f"{NUMBER}#{n}", title=f"问题{n}", content=f"围挡破损约{n}米,未及时修复", place="样例路东段",
               extra=facts | {"problem": {"photos": [f"{n}-1.png"], "deadline": "date"}})
        for n in range(1, count + 1)
    ]  # fmt: skip


def _dispatch(office: Inspection, count: int = 3, **changes: Any) -> None:
    for record in _problems(count, **changes):
        office.dispatch(record, office.world.clock.now())


def _row(seq: int, **changes: str) -> dict[str, str]:
    return {
        "文号": NUMBER, "序号": str(seq), "轮次": "1", "点位": "样例路东段", "问题描述": "围挡破损", "整改状态": "已整改",
        "整改情况": "已于3月5日更换破损围挡12米。", "完成时间": "2026-03-05", "整改后照片": f"{seq}-1.png", "责任人": "测试辛",
        "联系电话": "19900005001",
    } | changes  # fmt: skip


def _answer(
    office: Inspection, rows: list[dict[str, str]], turn: int = 1, *, done: bool = True, base: str = BASE
) -> str:
    """Our side's reply file, photos and marker."""
    name, out = f"{base}_reply_{turn:03d}", BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet("整改回复")
        for line, cells in enumerate([HEADER, *([row[name] for name in HEADER] for row in rows)]):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text)
    files = {f"{name}.xlsx": out.getvalue()}
    files |= {f"{name}/{row['整改后照片']}": photo(row["序号"]) for row in rows if row["整改后照片"]}
    for path, content in files.items():
        (office.outbox / path).parent.mkdir(exist_ok=True)
        (office.outbox / path).write_bytes(content)
    lines = "".join(f"{sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    if done:
        (office.outbox / f"{name}.done").write_text(lines, encoding="utf-8")
    return name


def _tick(office: Inspection) -> None:
    office.tick(office.world.clock.now())


def _receipt(office: Inspection, name: str, turn: str = "") -> dict[str, Any]:
    return json.loads((office.receipts / f"{name}.receipt{turn}.json").read_bytes())  # type: ignore[no-any-return]


def _switch(office: Inspection, name: str, **how: Any) -> None:
    office.world.switchboard.set("inspection", name, **how or {"times": 1})


def _sheet(content: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    return book.get_sheet_by_name(visible[0]).to_python()


def test_a_package_is_put_when_its_last_problem_is_there(office: Inspection) -> None:
    for record in _problems()[:2]:
        office.dispatch(record, office.world.clock.now())
    assert not list(office.inbox.iterdir())
    office.dispatch(_problems()[2], office.world.clock.now())
    lines = (office.inbox / f"{BASE}.done").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in lines] == [*(f"{BASE}/{n}-1.png" for n in (1, 2, 3)), f"{BASE}.xlsx"]
    for line in lines:
        digest, name = line.split("  ")
        assert sha256((office.inbox / name).read_bytes()).hexdigest() == digest
    assert not list(office.inbox.rglob("*.part"))


def test_a_package_that_stays_short_is_put_after_a_while(office: Inspection) -> None:
    office.dispatch(_problems()[0], office.world.clock.now())
    _tick(office)
    assert not list(office.inbox.glob("*.done"))
    office.world.clock.offset += timedelta(seconds=11)
    _tick(office)
    assert list(office.inbox.glob("*.done"))


def test_a_problem_sent_alone_makes_its_own_notice_and_the_next_corrects_it(office: Inspection) -> None:
    for n in (1, 2):
        office.dispatch(Record("inspection", f"{NUMBER}#{n}", content=f"围挡破损{n}"), office.world.clock.now())
    rows = _sheet((office.inbox / f"{BASE}.xlsx").read_bytes())
    assert [row[0] for row in rows if str(row[2]).startswith("围挡破损")] == ["1", "2"]
    with pytest.raises(ValueError, match="31号"):
        office.dispatch(Record("inspection", "31#1"), office.world.clock.now())


def test_dispatching_again_changes_nothing(office: Inspection) -> None:
    _dispatch(office)
    before = (office.inbox / f"{BASE}.done").stat().st_mtime_ns
    _dispatch(office)
    assert (office.inbox / f"{BASE}.done").stat().st_mtime_ns == before
    assert len(office.book()) == 3


def _notice(**changes: Any) -> Notice:
    forms = ("date", "date", "dotted", "month_day", "working_days", "at_once", "serial", "")
    problems = tuple(
        Problem(str(n), "样例路" if n < 4 else f"示范街{n}号", f"问题描述{n}", (f"{n}-1.png", f"{n}-2.png"), form)
        for n, form in enumerate(forms, start=1)
    )
    return Notice(BASE, NUMBER, "督查通知", "市创卫办", date(2026, 3, 2), date(2026, 3, 6), problems).moved(**changes)


@pytest.mark.parametrize("layout", range(LAYOUTS))
def test_every_layout_of_the_list_holds_every_problem(layout: int) -> None:
    rows = _sheet(problem_list(_notice(layout=layout)))
    found = [row for row in rows if str(row[2]).startswith("问题描述") and str(row[2])[4:]]
    assert [row[0] for row in found] == [str(n) for n in range(1, 9)]
    assert found[6][4] == date(2026, 3, 6)
    assert any("31" in str(row[0]) and "文号" in str(row[0]) for row in rows)


def test_deadlines_stand_as_people_write_them() -> None:
    column = [row[4] for row in _sheet(problem_list(_notice()))[-10:-2]]
    assert column[:6] == ["2026-03-06", "2026-03-06", "2026.3.6", "3月6日前", "收到通知后3个工作日内", "立行立改"]
    assert column[7] == ""


def test_the_letter_has_a_table_with_merged_places_or_paragraphs() -> None:
    table = Document(BytesIO(notice_letter(_notice()))).tables[0]
    assert [cell.text for cell in table.columns[1].cells][1:4] == ["样例路"] * 3
    assert "w:vMerge" in table._tbl.xml
    lines = [p.text for p in Document(BytesIO(notice_letter(_notice(), table=False))).paragraphs]
    assert "1.点位:样例路。问题:问题描述1。照片:1-1.png、1-2.png。整改期限:2026-03-06。" in lines


def test_an_answer_is_accepted_row_by_row(office: Inspection) -> None:
    _dispatch(office)
    rows = [_row(1), _row(2, 整改后照片=""), _row(3, 整改状态="非本单位", 完成时间="", 整改后照片="")]
    name = _answer(office, rows)
    _tick(office)
    receipt = _receipt(office, name)
    assert (receipt["package"], receipt["noticeNo"], receipt["result"]) == (BASE, NUMBER, "partial")
    assert [row["result"] for row in receipt["rows"]] == ["accepted", "rejected", "accepted"]
    assert receipt["rows"][1]["reason"] == "缺整改后照片"
    assert receipt["replySha256"] == sha256((office.outbox / f"{name}.xlsx").read_bytes()).hexdigest()
    assert [row["meaning"] for row in office.book()] == ["closed", "bounced", "returned"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"文号": "宿创办[2026]31号"}, "文号"),
        ({"序号": "77"}, "没有这个"),
        ({"轮次": "2"}, "没有这个"),
        ({"整改状态": "搞定"}, "整改状态"),
        ({"整改情况": "已改。"}, "整改情况"),
        ({"完成时间": "2026年3月5日"}, "完成时间"),
        ({"整改状态": "整改中", "完成时间": ""}, "完成时间"),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason(office: Inspection, wrong: dict[str, str], reason: str) -> None:
    _dispatch(office)
    name = _answer(office, [_row(1, **wrong)])
    _tick(office)
    receipt = _receipt(office, name)
    assert receipt["result"] == "rejected"
    assert reason in receipt["rows"][0]["reason"]


def test_an_answer_is_not_read_before_it_is_whole(office: Inspection) -> None:
    _dispatch(office)
    name = _answer(office, [_row(1)], done=False)
    _tick(office)
    book = (office.outbox / f"{name}.xlsx").read_bytes()
    (office.outbox / f"{name}.done").write_text(
        f"{sha256(book).hexdigest()}  {name}.xlsx\n{'0' * 64}  {name}/1-1.png\n"
    )
    _tick(office)
    assert not list(office.receipts.glob("*.json"))
    _answer(office, [_row(1)])
    _tick(office)
    assert _receipt(office, name)["result"] == "accepted"


def test_an_unreadable_file_is_rejected_whole(office: Inspection) -> None:
    _dispatch(office)
    name = f"{BASE}_reply_001"
    (office.outbox / f"{name}.xlsx").write_bytes(b"no workbook")
    (office.outbox / f"{name}.done").write_text(f"{sha256(b'no workbook').hexdigest()}  {name}.xlsx\n")
    _tick(office)
    receipt = _receipt(office, name)
    assert (receipt["result"], receipt["rows"]) == ("rejected", [])
    assert [row["meaning"] for row in office.book()] == ["registered"] * 3


def test_a_later_row_replaces_the_earlier_and_counts_in_the_ledger(office: Inspection) -> None:
    _dispatch(office, 2)
    _answer(office, [_row(1, 整改后照片="")])
    _tick(office)
    second = _answer(office, [_row(1, 整改情况="补充照片,围挡已全部更换完毕。")], 2)
    _tick(office)
    raw = (office.receipts / "ledger_20260302.csv").read_bytes()
    rows = list(csv.DictReader(StringIO(raw.decode("gb18030"))))
    digest = sha256("补充照片,围挡已全部更换完毕。".encode()).hexdigest()
    assert list(rows[0].values()) == [NUMBER, "1", "1", "已通过", f"{second}.xlsx", digest]
    assert list(rows[1].values()) == [NUMBER, "2", "1", "未回复", "", ""]
    assert office.book()[0]["reply_digest"] == digest


def test_an_accepted_row_may_be_rejected_later(office: Inspection) -> None:
    _dispatch(office)
    name = _answer(office, [_row(1), _row(2)])
    _tick(office)
    assert [row["number"] for row in office.commands()] == [f"{NUMBER}#1", f"{NUMBER}#2"]
    assert office.happen(f"{NUMBER}#2", "bounce", reason="照片看不清")["meaning"] == "bounced"
    second = _receipt(office, name, ".2")
    assert [row["result"] for row in second["rows"]] == ["accepted", "rejected"]
    assert second["result"] == "partial"


def test_the_next_answer_is_rejected_when_the_office_says_so(office: Inspection) -> None:
    _dispatch(office)
    office.happen(f"{NUMBER}#1", "return_decision", agreed=False)
    name = _answer(office, [_row(1, 整改状态="非本单位", 完成时间="")])
    _tick(office)
    assert "属于你单位" in _receipt(office, name)["rows"][0]["reason"]


def test_a_slow_office_holds_the_answer_as_sent(office: Inspection) -> None:
    _switch(office, "slow_receipt", share=1.0, seconds=60.0)
    _dispatch(office)
    name = _answer(office, [_row(1)])
    _tick(office)
    assert not (office.receipts / f"{name}.receipt.json").exists()
    assert office.book()[0]["meaning"] == "sent"
    office.world.clock.offset += timedelta(seconds=61)
    _tick(office)
    assert office.book()[0]["meaning"] == "closed"


def test_a_correction_changes_the_list_under_a_newer_marker(office: Inspection) -> None:
    _dispatch(office)
    before = (office.inbox / f"{BASE}.done").read_bytes()
    office.happen(f"{NUMBER}#2", "update", content="更正:围挡破损约20米")
    assert (office.inbox / f"{BASE}.done").read_bytes() != before
    assert "更正:围挡破损约20米" in [row[2] for row in _sheet((office.inbox / f"{BASE}.xlsx").read_bytes())]


def test_a_reinspection_is_the_next_round_of_the_same_number(office: Inspection) -> None:
    _dispatch(office)
    for seq in (1, 3):
        office.happen(f"{NUMBER}#{seq}", "redo")
    rows = _sheet((office.inbox / f"{BASE}-R1.xlsx").read_bytes())
    assert [row[0] for row in rows if str(row[2]).startswith("围挡破损")] == ["1", "3"]
    assert [(row["number"][-1], row["round"]) for row in office.book()] == [
        ("1", 1),
        ("2", 1),
        ("3", 1),
        ("1", 2),
        ("3", 2),
    ]
    name = _answer(office, [_row(1, 轮次="2")], base=f"{BASE}-R1")
    _tick(office)
    assert _receipt(office, name)["result"] == "accepted"


def test_a_withdrawal_names_its_notice_and_refuses_answers(office: Inspection) -> None:
    _dispatch(office)
    office.happen(f"{NUMBER}#1", "withdraw")
    letter = Document(next(office.inbox.glob("*-901.docx")).open("rb"))
    text = "\n".join(paragraph.text for paragraph in letter.paragraphs)
    assert "撤销通知" in text
    assert NUMBER in text
    name = _answer(office, [_row(1)])
    _tick(office)
    assert _receipt(office, name)["rows"][0]["reason"] == "该通知已撤销"
    assert {row["meaning"] for row in office.book()} == {"terminated"}


def test_unknown_numbers_and_kinds_are_key_errors(office: Inspection) -> None:
    _dispatch(office)
    with pytest.raises(KeyError):
        office.happen(f"{NUMBER}#9", "redo")
    with pytest.raises(KeyError):
        office.happen(f"{NUMBER}#1", "urge")


def test_rows_of_other_units_stand_on_the_list_but_not_in_our_book(office: Inspection) -> None:
    _dispatch(office, 2, others=[{"place": "示范广场", "content": "单车乱停", "unit": "样例市城市管理局"}])
    assert "样例市城市管理局" in [row[5] for row in _sheet((office.inbox / f"{BASE}.xlsx").read_bytes())]
    assert len(office.book()) == 2


def test_early_markers_photos_missing_and_twins(office: Inspection) -> None:
    _switch(office, "early_marker")
    _dispatch(office)
    assert (office.inbox / f"{BASE}.done").exists()
    assert not (office.inbox / f"{BASE}.xlsx").exists()
    _tick(office)
    assert (office.inbox / f"{BASE}.xlsx").exists()
    _switch(office, "twin_package")
    _switch(office, "missing_photos")
    office.happen(f"{NUMBER}#1", "update")
    assert (office.inbox / f"{BASE}-2.done").exists()
    assert not (office.inbox / f"{BASE}-2").exists()


def test_a_marker_may_be_empty(office: Inspection) -> None:
    _switch(office, "empty_marker")
    _dispatch(office)
    assert (office.inbox / f"{BASE}.done").read_bytes() == b""


def test_a_marker_may_be_gbk(office: Inspection) -> None:
    _switch(office, "gbk_marker")
    now = office.world.clock.now()
    for record in records.made_up(now):
        if record.platform == "inspection":
            office.dispatch(record, now)
    assert "食堂-1.png" in (office.inbox / f"{BASE}.done").read_bytes().decode("gb18030")


@pytest.mark.parametrize("kind", ["zip_bomb", "password_protected", "old_xls"])
def test_traps_are_small_files_that_are_no_list(office: Inspection, kind: str) -> None:
    _switch(office, kind)
    _tick(office)
    content = next(office.inbox.glob("*-99[0-2].xlsx")).read_bytes()
    assert len(content) < 500_000
    assert content[:2] == (b"PK" if kind == "zip_bomb" else b"\xd0\xcf")
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_filelike(BytesIO(content))


def test_odd_receipts(office: Inspection) -> None:
    _dispatch(office)
    for name in ("receipt_again", "receipt_unknown", "receipt_gbk"):
        _switch(office, name)
    name = _answer(office, [_row(1, 整改后照片="")])
    _tick(office)
    raw = (office.receipts / f"{name}.receipt.json").read_bytes()
    assert "缺整改后照片" in raw.decode("gb18030")
    assert (office.receipts / f"{name}.receipt.2.json").read_bytes() == raw
    assert (office.receipts / f"{BASE}_reply_999.receipt.json").exists()
    _switch(office, "receipt_wrong_hash")
    second = _answer(office, [_row(1)], 2)
    _tick(office)
    assert _receipt(office, second)["replySha256"] == "0" * 64


def test_the_book_outlives_a_restart(tmp_path: Path) -> None:
    first = Inspection(World(tmp_path))
    _dispatch(first)
    name = _answer(first, [_row(1)])
    _tick(first)
    first.close()
    again = Inspection(World(tmp_path))
    (again.receipts / f"{name}.receipt.json").unlink()
    _tick(again)
    assert not (again.receipts / f"{name}.receipt.json").exists()
    assert [row["meaning"] for row in again.book()] == ["closed", "registered", "registered"]
    again.close()


def test_the_made_up_notice_goes_out_whole(office: Inspection) -> None:
    now = office.world.clock.now()
    for record in records.made_up(now):
        if record.platform == "inspection":
            office.dispatch(record, now)
    assert len(office.book()) == 8
    assert (office.inbox / f"{BASE}.done").exists()
