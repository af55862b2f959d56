"""The roads out of the house for people: each sends one alert or raises AdapterError. They touch no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tickets.domain.words import AlertRoad

from . import mail, robots

#: Road -> what sends (the alert; the road's settings; its connection).
ROADS: Mapping[str, Callable[[Any, Mapping[str, Any], Any], None]] = {
    AlertRoad.EMAIL.value: mail.send,
    AlertRoad.DINGTALK.value: robots.dingtalk,
    AlertRoad.WECOM.value: robots.wecom,
    AlertRoad.WEBHOOK.value: robots.webhook,
}
