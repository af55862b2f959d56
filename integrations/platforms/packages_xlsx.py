"""The problem list of a notice as .xlsx, in the layouts that offices really use (titles, groups, merged cells, other words)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from io import BytesIO
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook

from .packages import Notice, deadline_text

LAYOUTS = 5
_COLUMNS = ("seq", "place", "content", "photos", "deadline", "unit")
_HEADERS: tuple[dict[str, str], ...] = (
    {
        "seq": "序号",
        "place": "点位",
        "content": "问题描述",
        "photos": "照片",
        "deadline": "整改期限",
        "unit": "责任单位",
    },
    {
        "seq": "编号",
        "place": "问题点位",
        "content": "存在问题",
        "photos": "现场照片",
        "deadline": "整改时限",
        "unit": "牵头单位",
    },
    {
        "seq": "问题编号",
        "place": "具体位置",
        "content": "问题情况",
        "photos": "图片",
        "deadline": "限期整改",
        "unit": "整改单位",
    },
    {
        "seq": "No.",
        "place": "检查\n点位",
        "content": "具 体 问 题",
        "photos": "照片编号",
        "deadline": "完成时限",
        "unit": "责任部门",
    },
    {
        "seq": "序 号",
        "place": "路段",
        "content": "问题",
        "photos": "照片",
        "deadline": "要求完成时间",
        "unit": "责任单位",
    },
)
_PARTED = ("、", ",", ";", "\n", "，")
_WIDTHS = {"seq": 8, "place": 24, "content": 44, "photos": 18, "deadline": 18, "unit": 26}


class _Sheet:
    """A worksheet with the formats a list needs."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        plain: dict[str, Any] = {"text_wrap": True, "valign": "vcenter", "border": 1}
        self.title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        self.head = book.add_format(plain | {"bold": True, "align": "center"})
        self.cell = book.add_format(plain)
        self.day = book.add_format(plain | {"num_format": "yyyy-mm-dd"})

    def write(self, row: int, column: int, value: str | date) -> None:
        if isinstance(value, date):
            self.sheet.write_datetime(row, column, value, self.day)
        else:
            self.sheet.write_string(row, column, value, self.cell)

    def span(self, first: int, last: int, column: int, value: str | date) -> None:
        if first == last:
            self.write(first, column, value)
        else:
            self.sheet.merge_range(
                first, column, last, column, value, self.day if isinstance(value, date) else self.cell
            )


def problem_list(notice: Notice) -> bytes:
    """The bytes of the list in ``notice.layout`` (0–4): plain; a row of groups; a hidden row; merged cells; a hidden sheet first."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"author": notice.office, "created": datetime.combine(notice.issued, time(), UTC)})
    layout = notice.layout % LAYOUTS
    if layout == 4:
        _hidden_first(book)
    sheet = _Sheet(book, "整改清单")
    if layout == 4:
        sheet.sheet.activate()
        sheet.sheet.set_first_sheet()
    top = _above(sheet, notice, layout)
    end = _body(sheet, notice, layout, _header(sheet, layout, top))
    _below(sheet, layout, end)
    book.close()
    return out.getvalue()


def _hidden_first(book: Workbook) -> None:
    sheet = book.add_worksheet("参数")
    sheet.write_string(0, 0, "点位")
    sheet.write_string(0, 1, "问题描述")
    sheet.write_string(1, 0, "(隐藏工作表,不是问题)")
    sheet.hide()


def _above(sheet: _Sheet, notice: Notice, layout: int) -> int:
    last = len(_COLUMNS) - 1
    sheet.sheet.merge_range(0, 0, 0, last, f"{notice.title}问题清单", sheet.title)
    brackets = ("〔〕", "[]", "【】", "（）", "()")[layout]
    number = notice.number.replace("〔", f" {brackets[0]}").replace("〕", f"{brackets[1]} ")
    lines = [f"文号:{number}", f"发文单位:{notice.office}   发文日期:{notice.issued.isoformat()}"]
    lines.append(f"检查时间:{notice.issued.year}年{notice.issued.month}月{notice.issued.day}日")
    if notice.due:
        lines.append(f"限期整改:{notice.due.year}年{notice.due.month}月{notice.due.day}日前")
    for row, line in enumerate(lines, start=1):
        sheet.sheet.merge_range(row, 0, row, last, line, sheet.cell)
    return len(lines) + 1


def _header(sheet: _Sheet, layout: int, row: int) -> int:
    if layout == 1:
        sheet.sheet.merge_range(row, 0, row, 3, "检查情况", sheet.head)
        sheet.sheet.merge_range(row, 4, row, 5, "整改要求", sheet.head)
        row += 1
    for column, name in enumerate(_COLUMNS):
        sheet.sheet.set_column(column, column, _WIDTHS[name])
        sheet.sheet.write_string(row, column, _HEADERS[layout][name], sheet.head)
    return row + 1


def _body(sheet: _Sheet, notice: Notice, layout: int, row: int) -> int:
    first = row
    for problem in notice.problems:
        values = (
            problem.seq,
            problem.place,
            problem.content,
            _photos(problem.photos, layout),
            deadline_text(notice, problem),
            problem.unit,
        )
        for column, value in enumerate(values):
            if not (layout == 3 and _COLUMNS[column] in ("place", "deadline", "unit")):
                sheet.write(row, column, value)
        row += 1
    if layout == 3:
        _merged(sheet, notice, first)
    if layout == 2 and len(notice.problems) > 2:
        sheet.sheet.set_row(first + 1, None, None, {"hidden": True})
    return row


def _photos(names: tuple[str, ...], layout: int) -> str:
    shown = [name.rsplit(".", 1)[0] for name in names] if layout in (1, 3) else list(names)
    return _PARTED[layout].join(shown)


def _merged(sheet: _Sheet, notice: Notice, first: int) -> None:
    """Place, deadline and unit are merged over the neighbours that share them."""
    texts = [(p.place, deadline_text(notice, p), p.unit) for p in notice.problems]
    for which, column in enumerate(_COLUMNS.index(name) for name in ("place", "deadline", "unit")):
        row = first
        for value, group in groupby(text[which] for text in texts):
            count = len(list(group))
            sheet.span(row, row + count - 1, column, value)
            row += count


def _below(sheet: _Sheet, layout: int, row: int) -> None:
    last = len(_COLUMNS) - 1
    if layout in (0, 2):
        sheet.sheet.merge_range(row, 0, row, last, "注:请按期整改并反馈整改前后对比照片。", sheet.cell)
        row += 1
    sheet.sheet.merge_range(row, 0, row, last, "签收人:            签收时间:", sheet.cell)
