"""Papers of every layout as numbered problems: the made-up samples, and the oddities of offices."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import docx
import pytest
import xlsxwriter

from integrations.adapters.inspection import limits, notice, papers, tables
from integrations.adapters.inspection.limits import Limit

SAMPLES = Path(__file__).parents[3] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
PAPERS = ["inspection_list.xlsx", "inspection_notice.docx", "supervision_order.docx", "civilised_city_notice.pdf"]


def read(name: str) -> notice.Notice:
    return notice.read({name: (SAMPLES / name).read_bytes()}, 2026)


def deadline_of(limit: Limit) -> str:
    """As the expectations write it; working days by the official calendar, 立行立改 without a date of the paper waits."""
    if limit.kind != "working_days":
        return limit.value
    day, left = date.fromisoformat(limit.start), int(limit.value)
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day.isoformat()


@pytest.mark.parametrize("name", PAPERS)
def test_the_samples_give_exactly_the_expected_records(name):
    found = read(name)
    records = [
        {
            "document": found.document,
            "item": int(problem.seq),
            "area": problem.area,
            "place": problem.place,
            "problem": problem.description,
            "measure": problem.measure,
            "responsible": problem.unit,
            "issued_on": found.issued_on,
            "report_by": found.report_by,
            "deadline": deadline_of(found.limits[problem.position]),
        }
        for problem in found.problems
    ]
    told = [{key: value for key, value in row.items() if key != "limit"} for row in EXPECTED[name]]
    assert [{key: record[key] for key in row} for record, row in zip(records, told, strict=True)] == told


def test_the_head_of_a_letter():
    found = read("civilised_city_notice.pdf")
    assert found.title == "关于交办创建文明城市实地测评问题的通知", "drafting remarks are no part of the title"
    assert found.issuer == "样例市精神文明建设指导委员会办公室"


# --- lists -----------------------------------------------------------------------------------------------------------


def workbook(*rows, merge=()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("清单")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        for where in merge:
            sheet.merge_range(*where)
    return out.getvalue()


TOP = (
    ["关于重点工程现场问题的督查通知问题清单"],
    ["文号:宿创办 [2026] 31 号"],
    ["发文单位:样例市创卫办   发文日期:2026-03-02"],
)
HEADER = ["序号", "点位", "问题描述", "照片", "整改期限", "责任单位"]


def listed(*rows, header=HEADER, top=TOP) -> notice.Notice:
    return notice.read({"CWB-2026-031.xlsx": workbook(*top, header, *rows)}, 2026)


def test_a_plain_list():
    found = listed([1, "样例路东段", "围挡破损", "1-1、1-2.jpg", "3月6日前", "宿州市重点工程建设管理局"])
    assert (found.number, found.issuer, found.issued_on) == ("宿创办〔2026〕31号", "样例市创卫办", "2026-03-02")
    (problem,) = found.problems
    assert (problem.seq, problem.photos, problem.unit) == ("1", ("1-1", "1-2.jpg"), "宿州市重点工程建设管理局")
    assert found.limits[1] == Limit("day", "2026-03-06", "3月6日前")


@pytest.mark.parametrize(
    "header",
    [
        ["编号", "问题点位", "存在问题", "现场照片", "整改时限", "牵头单位"],
        ["问题编号", "具体位置", "问题情况", "图片", "限期整改", "整改单位"],
        ["No.", "检查\n点位", "具 体 问 题", "照片编号", "完成时限", "责任部门"],
        ["序 号", "路段", "问题", "照片", "要求完成时间", "责任单位"],
    ],
)
def test_headers_go_by_many_names(header):
    (problem,) = listed(["1", "样例路", "围挡破损", "1-1", "2026.3.6", "重点局"], header=header).problems
    assert (problem.place, problem.description, problem.photos, problem.limit) == (
        "样例路",
        "围挡破损",
        ("1-1",),
        "2026.3.6",
    )


def test_a_row_of_groups_above_the_header_and_rows_below_the_table():
    groups = ["检查情况", "检查点位", "问题情况", "问题情况", "整改要求", "整改要求"]
    below = (["注:请按期反馈。"], ["签收人:", "", "签收时间:"], ["", "", "", "", "", ""])
    found = notice.read({"a.xlsx": workbook(*TOP, groups, HEADER, [1, "样例路", "破损", "", "", ""], *below)}, 2026)
    assert [problem.description for problem in found.problems] == ["破损"]


def test_a_merged_footer_is_no_problem():
    rows = [*TOP, HEADER, [1, "样例路", "破损", "", "", ""]]
    data = workbook(*rows, merge=[(5, 0, 5, 5, "以上问题请于2026年3月9日前整改到位。")])
    found = notice.read({"a.xlsx": data}, 2026)
    assert len(found.problems) == 1
    assert found.limits[1].value == "2026-03-09", "the overall deadline may stand below the table"


def test_the_overall_deadline_holds_where_a_row_has_none():
    top = (*TOP, ["限期整改:2026年3月9日前"])
    found = listed([1, "甲路", "破损", "", "", ""], [2, "乙路", "积水", "", "2026-03-06", ""], top=top)
    assert [found.limits[n].value for n in (1, 2)] == ["2026-03-09", "2026-03-06"]


def test_missing_and_doubled_numbers_become_positions_marked_for_a_person():
    found = listed(
        [1, "甲", "一", "", "", ""],
        [1, "乙", "二", "", "", ""],
        ["", "丙", "三", "", "", ""],
        [2, "丁", "四", "", "", ""],
    )
    assert [problem.seq for problem in found.problems] == ["1", "行2", "3", "2"], (
        "a position never takes another row's number"
    )
    assert found.marks == {2: ("序号=1→行2",), 3: ("序号=空→3",)}


def test_the_list_is_the_list_of_record_and_the_letter_lends_its_head():
    letter = (SAMPLES / "inspection_notice.docx").read_bytes()
    data = workbook(["问题清单"], HEADER, [1, "样例路", "破损", "", "", ""])
    found = notice.read({"a.xlsx": data, "a.docx": letter}, 2026)
    assert (found.number, len(found.problems), found.problems[0].place) == ("创卫督〔2026〕37号", 1, "样例路")
    assert found.limits[1].value == "2026-10-12"


def test_a_list_without_a_header_is_told_to_a_person():
    with pytest.raises(notice.NoProblems) as caught:
        notice.read({"a.xlsx": workbook(["只有标题"], ["没有表头"])}, 2026)
    assert "人工录入" in caught.value.zh


# --- letters ---------------------------------------------------------------------------------------------------------


def letter(*paragraphs: str) -> notice.Notice:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return notice.read({"a.docx": out.getvalue()}, 2026)


def test_a_letter_of_numbered_paragraphs():
    found = letter(
        "宿文明办〔2026〕7号",
        "督查通知",
        "1.点位:样例路东段。问题:围挡破损。照片:1-1、1-2。整改期限:3月6日前。",
        "2.点位:示范街口。问题:积水。",
        "请于2026年3月10日前整改到位,并于3月12日17:00前将整改情况书面反馈。",
        "2026年3月2日",
    )
    assert [(p.seq, p.place, p.description, p.photos) for p in found.problems] == [
        ("1", "样例路东段", "围挡破损", ("1-1", "1-2")),
        ("2", "示范街口", "积水", ()),
    ]
    assert [found.limits[n].value for n in (1, 2)] == ["2026-03-06", "2026-03-10"]
    assert (found.issued_on, found.report_by) == ("2026-03-02", "2026-03-12T17:00")


def test_a_letter_that_withdraws():
    found = letter("样例市创卫办", "宿创办〔2026〕35号", "撤销通知", "经复核,现撤销《宿创办[2026]31号》督查通知。")
    assert found.is_withdrawal
    assert papers.mentions(found.text, "宿创办〔2026〕31号")
    assert not papers.mentions(found.text, "宿创办〔2026〕3号")


def test_numbered_lines_of_a_page():
    problems, rest = papers.of_lines(
        [
            "1、【样例路东段】围挡破损,裸土未覆盖,影响市容环境和行人",
            "通行(照片:1-1)限3月6日前整改",
            "2、【示范街口】积水(照片:2-1、2-2)立行立改",
            "请按期反馈。",
        ]
    )
    assert [(p.place, p.description, p.photos, p.limit) for p in problems] == [
        ("样例路东段", "围挡破损,裸土未覆盖,影响市容环境和行人通行", ("1-1",), "限3月6日前整改"),
        ("示范街口", "积水", ("2-1", "2-2"), "立行立改"),
    ]
    assert rest == ["请按期反馈。"]


# --- numbers and limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "宿创办〔2026〕31号",
        "宿创办【2026】31号",
        "宿创办[2026]31 号",
        "文号:宿创办 (2026) 31号",
        "宿 创 办（2026）31号",
        "现撤销宿创办［2026］31号",
    ],
)
def test_a_number_in_any_brackets_is_one_number(written):
    assert papers.numbers(written) == ["宿创办〔2026〕31号"]


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("2026-03-06", "day", "2026-03-06"),
        ("2026.3.6", "day", "2026-03-06"),
        ("2026/3/6", "day", "2026-03-06"),
        ("2026年3月6日", "day", "2026-03-06"),
        ("2026年3月6日前", "day", "2026-03-06"),
        ("3月6日前", "day", "2026-03-06"),
        ("限3月6日前整改", "day", "2026-03-06"),
        ("46087", "day", "2026-03-06"),
        ("2026-03-06T17:30:00", "moment", "2026-03-06T17:30"),
        ("3月6日17:30前", "moment", "2026-03-06T17:30"),
        ("收到通知后3个工作日内", "working_days", "3"),
        ("十五日内", "days", "15"),
        ("24小时内", "hours", "24"),
        ("立行立改", "at_once", ""),
        ("立即整改", "at_once", ""),
        ("", "none", ""),
        ("无", "none", ""),
        ("尽快", "unknown", ""),
        ("2026-13-45", "unknown", ""),
    ],
)
def test_limits_as_they_are_written(written, kind, value):
    found = limits.parse(written, 2026)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize("written", ["1", "1.0", "(1)", "（1）", "1、", "第1项", " 1 ", "01"])
def test_a_number_of_a_row(written):
    assert tables.seq_of(written) == "1"


def test_ranges_of_items():
    said = limits.of_sentences("第1-3、5项于3月6日前整改完毕,第4项于2026年3月9日前完成整改。", 2026)
    assert {seq: limit.value for seq, limit in said.items} == {
        "1": "2026-03-06", "2": "2026-03-06", "3": "2026-03-06", "5": "2026-03-06", "4": "2026-03-09",
    }  # fmt: skip
