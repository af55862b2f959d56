"""Moments as people say them: 今天 14:06, 昨天 10:15, 10月9日 17:30; a last day ends at 24:00."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tickets.domain.moments import to_local

from .labels import in_chinese

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(value: date, today: date | None = None) -> str:
    """10月9日; with its year where that is not this one, or on paper (no ``today``)."""
    is_plain = today is not None and value.year == today.year
    if in_chinese():
        plain = f"{value.month}月{value.day}日"
        return plain if is_plain else f"{value.year}年{plain}"
    plain = f"{value.day} {MONTHS[value.month - 1]}"
    return plain if is_plain else f"{plain} {value.year}"


def when(moment: datetime, now: datetime) -> str:
    """今天 14:06 · 昨天 10:15 · 10月9日 17:30."""
    local, today = to_local(moment), to_local(now).date()
    near = {0: ("今天", "today"), -1: ("昨天", "yesterday"), 1: ("明天", "tomorrow")}
    ahead = (local.date() - today).days
    name = near[ahead][0 if in_chinese() else 1] if ahead in near else day(local.date(), today)
    return f"{name} {local:%H:%M}"


def full(moment: datetime) -> str:
    """2026年10月9日 17:30: for paper, which is read on another day."""
    local = to_local(moment)
    return f"{day(local.date())} {local:%H:%M}"


def due(moment: datetime, now: datetime | None = None) -> str:
    """The end of a limit: midnight belongs to the day it ends, 10月9日 24:00; on paper (no ``now``) with its year."""
    local, today = to_local(moment), to_local(now).date() if now else None
    if (local.hour, local.minute) == (0, 0):
        return f"{day(local.date() - timedelta(days=1), today)} 24:00"
    return f"{day(local.date(), today)} {local:%H:%M}"


def weekday(value: date) -> str:
    """周五."""
    return f"周{WEEKDAYS[value.weekday()]}" if in_chinese() else ENGLISH_WEEKDAYS[value.weekday()]
