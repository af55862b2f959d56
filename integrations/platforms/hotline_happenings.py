"""What the hotline decides about a ticket: rulings, chases, bounces, redo, follow-up, closing, a new round."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .book import Book, Round
from .hotline_ticket import OVER, limits
from .values import agreed, days_later, local

Detail = dict[str, Any]


@dataclass(frozen=True)
class Happening:
    """``states``: where it can happen (None: in any that is not over); ``act`` changes the round and gives the event's detail."""

    act: Callable[[Book, Round, datetime, Detail], Detail]
    states: frozenset[str] | None = None


def new_round(matter: Round, number: int, now: datetime) -> Round:
    """The next round of a ticket: what was ruled in the last one is void."""
    doc = deepcopy(matter.doc) | {"redo_no": 0, "return": "", "extension": None}
    doc["ticket"] |= {"dispatchTime": local(now), "isRepeat": "1", "mustHandle": "0", "clientRef": ""} | limits(
        matter.number, now
    )
    return Round(matter.number, number, "10", matter.version, doc)


def _redispatch(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    fresh = new_round(matter, matter.round + 1, now)
    matter.round, matter.status, matter.doc = fresh.round, fresh.status, fresh.doc
    return {"reason": detail.get("reason", "市民再次反映同一问题")}


def _update(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    changes = detail.get("fields") or {name: value for name, value in detail.items() if name in matter.doc["ticket"]}
    matter.doc["ticket"] |= changes
    return {"changed": ";".join(changes)}


def _redo(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.doc["redo_no"] += 1
    matter.status = "70"
    deadline = str(detail.get("expectedDeadline", days_later(now, 5)))
    matter.doc["ticket"]["expectedDeadline"] = deadline
    return {
        "redoNo": matter.doc["redo_no"], "reason": detail.get("reason", "市民对办理结果不满意"),
        "visitResult": detail.get("visitResult", "未解决,不满意"), "expectedDeadline": deadline,
    }  # fmt: skip


def _return_decision(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    yes = agreed(detail)
    matter.status = "90" if yes else "20"
    if not yes:
        matter.doc["ticket"]["mustHandle"] = "1"
    return _ruling(matter.doc["return"], yes, detail, "同意退单,另行派单", "属你单位职责,请继续办理")


def _extension_decision(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    asked = matter.doc["extension"]
    if not asked:
        raise ValueError("no extension is pending")
    yes = agreed(detail)
    deadline = str(detail.get("newDeadline") or asked["newDeadline"]) if yes else ""
    matter.doc["extension"] = None
    if yes:
        matter.doc["ticket"]["expectedDeadline"] = deadline
    return _ruling(asked["receipt"], yes, detail, "同意延期", "理由不充分,不予延期") | {"newDeadline": deadline}


def _ruling(request: str, yes: bool, detail: Detail, agreeing: str, refusing: str) -> Detail:
    return {
        "requestNo": request,
        "result": "1" if yes else "0",
        "opinion": detail.get("opinion", agreeing if yes else refusing),
    }


def _urge(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    return {
        "urgeNo": f"CB{now:%y%m%d}{book.serial('urge'):04d}", "level": str(detail.get("level", "1")),
        "content": detail.get("content", "请尽快联系来电人"), "limitTime": detail.get("limitTime", days_later(now, 1)),
    }  # fmt: skip


def _supervise(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.doc["ticket"] |= {"isSupervised": "1", "leaderInstruction": str(detail.get("instruction", ""))}
    return {
        "superviseNo": f"DB{now:%y%m%d}{book.serial('supervise'):04d}", "level": detail.get("level", "日常督办"),
        "leader": detail.get("leader", ""), "instruction": detail.get("instruction", ""),
        "reportBy": detail.get("reportBy", days_later(now, 3)),
    }  # fmt: skip


def _bounce(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "55"
    return {"reasons": detail.get("reasons", ["公开答复有错别字"]), "fixBy": detail.get("fixBy", days_later(now, 1))}


def _accept(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "60"
    return {}


def _satisfaction(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    return {
        "visited": str(detail.get("visited", "1")), "visitTime": detail.get("visitTime", local(now)),
        "solved": str(detail.get("solved", "1")), "satisfaction": str(detail.get("satisfaction", "2")),
        "comment": detail.get("comment", ""),
    }  # fmt: skip


def _add_dept(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    depts = detail.get("depts", [{"code": "341300CG", "name": "市城管局"}])
    named = [name for name in [matter.doc["ticket"]["assistDepts"], *(dept["name"] for dept in depts)] if name]
    matter.doc["ticket"]["assistDepts"] = ";".join(named)
    return {"depts": depts}


def _withdraw(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "95"
    return {"reason": detail.get("reason", "来电人撤回诉求")}


def _close(book: Book, matter: Round, now: datetime, detail: Detail) -> Detail:
    matter.status = "80"
    return {"closeTime": local(now), "closeType": detail.get("closeType", "正常办结")}


ANSWERED = frozenset({"50", "60", "80"})
HAPPENINGS: dict[str, Happening] = {
    "redispatch": Happening(_redispatch, OVER | ANSWERED | {"10", "20", "30", "55", "70"}),
    "update": Happening(_update),
    "redo": Happening(_redo, ANSWERED),
    "return_decision": Happening(_return_decision, frozenset({"30"})),
    "extension_decision": Happening(_extension_decision),
    "urge": Happening(_urge),
    "supervise": Happening(_supervise),
    "bounce": Happening(_bounce, frozenset({"50"})),
    "accept": Happening(_accept, frozenset({"50"})),
    "satisfaction": Happening(_satisfaction, ANSWERED),
    "add_dept": Happening(_add_dept),
    "withdraw": Happening(_withdraw),
    "close": Happening(_close),
}


def is_possible(kind: str, matter: Round) -> bool:
    """Whether it can happen in the round's state. Raises KeyError for an unknown kind."""
    states = HAPPENINGS[kind].states
    return matter.status not in OVER if states is None else matter.status in states
