"""The source's own deadlines: as given, and where it gives a rule instead of a moment, what the rule comes to on the working calendar."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

from tickets.domain.deadlines import due
from tickets.domain.messages import Incoming, Limits
from tickets.domain.moments import SHANGHAI
from tickets.domain.terms import Terms, Unit
from tickets.queries.calendar import working_calendar


def stated(incoming: Incoming, given: Limits, dispatched_at: datetime) -> dict[str, Any]:
    """``limit_*`` of an inquiry. ``detail`` may hold a rule: limit_working_days from limit_from (收到通知后 N 个工作日内), or
    limit_rule {contact, answer, reply, unit} from the dispatch (三段时限); a given moment always goes first."""
    limits = {each.name: getattr(given, each.name) for each in fields(Limits)}
    for name, (amount, unit, start) in _rules(incoming.detail, dispatched_at).items():
        if limits[name] is None:
            limits[name] = due(Terms(amount, unit), start, working_calendar()).moment
    return {f"limit_{name}": moment for name, moment in limits.items()}


def _rules(detail: dict[str, Any], dispatched_at: datetime) -> dict[str, tuple[str, str, datetime]]:
    rules: dict[str, tuple[str, str, datetime]] = {}
    if days := detail.get("limit_working_days"):
        day = date.fromisoformat(detail["limit_from"]) if detail.get("limit_from") else None
        start = datetime.combine(day, time(), SHANGHAI) if day else dispatched_at
        rules["reply"] = (str(days), "working_days", start)
    rule = detail.get("limit_rule") or {}
    unit = str(rule.get("unit") or Unit.WORKING_DAYS)
    if unit in Unit._value2member_map_:
        rules |= {
            name: (str(rule[name]), unit, dispatched_at)
            for name in ("contact", "answer", "reply")
            if _positive(rule.get(name))
        }
    return rules


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0
