"""The ``detail`` of each kind of hotline event as the plain facts of Incoming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.protocol import Unmappable
from integrations.reading import LARGEST_ROUND, Fields, iso

RATINGS: dict[str, int] = {str(figure): figure for figure in range(1, 6)}  # 1 非常满意 … 5 非常不满意


def _reason(detail: Fields) -> dict[str, Any]:
    return {"reason": detail.text("reason")}


def _redo(detail: Fields) -> dict[str, Any]:
    return {
        "redo_no": detail.counter("redoNo", 1, LARGEST_ROUND),
        "reason": detail.text("reason"),
        "visit_result": detail.text("visitResult"),
        "new_deadline": iso(detail.deadline("expectedDeadline")),
    }


def _return_decided(detail: Fields) -> dict[str, Any]:
    agreed = _agreed(detail)
    return {
        "request_no": detail.text("requestNo"),
        "agreed": agreed,
        "opinion": detail.text("opinion"),
        "must_handle": not agreed,
    }


def _extension_decided(detail: Fields) -> dict[str, Any]:
    return {
        "request_no": detail.text("requestNo"),
        "agreed": _agreed(detail),
        "new_deadline": iso(detail.deadline("newDeadline")),
        "opinion": detail.text("opinion"),
        "step": "reply",
    }


def _agreed(detail: Fields) -> bool:
    """A ruling that cannot be read must not be guessed."""
    agreed = detail.maybe("result")
    if agreed is None:
        raise Unmappable(
            "detail.result", "裁定结果缺失或无法识别，请核对平台后重放", "The ruling is missing: check it and replay"
        )
    return agreed


def _chased(detail: Fields) -> dict[str, Any]:
    return {
        "no": detail.text("urgeNo"),
        "level": detail.text("level"),
        "content": detail.text("content"),
        "limit": iso(detail.deadline("limitTime")),
    }


def _supervised(detail: Fields) -> dict[str, Any]:
    return {
        "no": detail.text("superviseNo"),
        "level": detail.text("level"),
        "leader": detail.text("leader"),
        "instruction": detail.text("instruction"),
        "report_by": iso(detail.deadline("reportBy")),
    }


def _rated(detail: Fields) -> dict[str, Any]:
    return {
        "reached": detail.flag("visited"),
        "solved": detail.maybe("solved"),
        "satisfaction": detail.code("satisfaction", RATINGS, None),
        "comment": detail.text("comment"),
        "visited_at": iso(detail.moment("visitTime")),
    }


def _units(detail: Fields) -> dict[str, Any]:
    rows = detail.children("depts")
    units = [{"code": row.text("code"), "name": row.text("name")} for row in rows]
    for row in rows:
        row.finish()
    return {"units": units}


DETAILS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "dispatch": lambda detail: {},
    "redispatch": _reason,
    "update": lambda detail: {"changed": list(detail.many("changed"))},
    "redo": _redo,
    "return_decision": _return_decided,
    "extension_decision": _extension_decided,
    "urge": _chased,
    "supervise": _supervised,
    "bounce": lambda detail: {"reasons": list(detail.many("reasons")), "fix_by": iso(detail.deadline("fixBy"))},
    "accept": lambda detail: {},
    "satisfaction": _rated,
    "add_dept": _units,
    "withdraw": _reason,
    "close": lambda detail: {"closed_at": iso(detail.moment("closeTime")), "close_type": detail.text("closeType")},
}
