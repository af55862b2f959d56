"""Other places' limits, loaded switched off: examples with their place, for a bureau that wants to take one over."""

from __future__ import annotations

from datetime import date
from typing import Any

from tickets.domain.words import Channel, ClockKind, Urgency

HOTLINE, BUSINESS = Channel.HOTLINE, Channel.BUSINESS
SIGN, CONTACT, REPLY, ANSWER, RETURN = (
    ClockKind.SIGN, ClockKind.CONTACT, ClockKind.REPLY, ClockKind.ANSWER, ClockKind.OBJECTION,
)  # fmt: skip
DAYS, HOURS = "working_days", "clock_hours"


def _example(place: str, what: str, clock: ClockKind, amount: float, unit: str = DAYS, **more: Any) -> dict[str, Any]:
    facts = {"channel": HOTLINE, "effective_from": date(2022, 1, 1), **more}
    if clock is RETURN:
        facts["steps"] = []
    return {
        "name": f"示例·{place}：{what}",
        "clock": clock,
        "amount": amount,
        "unit": unit,
        "issuer": place,
        "citation": f"{place}做法",
        **facts,
    }


EXAMPLES: tuple[dict[str, Any], ...] = (
    _example("济南", "热线一般工单", REPLY, 5, extension_limit=5),
    _example("潍坊", "热线一般工单", REPLY, 5, extension_limit=5),
    _example("安阳", "热线一般工单", REPLY, 5, extension_limit=5),
    _example("天津", "紧急工单签收", SIGN, 0.25, HOURS, urgency=Urgency.CRITICAL, warn_hours=0),
    _example("天津", "水电气热工单签收", SIGN, 0.5, HOURS, urgency=Urgency.URGENT, warn_hours=0),
    _example("天津", "一般工单签收", SIGN, 1),
    _example("北京（征求意见稿）", "特急工单答复", REPLY, 2, HOURS, urgency=Urgency.CRITICAL, warn_hours=1),
    _example("北京（征求意见稿）", "紧急工单答复", REPLY, 24, HOURS, urgency=Urgency.URGENT, warn_hours=4),
    _example("安阳", "退单", RETURN, 24, HOURS, warn_hours=4),
    _example("天津", "退单", RETURN, 1),
    _example("山东", "退单", RETURN, 2),
    _example("山东", "为企服务启动", CONTACT, 1, channel=BUSINESS, warn_hours=2),
    _example("山东", "为企服务答复", ANSWER, 3, channel=BUSINESS),
    _example("山东", "为企服务办结", REPLY, 15, channel=BUSINESS),
    _example("济南", "为企服务答复", ANSWER, 5, channel=BUSINESS),
    _example("济南", "为企服务办结", REPLY, 10, channel=BUSINESS),
)
