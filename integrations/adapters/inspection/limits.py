"""Deadlines as inspectors write them: dates with and without a year, serials, working days from receipt, 立行立改, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1899, 12, 30)  # Excel's day 0 in the 1900 system
SERIALS = range(36_526, 73_051)  # 2000-01-01 … 2100-01-01
AT_ONCE = re.compile(r"立行立改|立即整改|立查立改|即知即改|立整立改")
_NUMERALS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_DAYS = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*个?\s*(工作日|日|天)\s*(?:之)?(?:以)?内")
_HOURS = re.compile(r"(\d{1,3})\s*(?:个)?小时\s*(?:之)?(?:以)?内")
_DATE = re.compile(
    r"(?:(?P<y>\d{4})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]|(?<!\d)(?P<m2>\d{1,2})\s*月)\s*(?P<d>\d{1,2})(?!\d)\s*[日号]?"
    r"(?:\s*T?(?P<H>\d{1,2})\s*[:：时]\s*(?P<M>\d{2})?\s*(?::\d{2})?分?)?"
)
_WHOLE = re.compile(
    rf"(?:请|须|应|于|在|限|截至|截止到?|到|至|:|：|\s)*{_DATE.pattern}\s*(?:之前|以前|前|止|内|底前)?\s*(?:完成|整改)?[。;；]?"
)
_LABEL = re.compile(r"(?:期限|时限|限期整改|完成时间)\s*[:：]?\s*$")
_ACT = re.compile(r"(?P<mend>整改(?!情况|报告|结果|方案|台账|前后|后)|整治|完成|落实)|反馈|报送|上报|回复|书面报")
_ITEMS = re.compile(r"第\s*([\d、,，和及至\-—~～]+)\s*项")


@dataclass(frozen=True, slots=True)
class Limit:
    """``kind``: day (ISO date, its end), moment (ISO), working_days, days, hours (a number from receipt or ``start``), at_once,
    unknown, or none; ``text`` is what stands on the paper."""

    kind: str = "none"
    value: str = ""
    text: str = ""
    start: str = ""

    def __bool__(self) -> bool:
        return self.kind != "none"


def parse(text: str, year: int) -> Limit:
    """The limit of one cell; dates without a year are of ``year``, that of the notice."""
    said = re.sub(r"\s+", " ", text).strip()
    if said in {"", "-", "—", "/", "无"}:
        return Limit()
    if said.isdigit() and int(said) in SERIALS:
        return Limit("day", (EPOCH + timedelta(days=int(said))).isoformat(), said)
    whole = _WHOLE.fullmatch(said)
    if whole and (value := _value(whole, year)):
        return Limit("moment" if "T" in value else "day", value, said)
    span = span_of(said)
    if span:
        return span
    return Limit("at_once" if AT_ONCE.search(said) else "unknown", "", said)


def span_of(text: str, start: str = "") -> Limit:
    """``3个工作日内``, ``7日内``, ``24小时内`` anywhere in a sentence, counted from ``start`` (ISO date) or from receipt."""
    if found := _DAYS.search(text):
        kind = "working_days" if found[2] == "工作日" else "days"
        return Limit(kind, str(_number(found[1])), found[0], start)
    if found := _HOURS.search(text):
        return Limit("hours", found[1], found[0], start)
    return Limit()


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _NUMERALS[text[-1]]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


def _value(found: re.Match[str], year: int) -> str:
    """ISO date or moment; '' for an impossible one."""
    try:
        day = date(int(found["y"] or year), int(found["m"] or found["m2"]), int(found["d"]))
    except ValueError:
        return ""
    if found["H"] is None or int(found["H"]) > 24 or int(found["M"] or 0) > 59:
        return day.isoformat()
    return f"{day.isoformat()}T{int(found['H']):02d}:{int(found['M'] or 0):02d}"


def day_of(text: str, year: int = 0) -> str:
    """The first full date in a text as ISO date; '' for none. With ``year`` a date without one counts too."""
    for found in _DATE.finditer(text):
        if found["y"] or year:
            value = _value(found, year)
            if value:
                return value[:10]
    return ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the sentences of a letter say: the overall limit, limits of single items by 序号, and when to report."""

    overall: Limit = Limit()
    items: tuple[tuple[str, Limit], ...] = ()
    report_by: str = ""


def of_sentences(text: str, year: int) -> Said:
    """Reads ``请于10月12日前整改到位,并于10月13日17:00前反馈`` and ``第1、2项于9月25日前整改完毕,第3项于…``."""
    overall, report, items = Limit(), "", dict[str, Limit]()
    for before, value, after in _dated(text, year):
        limit = Limit("moment" if "T" in value else "day", value, value)
        act = _ACT.search(after)
        if (act and act["mend"]) or _LABEL.search(before):
            named = _ITEMS.search(before)
            if named:
                items |= dict.fromkeys(_numbers(named[1]), limit)
            else:
                overall = overall or limit
        elif act:
            report = report or value
    if not overall and not items:
        overall = _span_in(text)
    return Said(overall, tuple(items.items()), report)


def _span_in(text: str) -> Limit:
    for sentence in re.split(r"[。;；\n]", text):
        if re.search(r"整改|完成|限期", sentence) and (found := span_of(sentence)):
            return found
    return Limit()


def _dated(text: str, year: int) -> Iterator[tuple[str, str, str]]:
    """(words before, value, words after up to the next date or sentence end) of each date that is a 'before'."""
    found = list(_DATE.finditer(text))
    for at, match in enumerate(found):
        start = found[at - 1].end() if at else 0
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        after = re.split(r"[。;；\n]", text[match.end() : end])[0]
        before = re.split(r"[。;；\n]", text[start : match.start()])[-1]
        value = _value(match, year)
        if value and (re.match(r"\s*(之前|以前|前|止|底前)", after) or _LABEL.search(before)):
            yield before, value, after


def _numbers(text: str) -> list[str]:
    """``1、2、4`` and ``1-3`` as numbers."""
    numbers: list[str] = []
    for part in re.split(r"[、,，和及]", text):
        ends = [end for end in re.split(r"[至\-—~～]", part) if end.isdigit()]
        if len(ends) == 2 and int(ends[0]) <= int(ends[1]) < int(ends[0]) + 500:
            numbers += [str(number) for number in range(int(ends[0]), int(ends[1]) + 1)]
        else:
            numbers += ends
    return numbers
