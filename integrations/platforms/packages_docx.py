"""Notices as .docx: a letter with a table of problems or with numbered paragraphs, and the notice that withdraws another."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from itertools import groupby

from docx import Document
from docx.document import Document as Letter
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table

from .packages import OUR_NAME, Notice, Problem, deadline_text

_HEADERS = ("序号", "检查点位", "存在问题", "照片编号", "整改时限", "责任单位")


def notice_letter(notice: Notice, *, table: bool = True, problems: bool = True) -> bytes:
    """The letter with all problems in a table (merged cells included), or as ``1.点位:…。问题:…。`` paragraphs, or without them."""
    letter = Document()
    _head(letter, notice.office, notice.number, notice.title)
    letter.add_paragraph(f"{OUR_NAME}:")
    letter.add_paragraph(f"检查时间:{_day(notice.issued)}")
    letter.add_paragraph("近日,我办对全市重点工程工地开展督查,发现以下问题,现予交办:")
    if problems and table:
        _table(letter, notice)
    elif problems:
        _paragraphs(letter, notice)
    if notice.due:
        _deadline(letter, notice.due)
    letter.add_paragraph("联系人:示例督查员,电话:19900005000。")
    return _foot(letter, notice.office, notice.issued)


def withdrawal(number: str, base_number: str, office: str, issued: date) -> bytes:
    """A 撤销通知 with its own ``number`` that withdraws the notice ``base_number``."""
    letter = Document()
    _head(letter, office, number, "撤销通知")
    letter.add_paragraph(f"{OUR_NAME}:")
    letter.add_paragraph(f"经复核,现撤销《{base_number}》督查通知,其中所列问题不再要求整改和反馈。")
    return _foot(letter, office, issued)


def _head(letter: Letter, office: str, number: str, title: str) -> None:
    for text in (office, number):
        letter.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.CENTER
    letter.add_heading(title, level=1).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _foot(letter: Letter, office: str, issued: date) -> bytes:
    for text in (office, _day(issued)):
        letter.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = BytesIO()
    letter.save(out)
    return out.getvalue()


def _deadline(letter: Letter, due: date) -> None:
    """The sentence is split over runs, as word processors do."""
    paragraph = letter.add_paragraph("请于")
    for text in (
        f"{due.year}年",
        f"{due.month}月{due.day}",
        "日前整改到位",
        ",并将整改情况(附整改前后对比照片)书面反馈。",
    ):
        paragraph.add_run(text)


def _table(letter: Letter, notice: Notice) -> None:
    table = letter.add_table(rows=1, cols=len(_HEADERS))
    table.style = "Table Grid"
    for column, text in enumerate(_HEADERS):
        table.cell(0, column).text = text
    for problem in notice.problems:
        cells = table.add_row().cells
        texts = (
            problem.seq,
            problem.place,
            problem.content,
            "、".join(problem.photos),
            _shown(notice, problem),
            problem.unit,
        )
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
    _merge_places(table, [problem.place for problem in notice.problems])


def _merge_places(table: Table, places: list[str]) -> None:
    row = 1
    for place, group in groupby(places):
        count = len(list(group))
        if count > 1:
            for below in range(row + 1, row + count):
                table.cell(below, 1).text = ""
            table.cell(row, 1).merge(table.cell(row + count - 1, 1)).text = place
        row += count


def _paragraphs(letter: Letter, notice: Notice) -> None:
    for problem in notice.problems:
        text = f"{problem.seq}.点位:{problem.place}。问题:{problem.content}。"
        if problem.photos:
            text += f"照片:{'、'.join(problem.photos)}。"
        if shown := _shown(notice, problem):
            text += f"整改期限:{shown}。"
        letter.add_paragraph(text)


def _shown(notice: Notice, problem: Problem) -> str:
    text = deadline_text(notice, problem)
    return text.isoformat() if isinstance(text, date) else text


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
