"""A notice from a calendar feed: whole-day events (DTSTART up to but without DTEND), off or worked by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from tickets.domain.edition import DayRow, Issuer

from .notice import BadNotice, Fault, Notice

LONGEST = 15
#: Apple's mark, then the words that publishers write; a worked day is looked for first, since 调休 stands in both.
MARK = "X-APPLE-SPECIAL-DAY"
MARKS = {"WORK-HOLIDAY": False, "ALTERNATE-WORKDAY": True}
WORKED = re.compile(r"补班|上班|（班）|\(班\)|\b班\b|work(ing)?[ -]?day|make-?up", re.IGNORECASE)
OFF = re.compile(r"放假|假期|（休）|\(休\)|休息|节假日|holiday|day off", re.IGNORECASE)
AROUND = re.compile(
    r"\s*(（[休班]）|\([休班]\)|补班|调休上班|上班|放假|假期|休息|第\s*\d+\s*天.*|holiday|make-?up day)\s*",
    re.IGNORECASE,
)


def read_ical(raw: bytes, *, year: int | None, document: str, announced: bool = True) -> Notice:
    """The events of ``year``. Raises BadNotice naming every event that is not a day of a holiday table."""
    if year is None or not document.strip():
        raise BadNotice(Fault(
            "", "iCal 文件不含文号和年份，请用 --year 和 --document 指明。", "An iCal file names no notice: say --year and --document."
        ))  # fmt: skip
    try:
        events = Calendar.from_ical(raw).walk("VEVENT")
    except (ValueError, IndexError, KeyError) as error:
        raise BadNotice(
            Fault(
                "",
                f"不是可读的 iCal 文件（{str(error)[:80]}）。",
                f"This iCal file cannot be read ({str(error)[:80]}).",
            )
        ) from error
    faults: list[Fault] = []
    facts = {"document": document.strip(), "issuer": Issuer.STATE.value, "announced": announced}
    days = tuple(row for event in events for row in _days(event, year, facts, faults))
    if faults:
        raise BadNotice(*faults)
    return Notice(document.strip(), Issuer.STATE.value, year, announced, days)


def _days(event: Any, year: int, facts: dict[str, Any], faults: list[Fault]) -> Iterator[DayRow]:
    name = str(event.get("SUMMARY", "")).strip()
    try:
        first, last = _span(event)
        if not {first.year, last.year} & {year}:
            return
        working = _is_worked(event, name)
    except BadNotice as bad:
        faults += [Fault(f"VEVENT {name or event.get('UID', '')}", fault.zh, fault.en) for fault in bad.faults]
        return
    called = AROUND.sub("", name).strip() or name
    for step in range((last - first).days + 1):
        yield DayRow(first + timedelta(days=step), working, f"{called}调休上班" if working else called, "", **facts)


def _span(event: Any) -> tuple[date, date]:
    """First and last day: DTEND is not a day of it any more (RFC 5545)."""
    begins, ends, lasts = (event.get(name) for name in ("DTSTART", "DTEND", "DURATION"))
    first = begins.dt if begins is not None else None
    if event.get("RRULE") is not None:
        raise BadNotice(
            Fault("", "重复规则不能作为放假安排，请改为逐次列出。", "A repeating event is no notice: list its days.")
        )
    if not isinstance(first, date) or isinstance(first, datetime):
        raise BadNotice(Fault(
            "", "只接受全天事件（DTSTART;VALUE=DATE）；半天请用 JSON 的 days 写明办公时间。",
            "Whole-day events only (DTSTART;VALUE=DATE); write half-days in JSON with their hours.",
        ))  # fmt: skip
    end = ends.dt if ends is not None else first + (lasts.dt if lasts is not None else timedelta(days=1))
    if isinstance(end, datetime) or not 0 < (end - first).days <= LONGEST:
        raise BadNotice(Fault(
            "", f"起止日期颠倒，或超过 {LONGEST} 天。", f"It ends before it begins, or lasts more than {LONGEST} days."
        ))  # fmt: skip
    return first, end - timedelta(days=1)


def _is_worked(event: Any, name: str) -> bool:
    mark = str(event.get(MARK, "")).upper()
    if mark in MARKS:
        return MARKS[mark]
    said = f"{name} {_categories(event)}"
    if WORKED.search(said):
        return True
    if OFF.search(said):
        return False
    raise BadNotice(Fault(
        "", "看不出是放假还是补班，请在标题中写明“（休）”或“（班）”。", "Neither off nor worked: write （休） or （班） into its title."
    ))  # fmt: skip


def _categories(event: Any) -> str:
    given = event.get("CATEGORIES")
    return " ".join(str(each) for each in getattr(given, "cats", [given] if given is not None else []))
