"""Matters for the journeys: each its own place and number, so that journeys in one house do not meet."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass, field

from .desk import Desk

COUNT = itertools.count(1)
#: Another worker, another house; the same house again, other numbers.
BASE = (os.getpid() * 7 + int(time.time())) % 900


def _place() -> str:
    return f"样例广场{BASE + 100}号{next(COUNT)}栋"


@dataclass(frozen=True, slots=True)
class Made:
    """What a caller says. No rule of the demonstration knows where it belongs, so that the office dispatches it."""

    place: str = field(default_factory=_place)
    about: str = "指示牌掉落，昨天下午险些砸到行人，请尽快修复"
    name: str = "测试乙"
    phone: str = field(default_factory=lambda: f"1990{BASE:03d}{next(COUNT):04d}")

    @property
    def content(self) -> str:
        """In his words."""
        return f"{self.place}{self.about}。"

    @property
    def title(self) -> str:
        """Begins with the place, as intake makes it."""
        return self.content[:20]


def logged(clerk: Desk, made: Made, **more: str | bool) -> str:
    """Logged at the intake desk; its number."""
    clerk.go("/intake/")
    form = clerk.page.locator("#intake")
    for name, value in {
        "incoming_phone": made.phone, "name": made.name, "content": made.content, "place": made.place, **more
    }.items():  # fmt: skip
        clerk.fill(form, name, value)
    clerk.page.keyboard.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/receipt/**")
    return number_of(clerk)


def number_of(clerk: Desk) -> str:
    """Of the receipt that stands open."""
    return clerk.page.url.rstrip("/").rsplit("/", 1)[1]


def signed(office: Desk, handler: Desk, number: str, section: str = "eng1") -> str:
    """Dispatched by the office and signed for by the section, where the handler's page stays open."""
    office.open_ticket(number)
    office.act("dispatch", section=section)
    handler.open_ticket(number)
    handler.act("sign")
    return number
