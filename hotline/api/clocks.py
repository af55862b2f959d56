"""The clocks of a ticket, each with its count in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.wording import label, pair
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.explain import explain
from tickets.domain.moments import to_local
from tickets.domain.words import ClockKind, Side
from tickets.models import Run, Ticket, Timer
from tickets.queries import reckoning
from tickets.queries.calendar import working_calendar


def clocks(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """Every clock, the outer ones first, in one query and the calendar's."""
    calendar = working_calendar()
    found = ticket.timers.select_related("policy", "inquiry").order_by("-side", "id")
    return [_told(timer, calendar, now) for timer in found]


def _told(timer: Timer, calendar: WorkingCalendar, now: datetime) -> dict[str, Any]:
    return {
        "kind": timer.kind,
        "kind_label": label(ClockKind, timer.kind),
        "side": timer.side,
        "side_label": label(Side, timer.side),
        "inquiry": timer.inquiry.number if timer.inquiry else None,
        "run": timer.run,
        "run_label": label(Run, timer.run),
        "started_at": timer.started_at,
        "due_at": timer.due_at,
        "is_platform": timer.platform_due_at is not None,
        "is_provisional": timer.is_provisional,
        "is_late": timer.is_late,
        "met_at": timer.met_at,
        "policy": timer.policy.name if timer.policy else "",
        "citation": timer.policy.citation if timer.policy else "",
        "explanation": _explained(timer, calendar, now),
    }


def _explained(timer: Timer, calendar: WorkingCalendar, now: datetime) -> str:
    if timer.platform_due_at is not None:
        at = f"{to_local(timer.platform_due_at):%Y-%m-%d %H:%M}"
        return pair(f"来源给定的时限：{at}。", f"The source's own deadline: {at}.")
    if "before" in timer.terms:
        at = f"{to_local(datetime.fromisoformat(timer.terms['before'])):%Y-%m-%d %H:%M}"
        return pair(f"早于平台时限 {at}，按提前量计算。", f"Ahead of the outer deadline {at} by the policy's margin.")
    if "until" in timer.terms:
        return pair("按批准的日期。", "The date that was granted.")
    told = explain(
        reckoning.terms_of(timer), timer.started_at, calendar, reckoning.pauses_of(timer),
        extension=timer.extension, restart=timer.restarted_at, now=now,
    )  # fmt: skip
    return pair(told.summary_zh, told.summary_en)
