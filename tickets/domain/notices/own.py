"""A notice as JSON of ours: ``document``, ``issuer``, ``year``, ``announced``, ``holidays``, ``days``, ``office_hours``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from tickets.domain.edition import DayRow, HoursRow, Issuer

from .notice import BadNotice, Fault, Notice

KNOWN = frozenset({"document", "issuer", "year", "announced", "holidays", "days", "office_hours"})
HOLIDAY = frozenset({"name_zh", "name_en", "from", "to", "makeup"})
DAY = frozenset({"date", "working", "name_zh", "name_en", "hours"})
HOURS = frozenset({"from", "hours", "document"})
LONGEST = 15


def read_json(text: str) -> Notice:
    """The notice. Raises BadNotice with every fault of form; what it says is checked by ``check``."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadNotice(Fault(
            f"第 {error.lineno} 行 / line {error.lineno}", "不是有效的 JSON，请检查括号、逗号和引号。",
            "This is no JSON: look at brackets, commas and quotes."
        )) from error  # fmt: skip
    if not isinstance(given, dict):
        raise BadNotice(
            Fault(
                "",
                "文件应为一个对象，含 document、year、holidays 等项。",
                "Give an object with document, year, holidays.",
            )
        )
    return _Reader().notice(given)


class _Reader:
    """Reads on after a fault, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def notice(self, given: Mapping[str, Any]) -> Notice:
        """All of it, or BadNotice."""
        self.known(given, KNOWN, "")
        document = self.text(given, "document", "", needed=True)
        issuer = given.get("issuer", Issuer.STATE.value)
        if issuer not in Issuer._value2member_map_:
            self.fault("issuer", "发布机关应为 state、local 或 own。", "The issuer is one of state, local, own.")
        year = given.get("year")
        if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 2000 <= year <= 2199):
            self.fault("year", "年份应为四位数字，例如 2027。", "Write the year as a number, such as 2027.")
            year = None
        announced = self.flag(given, "announced", "", otherwise=True)
        facts = {"document": document, "issuer": str(issuer), "announced": announced}
        days = [*self.holidays(given, facts), *self.single(given, facts)]
        hours = list(self.office_hours(given, document))
        if self.faults:
            raise BadNotice(*self.faults)
        return Notice(document, str(issuer), year, announced, tuple(days), tuple(hours))

    def holidays(self, given: Mapping[str, Any], facts: dict[str, Any]) -> Iterator[DayRow]:
        """Stretches of days off with their make-up days."""
        for where, each in self.objects(given, "holidays", HOLIDAY):
            zh, en = self.text(each, "name_zh", where, needed=True), self.text(each, "name_en", where)
            first, last = self.day(each, "from", where), self.day(each, "to", where, otherwise="from")
            if first and last and not 0 <= (last - first).days < LONGEST:
                self.fault(
                    where,
                    f"放假起止颠倒，或超过 {LONGEST} 天，请核对 from 和 to。",
                    f"From and to are the wrong way round or more than {LONGEST} days apart.",
                )
            elif first and last:
                for step in range((last - first).days + 1):
                    yield DayRow(first + timedelta(days=step), False, zh, en, **facts)
            yield from self.makeup(each, where, zh, en, facts)

    def makeup(self, each: Mapping[str, Any], where: str, zh: str, en: str, facts: dict[str, Any]) -> Iterator[DayRow]:
        listed = each.get("makeup", [])
        if not isinstance(listed, list):
            self.fault(f"{where}.makeup", "补班日应为日期列表。", "Make-up days are a list of dates.")
            return
        for place, text in enumerate(listed):
            day = self.date(text, f"{where}.makeup[{place}]")
            if day is not None:
                name_en = f"Make-up working day for {en}" if en else ""
                yield DayRow(day, True, f"{zh}调休上班", name_en, **facts)

    def single(self, given: Mapping[str, Any], facts: dict[str, Any]) -> Iterator[DayRow]:
        """Single days: worked or not, with hours of their own (half-days)."""
        for where, each in self.objects(given, "days", DAY):
            day, zh = self.day(each, "date", where), self.text(each, "name_zh", where, needed=True)
            working = self.flag(each, "working", where)
            hours, en = self.text(each, "hours", where), self.text(each, "name_en", where)
            if hours and not working:
                self.fault(where, "休息日不应有办公时间。", "A day off has no hours.")
            if day is not None:
                yield DayRow(day, working, zh, en, hours=hours, **facts)

    def office_hours(self, given: Mapping[str, Any], document: str) -> Iterator[HoursRow]:
        """Office hours from a day on (summer hours: two entries)."""
        for where, each in self.objects(given, "office_hours", HOURS):
            day, hours = self.day(each, "from", where), self.text(each, "hours", where, needed=True)
            if day is not None:
                yield HoursRow(day, hours, self.text(each, "document", where) or document)

    # -- small parts --------------------------------------------------------------------------------------------------

    def objects(
        self, given: Mapping[str, Any], name: str, known: frozenset[str]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        listed = given.get(name, [])
        if not isinstance(listed, list):
            self.fault(name, "应为列表。", "This must be a list.")
            return
        for place, each in enumerate(listed):
            where = f"{name}[{place}]"
            if not isinstance(each, dict):
                self.fault(where, "应为对象。", "This must be an object.")
            else:
                self.known(each, known, where)
                yield where, each

    def known(self, each: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for name in each.keys() - known:
            told = ", ".join(sorted(known))
            self.fault(
                f"{where}.{name}".lstrip("."), f"没有这一项；可用：{told}。", f"There is no such entry; known: {told}."
            )

    def text(self, each: Mapping[str, Any], name: str, where: str, *, needed: bool = False) -> str:
        value = each.get(name, "")
        if not isinstance(value, str) or (needed and not value.strip()) or len(value) > 120:
            self.fault(
                f"{where}.{name}".lstrip("."),
                "请填写文字，不超过 120 字。" if needed else "应为不超过 120 字的文字。",
                "Write a text of at most 120 characters.",
            )
            return ""
        return value.strip()

    def flag(self, each: Mapping[str, Any], name: str, where: str, *, otherwise: bool | None = None) -> bool:
        value = each.get(name, otherwise)
        if not isinstance(value, bool):
            self.fault(f"{where}.{name}".lstrip("."), "应为 true 或 false。", "Write true or false.")
            return False
        return value

    def day(self, each: Mapping[str, Any], name: str, where: str, otherwise: str = "") -> date | None:
        return self.date(each.get(name, each.get(otherwise, "")), f"{where}.{name}")

    def date(self, text: Any, where: str) -> date | None:
        read: Callable[[str], date] = date.fromisoformat
        try:
            return read(text)
        except (TypeError, ValueError):
            self.fault(
                where,
                f"不是日期：{str(text)[:20]}，应写作 2027-10-01。",
                f"No date: {str(text)[:20]}; write 2027-10-01.",
            )
            return None

    def fault(self, where: str, zh: str, en: str) -> None:
        self.faults.append(Fault(where, zh, en))
