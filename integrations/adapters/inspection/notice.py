"""A notice from the papers of its package: the list of record, the head, and every numbered problem with its limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from integrations.adapters.inspection import limits, papers, tables
from integrations.adapters.inspection.limits import Limit
from integrations.adapters.inspection.tables import Problem
from integrations.files import Sheet, read_docx, read_pdf, read_xlsx

ORDER = (".xlsx", ".docx", ".pdf")


class NoProblems(Exception):
    """A paper holds no problems that can be read: ``zh`` and ``en`` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Paper:
    """One file as texts and tables: ``texts`` are its paragraphs outside the problems."""

    problems: tuple[Problem, ...] = ()
    texts: tuple[str, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    is_scan: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """``number``: the 文号 with 〔〕, '' where none stands on the papers; dates are ISO dates; ``problems`` carry their place in
    the order; ``limits`` and ``marks`` by position; ``text`` is all running text."""

    number: str
    title: str
    issuer: str = ""
    issued_on: str = ""
    inspected: str = ""
    report_by: str = ""
    is_withdrawal: bool = False
    problems: tuple[Problem, ...] = ()
    limits: Mapping[int, Limit] = field(default_factory=dict)
    marks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""

    @property
    def document(self) -> str:
        """What names the notice: its 文号, else its title."""
        return self.number or self.title


def read(files: Mapping[str, bytes], year: int) -> Notice:
    """The notice of the papers ``{file name: bytes}``; ``year`` stands in where no date has one. Raises FileRefused, NoProblems."""
    by_kind = {kind: next((name for name in sorted(files) if name.lower().endswith(kind)), "") for kind in ORDER}
    read_papers = [READERS[kind](files[name], name) for kind, name in by_kind.items() if name]
    if not read_papers:
        raise NoProblems("包内没有通知或清单文件，请补发", "The package holds no notice or list: have it sent again")
    record = next((paper for paper in read_papers if paper.problems), read_papers[0])
    head = _head(read_papers)
    if head.is_withdrawal:
        return head
    if not record.problems:
        raise _nothing(any(paper.is_scan for paper in read_papers))
    problems, marks = _numbered(record.problems)
    issued_year = (
        int((head.issued_on or head.number[head.number.find("〔") + 1 :])[:4])
        if head.issued_on or head.number
        else year
    )
    told = _limits(problems, read_papers, head.issued_on, issued_year)
    return replace(head, problems=tuple(problems), limits=told[0], marks=marks, report_by=told[1])


def _nothing(is_scan: bool) -> NoProblems:
    if is_scan:
        return NoProblems(
            "文件是扫描件，没有文字：原件已保存，请人工录入问题",
            "A scan without text: it is kept, please type the problems by hand",
        )
    return NoProblems(
        "未找到点位和问题描述：请核对表头，或人工录入",
        "No places and problems found: check the headers or type them by hand",
    )


# --- the papers ------------------------------------------------------------------------------------------------------


def _xlsx(data: bytes, name: str) -> Paper:
    """The first visible sheet is the list."""
    sheets: list[Sheet] = read_xlsx(data, name)
    found = tables.read(sheets[0].rows) if sheets else None
    if found is None:
        return Paper(texts=tuple(_texts(sheets[0])) if sheets else ())
    return Paper(found.problems, found.around)


def _texts(sheet: Sheet) -> list[str]:
    return [" ".join(dict.fromkeys(filter(None, row))) for row in sheet.rows if any(row)]


def _docx(data: bytes, name: str) -> Paper:
    document = read_docx(data, name)
    texts = [line for text in document.paragraphs for line in text.splitlines()]
    for table in document.tables:
        found = tables.read(table.rows) or tables.read_form(table.rows)
        if found:
            return Paper(found.problems, (*texts, *found.around), found.form)
    problems, rest = papers.of_paragraphs(texts)
    tabled = [" ".join(dict.fromkeys(filter(None, row))) for table in document.tables for row in table.rows]
    return Paper(tuple(problems), tuple(rest + tabled))


def _pdf(data: bytes, name: str) -> Paper:
    pages = read_pdf(data, name)
    problems, rest = papers.of_lines(pages.lines)
    return Paper(tuple(problems), tuple(rest), is_scan=pages.is_scan)


READERS = {".xlsx": _xlsx, ".docx": _docx, ".pdf": _pdf}


# --- the head --------------------------------------------------------------------------------------------------------


def _head(read_papers: list[Paper]) -> Notice:
    """Each fact from the first paper that gives it, the list of record before the letters."""

    def first(values: list[str]) -> str:
        return next((value for value in values if value), "")

    titles = [papers.title_of(paper.texts) for paper in read_papers]
    is_withdrawal = any(papers.is_withdrawal(title) for title in titles)
    return Notice(
        number=first(
            [
                first(papers.numbers(paper.form.get("number", "")) + papers.numbers(_head_text(paper)))
                for paper in read_papers
            ]
        ),
        title=first(titles),
        issuer=first([papers.issuer(paper.texts) for paper in read_papers]),
        issued_on=first(
            [limits.day_of(paper.form.get("issued_on", "")) or papers.issued_on(paper.texts) for paper in read_papers]
        ),
        inspected=first([papers.labelled(paper.texts, "检查时间", "督查时间") for paper in read_papers]),
        is_withdrawal=is_withdrawal,
        text="\n".join(text for paper in read_papers for text in paper.texts),
    )


def _head_text(paper: Paper) -> str:
    """The 文号 stands among the first lines; later ones only cite others."""
    return "\n".join(paper.texts[:8])


# --- numbers and limits ----------------------------------------------------------------------------------------------


def _numbered(problems: tuple[Problem, ...]) -> tuple[list[Problem], dict[int, tuple[str, ...]]]:
    """A missing or doubled 序号 becomes the row's position and is marked for a person."""
    taken: set[str] = set()
    doubtful: list[Problem] = []
    for problem in problems:
        if problem.seq and problem.seq not in taken:
            taken.add(problem.seq)
        else:
            doubtful.append(problem)
    given: dict[int, str] = {}
    marks: dict[int, tuple[str, ...]] = {}
    for problem in doubtful:
        seq = str(problem.position) if str(problem.position) not in taken else f"行{problem.position}"
        taken.add(seq)
        given[problem.position] = seq
        marks[problem.position] = (f"序号={problem.seq or '空'}→{seq}",)
    return [replace(problem, seq=given.get(problem.position, problem.seq)) for problem in problems], marks


def _limits(
    problems: list[Problem], read_papers: list[Paper], issued_on: str, year: int
) -> tuple[dict[int, Limit], str]:
    """Own limit, else the one the letter gives this number, else the one in its measure, else the overall one; and report_by."""
    said = [limits.of_sentences("\n".join(paper.texts), year) for paper in read_papers]
    overall = next((one.overall for one in said if one.overall), Limit())
    by_item: dict[str, Limit] = {seq: limit for one in reversed(said) for seq, limit in one.items}
    found = {}
    for problem in problems:
        own = limits.parse(problem.limit, year)
        in_measure = limits.span_of(problem.measure, issued_on) if re.search(r"内", problem.measure) else Limit()
        found[problem.position] = own or by_item.get(problem.seq) or in_measure or overall
    return found, next((one.report_by for one in said if one.report_by), "")
