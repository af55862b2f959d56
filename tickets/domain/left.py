"""剩余时限: what is left of a limit in the office's words, and its light; never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .calendar import WorkingCalendar
from .counting import day_of
from .moments import to_local
from .terms import Unit

MINUTE, HOUR = 60, 3600
RED, YELLOW, GREEN = "red", "yellow", "green"


@dataclass(frozen=True, slots=True)
class Left:
    """``light``: red once overdue; yellow with one working day or less left; green before (the published rule of Shandong)."""

    zh: str
    en: str
    light: str


def left(unit: Unit, due: datetime, now: datetime, calendar: WorkingCalendar) -> Left:
    """Limits in days say the whole days after today up to and with the last one, on the last day the time to its end; limits in
    hours say hours and minutes (of office hours for working hours), no days."""
    if now >= due:
        return _late(unit, due, now, calendar)
    today, last = to_local(now).date(), day_of(due)
    working = calendar.days_between(today, last)
    light = YELLOW if working <= 1 else GREEN
    if unit is Unit.WORKING_HOURS:
        zh, en = span(calendar.between(now, due))
        return Left(f"剩 {zh}（办公时间）", f"{en} of office time left", light)
    days = working if unit is Unit.WORKING_DAYS else (last - today).days
    if unit.is_days and days > 0:
        name = "工作日" if unit is Unit.WORKING_DAYS else "自然日"
        english = unit.en if days > 1 else unit.en.removesuffix("s")
        return Left(f"剩 {days} 个{name}", f"{days} {english} left", light)
    zh, en = span((due - now).total_seconds())
    return Left(f"剩 {zh}", f"{en} left", light)


def _late(unit: Unit, due: datetime, now: datetime, calendar: WorkingCalendar) -> Left:
    days = calendar.days_between(day_of(due), to_local(now).date())
    if unit is not Unit.CLOCK_HOURS and days > 0:
        return Left(f"已超期 {days} 个工作日", f"{days} working day{'s' if days > 1 else ''} overdue", RED)
    zh, en = span((now - due).total_seconds())
    return Left(f"已超期 {zh}", f"{en} overdue", RED)


def span(seconds: float) -> tuple[str, str]:
    """2 小时 5 分钟; two days and more of a limit in hours are still told in hours."""
    minutes = int(seconds // MINUTE)
    hours, rest = divmod(minutes, 60)
    if not minutes:
        return "不足 1 分钟", "under a minute"
    zh = " ".join(part for part in (f"{hours} 小时" if hours else "", f"{rest} 分钟" if rest else "") if part)
    en = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    return zh, en


class Lefts:
    """The limits of a whole list at one moment: many end at the same midnight, and an end is looked at once."""

    def __init__(self, now: datetime, calendar: WorkingCalendar) -> None:
        self._now, self._calendar = now, calendar
        self._ends: dict[tuple[Unit, datetime], tuple[Left, float, float]] = {}

    def of(self, unit: Unit, start: datetime, due: datetime) -> tuple[Left, int]:
        """``left`` of one of them, and how much is used, 0..100, in the limit's own kind of time: for a bar."""
        found = self._ends.get((unit, due))
        if found is None:
            found = self._ends[unit, due] = self._end(unit, due)
        left, end, rest = found
        if rest < 0:
            return left, 100
        total = end - self._place(unit, start)
        return left, 0 if total <= 0 else max(0, min(100, round(100 * (1 - rest / total))))

    def _end(self, unit: Unit, due: datetime) -> tuple[Left, float, float]:
        """What is left in words, where the limit ends, how far off that is: -1 when it is over."""
        told = left(unit, due, self._now, self._calendar)
        end = self._place(unit, due)
        return told, end, end - self._place(unit, self._now) if self._now < due else -1

    def _place(self, unit: Unit, moment: datetime) -> float:
        is_working = unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
        return self._calendar.position(moment) if is_working else moment.timestamp()
