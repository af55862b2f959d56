"""How the business platform's events misbehave: damaged demands, strays beside them, pages and pushes out of order."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from .misbehave import Switchboard
from .values import chance

Due = Callable[[str], bool]


def spoil(event: dict[str, Any], due: Due, next_id: Callable[[], str]) -> list[Any]:
    """What stands in the catch-up instead of an opening event: itself, perhaps damaged, and strays beside it."""
    strays: list[Any] = []
    if due("no_number"):
        stray = deepcopy(event) | {"id": next_id()}
        stray["data"].pop("demandNo")
        stray["data"]["demand"].pop("demandNo")
        strays.append(stray)
    if due("unknown_event"):
        strays.append(deepcopy(event) | {"id": next_id(), "type": "demand.piloted"})
    if due("not_object"):
        strays.append("系统维护通知")
    return [_damaged(event, due), *strays]


def _damaged(event: dict[str, Any], due: Due) -> dict[str, Any]:
    data, demand = event["data"], event["data"]["demand"]
    if due("null_text"):
        demand["content"] = demand["title"] = None
    if due("bad_date"):
        demand["submittedAt"] = "2026-13-45"
    if due("counters_text"):
        data |= {name: str(data[name]) for name in ("round", "seq")}
        demand |= {name: str(demand[name]) for name in ("round", "seq", "redoNo")}
    if due("attachments_text"):
        demand["attachments"] = "无"
    if due("odd_demand"):
        _odd(demand)
    return event


def _odd(demand: dict[str, Any]) -> None:
    """Values of forms that live systems have sent."""
    part = int(chance(f"odd:{demand['demandNo']}") * 4)
    odd: list[dict[str, Any]] = [
        {"enterprise": None},
        {"enterprise": (demand["enterprise"] or {}) | {"uscc": "341300000000001"}},
        {"limits": {"startBy": "", "answerBy": 3, "solveBy": "15"}},
        {"category": "项目建设/施工配套"},
    ]
    demand |= odd[part]


def disturb(items: list[Any], board: Switchboard) -> list[Any]:
    """A page as a careless server writes it: items twice, and shuffled."""
    doubled = [copy for item in items for copy in [item] * (2 if board.due("business", "twice", "page") else 1)]
    if doubled and board.due("business", "shuffle", "page"):
        board.shuffle(doubled)
    return doubled
