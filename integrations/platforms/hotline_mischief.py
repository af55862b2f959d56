"""How the hotline's feed misbehaves: items that are stored wrong or beside the real ones, and pages that are served wrong."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from .misbehave import Switchboard

Due = Callable[[str], bool]
Item = dict[str, Any]


def spoil(item: Item, due: Due, next_id: Callable[[], str]) -> list[Any]:
    """What the feed holds instead of an opening item: itself, perhaps damaged, and strays beside it."""
    strays: list[Any] = []
    if due("no_number"):
        strays.append(_nameless(item, next_id()))
    if due("unknown_event"):
        strays.append(
            deepcopy(item)
            | {"eventId": next_id(), "eventType": "pilot_notice", "ticket": None, "detail": {"note": "试点"}}
        )
    if due("not_object"):
        strays.append("系统维护通知")
    return [_damaged(item, due), *strays]


def _nameless(item: Item, id: str) -> Item:
    stray = deepcopy(item) | {"eventId": id}
    stray.pop("orderNo")
    stray["ticket"].pop("orderNo")
    return stray


def _damaged(item: Item, due: Due) -> Item:
    ticket = item["ticket"]
    if due("null_text"):
        ticket["appealContent"] = None
        ticket["appealSubject"] = None
    if due("bad_date"):
        ticket["callTime"] = "2026-13-45"
    if due("counters_text"):
        item |= {name: str(item[name]) for name in ("round", "version")}
        ticket |= {name: str(ticket[name]) for name in ("round", "version", "redoNo")}
    if due("attachments_text"):
        ticket["attachments"] = "无" if item["orderNo"][-1] in "13579" else None
    return item


def disturb(items: list[Any], board: Switchboard) -> list[Any]:
    """A page as a careless server writes it: items twice, and shuffled."""
    doubled = [copy for item in items for copy in [item] * (2 if board.due("hotline", "twice") else 1)]
    if doubled and board.due("hotline", "shuffle"):
        board.shuffle(doubled)
    return doubled
