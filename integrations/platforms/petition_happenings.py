"""What can happen to a petition on the platform's side: decisions, chases, redo, bounce, closing, new rounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .petition_book import Book, Round
from .petition_info import empty_info, limits, moment
from .petition_methods import extended, move


def _agreed(detail: dict[str, Any]) -> bool:
    value = next((detail[name] for name in ("agreed", "granted", "result") if name in detail), True)
    return value not in (False, 0, "0", "refused", "no", "false", "否")


def _objection(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    if _agreed(detail):
        return {"status": "5", "objectstate": "2", "objectopinion": str(detail.get("opinion", "同意退回,另行转办"))}
    return {"status": "2", "objectstate": "3", "objectopinion": str(detail.get("opinion", "属你单位职责,请依法办理"))}


def _extension(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    if not _agreed(detail):
        return {"extendstate": "3", "extendopinion": str(detail.get("opinion", "理由不充分,不予延期"))}
    asked: dict[str, Any] = next(
        (c["content"] for c in reversed(book.calls(matter.infoid)) if c["method"] == "ExtendInfo"), {}
    )
    days = int(detail.get("days") or asked.get("extenddays") or 30)
    return extended(matter.info, days) | {"extendstate": "2", "extendopinion": str(detail.get("opinion", "同意延期"))}


def _bounce(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    matter.why = "bounce"
    reasons = detail.get("reasons") or [detail.get("reason") or "答复意见不规范,请补正"]
    return {"status": "8", "isend": "0", "redoreason": ";".join(map(str, reasons))}


def _redo(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    matter.why = "redo"
    return {"status": "8", "isend": "0", "redonum": str(int(matter.info["redonum"]) + 1),
            "redoreason": str(detail.get("reason", "信访人对答复不满意,请重新办理"))}  # fmt: skip


def _close(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    return {"status": "7", "isend": "1", "endtime": moment(now), "endtype": str(detail.get("type", "办结")),
            "satisfaction": str(detail.get("satisfaction", "0"))}  # fmt: skip


def _urge(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    return {"urgenum": str(int(matter.info["urgenum"]) + 1), "urgetime": moment(now)}


def _supervise(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    number = f"XFDB{book.serial('supervise'):06d}"
    changes = {"issupervise": "1", "superviseno": str(detail.get("number", number))}
    if detail.get("instruction"):
        changes |= {"ldps": str(detail["instruction"]), "ldpsr": str(detail.get("leader", "测试领导"))}
    return changes


def _withdraw(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    return {"status": "10", "redoreason": str(detail.get("reason", ""))} if detail.get("reason") else {"status": "10"}


def _update(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    changes = detail.get("fields") or {name: value for name, value in detail.items() if name in matter.info}
    return {str(name): str(value) for name, value in changes.items()}


def _redispatch(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    """The same petition is turned to us again: the next round, its results empty; the last round keeps its state."""
    fresh = empty_info()
    results = ("acceptanceno", "accepttime", "endtime", "acceptstate", "objectstate", "objectopinion", "extendstate", "extendopinion",
               "urgenum", "urgetime", "redonum", "redoreason", "replycontent", "replytime", "replydocno", "satisfaction", "isend",
               "endtype")  # fmt: skip
    matter.turnno += 1
    matter.why = ""
    return {name: fresh[name] for name in results} | limits(now) | {
        "turnno": str(matter.turnno), "status": "1", "isrepeat": "1",
        "repeatnum": str(int(matter.info["repeatnum"] or 0) + 1), "turnopinion": str(detail.get("reason", "信访人再次反映,请依法办理")),
    }  # fmt: skip


def _satisfaction(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    return {"satisfaction": str(detail.get("satisfaction", "1"))}


def _add_dept(book: Book, matter: Round, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    names = [str(dept.get("name", "")) for dept in detail.get("depts", [])]
    return {"xbdwmc": ";".join(filter(None, [matter.info["xbdwmc"], *names]))}


HAPPENINGS: dict[str, Callable[[Book, Round, datetime, dict[str, Any]], dict[str, str]]] = {
    "objection": _objection, "return_decision": _objection, "extension_decision": _extension, "bounce": _bounce, "redo": _redo,
    "close": _close, "urge": _urge, "supervise": _supervise, "withdraw": _withdraw, "update": _update, "redispatch": _redispatch,
    "satisfaction": _satisfaction, "add_dept": _add_dept,
}  # fmt: skip


_STATES = {
    "objection": "4", "return_decision": "4", "extension_decision": "3", "bounce": "6", "redo": "6 7", "close": "3 6 8",
    "urge": "1 2 3 4 6 8", "withdraw": "1 2 3 4 6 8", "satisfaction": "6 7",
}  # fmt: skip


def happen(book: Book, number: str, kind: str, now: datetime, detail: dict[str, Any]) -> dict[str, str]:
    """Let one thing happen to a petition; returns the changed elements. Raises KeyError for an unknown number or kind,
    ValueError when the state does not allow it."""
    happening = HAPPENINGS[kind]
    with book:
        matter = book.newest(number)
        if matter is None:
            raise KeyError(number)
        allowed = _STATES.get(kind, matter.status).split()
        if matter.status not in allowed or (kind == "extension_decision" and matter.info["extendstate"] != "1"):
            raise ValueError(f"{kind}: not in status {matter.status} {matter.info['statusname']}")
        changes = happening(book, matter, now, detail)
        move(book, matter, now, **changes)
    return changes | {"updatetime": matter.info["updatetime"]}
