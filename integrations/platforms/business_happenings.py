"""What the business platform decides about a demand: rulings, chases, ratings, redo, closing, a new round."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .book import Book, Round
from .business_demand import OVER, fresh, limits
from .business_rules import STEPS
from .values import agreed, weekdays_later, with_offset

Detail = dict[str, Any]


@dataclass(frozen=True)
class Happening:
    """``type`` on the wire; ``act`` changes the round and gives ``data.detail``; ``states``: where (None: in any not over)."""

    type: str
    act: Callable[[Book, Round, datetime, Detail], Detail]
    states: frozenset[str] | None = None


def next_round(matter: Round, round: int, now: datetime) -> None:
    """The round's successor, its rulings void, assigned at ``now``."""
    doc = deepcopy(matter.doc) | fresh() | {"extensions": {}, "before_return": ""}
    doc["demand"] |= {"assignedAt": with_offset(now)} | limits(matter.number, now)
    matter.round, matter.status, matter.doc = round, "assigned", doc


def _redispatch(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    next_round(matter, matter.round + 1, now)
    return {"reason": detail.get("reason", "企业再次反映同一问题")}


def _update(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    changes = detail.get("fields") or {name: value for name, value in detail.items() if name in matter.doc["demand"]}
    matter.doc["demand"] |= changes
    return {"changed": list(changes)}


def _add_dept(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.doc["demand"]["coUnits"] = detail.get("depts", [{"code": "341300CG", "name": "市城管局"}])
    return {"changed": ["coUnits"]}


def _urge(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    return {
        "no": f"CB{now:%y%m%d}{book.serial('urge'):04d}", "content": detail.get("content", "请尽快联系企业"),
        "replyBy": detail.get("replyBy", weekdays_later(now, 1)),
    }  # fmt: skip


def _supervise(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.doc["demand"]["leaderInstruction"] = str(detail.get("instruction", ""))
    return {
        "no": f"DB{now:%y%m%d}{book.serial('supervise'):04d}", "level": detail.get("level", "日常督办"),
        "instruction": detail.get("instruction", ""), "replyBy": detail.get("replyBy", weekdays_later(now, 3)),
    }  # fmt: skip


def _return_decision(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    yes = agreed(detail)
    matter.status = "returned" if yes else matter.doc["before_return"]
    matter.doc["must_handle"] = matter.doc["must_handle"] or not yes
    return {"agreed": yes, "opinion": detail.get("opinion", "同意退回" if yes else "属你单位职责,请继续办理")}


def _extension_decision(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    pending = matter.doc["extensions"]
    if not pending:
        raise ValueError("no extension is pending")
    step = detail.get("step", next(iter(pending)))
    asked, yes = pending.pop(step), agreed(detail)
    limit = str(detail.get("newLimit") or asked) if yes else ""
    if yes:
        matter.doc["demand"]["limits"][STEPS[step]] = limit
    opinion = detail.get("opinion", "同意延期" if yes else "理由不充分,不予延期")
    return {"agreed": yes, "step": step, "newLimit": limit, "opinion": opinion}


def _rated(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    solved = detail.get("solved", True) in (True, 1, "1", "true")
    return {"solved": solved, "satisfaction": int(detail.get("satisfaction", 2)), "comment": detail.get("comment", "")}


def _redo(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    doc = matter.doc
    doc["redo_no"] += 1
    doc["solved_at"], matter.status = None, "redo"
    doc["demand"]["limits"]["solveBy"] = str(detail.get("solveBy", weekdays_later(now, 5)))
    return {
        "redoNo": doc["redo_no"], "reason": detail.get("reason", "企业对办理结果不满意"),
        "solveBy": doc["demand"]["limits"]["solveBy"],
    }  # fmt: skip


def _close(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "closed"
    return {}


def _withdraw(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "withdrawn"
    return {"reason": detail.get("reason", "企业撤回诉求")}


ANSWERED = frozenset({"solved", "closed"})
HAPPENINGS: dict[str, Happening] = {
    "redispatch": Happening(
        "demand.reassigned", _redispatch, OVER | {"assigned", "started", "answered", "solved", "redo", "return_pending"}
    ),
    "update": Happening("demand.updated", _update),
    "add_dept": Happening("demand.updated", _add_dept),
    "urge": Happening("demand.urged", _urge),
    "supervise": Happening("demand.supervised", _supervise),
    "return_decision": Happening("demand.return_decided", _return_decision, frozenset({"return_pending"})),
    "extension_decision": Happening("demand.extension_decided", _extension_decision),
    "satisfaction": Happening("demand.rated", _rated, ANSWERED),
    "redo": Happening("demand.redo", _redo, ANSWERED),
    "close": Happening("demand.closed", _close),
    "withdraw": Happening("demand.withdrawn", _withdraw),
}


def is_possible(kind: str, matter: Round) -> bool:
    """Whether it can happen in the round's state. Raises KeyError for an unknown kind."""
    states = HAPPENINGS[kind].states
    return matter.status not in OVER if states is None else matter.status in states
