"""The ``detail`` of each kind of business event as the plain facts of Incoming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.protocol import Unmappable
from integrations.reading import LARGEST_ROUND, Fields, iso

RATINGS: dict[str, int] = {str(figure): figure for figure in range(1, 6)}
STEPS: dict[str, str] = {"answer": "answer", "solve": "reply"}


def _reason(detail: Fields) -> dict[str, Any]:
    return {"reason": detail.text("reason")}


def _chased(detail: Fields) -> dict[str, Any]:
    return {
        "no": detail.text("no"),
        "level": detail.text("level"),
        "content": detail.text("content"),
        "limit": iso(detail.deadline("replyBy")),
    }


def _supervised(detail: Fields) -> dict[str, Any]:
    return {
        "no": detail.text("no"),
        "level": detail.text("level"),
        "leader": detail.text("leader"),
        "instruction": detail.text("instruction"),
        "report_by": iso(detail.deadline("replyBy")),
    }


def _agreed(detail: Fields) -> bool:
    """A ruling that cannot be read must not be guessed."""
    agreed = detail.maybe("agreed")
    if agreed is None:
        raise Unmappable(
            "detail.agreed",
            "裁定结果缺失或无法识别，请核对平台后重放",
            "The ruling is missing or unreadable: check the platform and replay",
        )
    return agreed


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
        "new_deadline": iso(detail.deadline("newLimit")),
        "opinion": detail.text("opinion"),
        "step": detail.code("step", STEPS, "reply"),
    }


def _rated(detail: Fields) -> dict[str, Any]:
    return {
        "reached": True,
        "solved": detail.maybe("solved"),
        "satisfaction": detail.code("satisfaction", RATINGS, None),
        "comment": detail.text("comment"),
    }


def _redo(detail: Fields) -> dict[str, Any]:
    return {
        "redo_no": detail.counter("redoNo", 1, LARGEST_ROUND),
        "reason": detail.text("reason"),
        "new_deadline": iso(detail.deadline("solveBy")),
    }


DETAILS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "demand.assigned": lambda detail: {},
    "demand.reassigned": _reason,
    "demand.updated": lambda detail: {"changed": list(detail.many("changed"))},
    "demand.urged": _chased,
    "demand.supervised": _supervised,
    "demand.return_decided": _return_decided,
    "demand.extension_decided": _extension_decided,
    "demand.rated": _rated,
    "demand.redo": _redo,
    "demand.closed": lambda detail: {},
    "demand.withdrawn": _reason,
}
