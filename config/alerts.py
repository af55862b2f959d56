"""How people are told outside the house: the mail server, the robots of DingTalk and WeCom, any HTTP address; and when not."""

from __future__ import annotations

from datetime import time
from typing import Any

from .environment import flag, text


def configured() -> dict[str, dict[str, Any]]:
    """Road -> its settings; a road without an address is off."""
    return {
        "email": {
            "address": text("ALERT_EMAIL_SERVER"),  # host:port
            "user": text("ALERT_EMAIL_USER"),
            "secret": text("ALERT_EMAIL_PASSWORD"),
            "sender": text("ALERT_EMAIL_FROM", "hotline@localhost"),
            "tls": flag("ALERT_EMAIL_TLS", default=True),
        },
        "dingtalk": {"address": text("ALERT_DINGTALK_URL"), "secret": text("ALERT_DINGTALK_SECRET")},
        "wecom": {"address": text("ALERT_WECOM_URL")},
        "webhook": {"address": text("ALERT_WEBHOOK_URL"), "secret": text("ALERT_WEBHOOK_SECRET")},
    }


def quiet_hours() -> tuple[time, time]:
    """ALERT_QUIET, ``21:00-07:30``: nobody is told outside the house then, save of critical matters. Raises ValueError."""
    words = text("ALERT_QUIET", "21:00-07:30")
    begin, _dash, end = words.partition("-")
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        raise ValueError(f"ALERT_QUIET 应写作 21:00-07:30 / must be written like 21:00-07:30, not {words!r}") from error
