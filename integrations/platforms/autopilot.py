"""Decides by itself what people on the platform would decide: replies accepted, rated and closed, requests ruled on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .base import Platform
from .book import Book, Round
from .values import chance

AFTER: dict[str, tuple[str, ...]] = {
    "reply": ("accept",),
    "accept": ("satisfaction",),
    "satisfaction": ("close",),
    "solve": ("satisfaction",),
    "return": ("return_decision",),
    "extension": ("extension_decision",),
}
SHARE_OF_RETURNS_AGREED = 0.75


def foresee(book: Book, matter: Round, just_done: str, now: datetime, pace: float) -> None:
    """Plan what follows a command or a happening, ``pace`` seconds later."""
    for kind in AFTER.get(just_done, ()):
        book.plan(now + timedelta(seconds=pace), matter, kind, _detail(matter, kind))


def act(platform: Platform, book: Book, now: datetime) -> None:
    """Let everything happen whose time has come; what the state no longer allows is let go."""
    while plan := book.take_plan(now):
        number, _, kind, detail = plan
        try:
            platform.happen(number, kind, **detail)
        except (KeyError, ValueError):
            continue


def _detail(matter: Round, kind: str) -> dict[str, Any]:
    if kind == "return_decision":
        return {"round": matter.round, "agreed": chance(f"return:{matter.number}") < SHARE_OF_RETURNS_AGREED}
    return {"round": matter.round}
