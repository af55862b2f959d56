"""What we tell the business platform, as bodies of its commands, and what its books hold: pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.adapters.business.mapping import STATES, identity
from integrations.protocol import AdapterError, Book, Unmappable
from integrations.reading import LARGEST_ROUND, Fields, iso, last_day, moment, reply_digest
from tickets.domain.messages import Outgoing, Receipt, Telling
from tickets.domain.words import Outcome

COMMANDS: dict[Telling, str] = {
    Telling.CONTACT: "start",
    Telling.INTERIM: "answer",
    Telling.REPLY: "solve",
    Telling.RETURN: "return",
    Telling.EXTENSION: "extension",
}
OUTCOMES: dict[str, str] = {
    Outcome.SOLVED: "solved",
    Outcome.IN_PROGRESS: "in_progress",
    Outcome.EXPLAINED: "explained",
    Outcome.NOT_TRUE: "not_true",
    Outcome.NOT_OURS: "not_ours",
}
STEPS: dict[str, str] = {"answer": "answer", "reply": "solve"}

STARTED = frozenset({"in_progress", "sent", "redo", "closed"})
ANSWERED = frozenset({"sent", "closed"})
RETURN_ASKED = frozenset({"return_asked", "returned"})


# --- bodies ----------------------------------------------------------------------------------------------------------


def body(outgoing: Outgoing, files: Sequence[str]) -> bytes:
    """The command's JSON: the same bytes for every attempt. ``files``: attachment ids. Raises AdapterError for a person."""
    if outgoing.telling not in BODIES:
        raise AdapterError(f"为企服务平台不接收：{outgoing.telling}", code="not_spoken", permanent=True)
    facts = BODIES[outgoing.telling](outgoing, files)
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _said(outgoing: Outgoing, key: str) -> str:
    return str(outgoing.facts.get(key) or "")


def _start(outgoing: Outgoing, files: Sequence[str]) -> dict[str, Any]:
    """``phone`` of the facts is the caller's own: it is never given as the handler's."""
    name = _said(outgoing, "handler") or _said(outgoing, "person")
    return {
        "round": outgoing.round,
        "handler": {"name": name, "phone": _said(outgoing, "handler_phone")},
        "contactedAt": iso(moment(outgoing.facts.get("contacted_at"))),
        "note": _said(outgoing, "note"),
    }


def _answer(outgoing: Outgoing, files: Sequence[str]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "redoNo": outgoing.redo_no,
        "answer": _said(outgoing, "text"),
        "plan": _said(outgoing, "plan"),
        "expectedSolveDate": last_day(outgoing.facts.get("expected_on")),
    }


def _solve(outgoing: Outgoing, files: Sequence[str]) -> dict[str, Any]:
    outcome = _said(outgoing, "outcome")
    if outcome not in OUTCOMES:
        raise AdapterError(f"办理结果无法对应平台代码：{outcome}", code="unknown_outcome", permanent=True)
    promised = last_day(outgoing.facts.get("promised_on")) if outcome == Outcome.IN_PROGRESS else ""
    return {
        "round": outgoing.round,
        "redoNo": outgoing.redo_no,
        "outcome": OUTCOMES[outcome],
        "publicReply": _said(outgoing, "text"),
        "handlingDetail": _said(outgoing, "handling"),
        "promisedDate": promised,
        "attachments": list(files),
    }


def _return(outgoing: Outgoing, files: Sequence[str]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "reason": _said(outgoing, "reason"),
        "suggestUnit": _said(outgoing, "suggested_unit"),
    }


def _extension(outgoing: Outgoing, files: Sequence[str]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "step": STEPS.get(_said(outgoing, "step"), "solve"),
        "newLimit": last_day(outgoing.facts.get("new_deadline")),
        "reason": _said(outgoing, "reason"),
        "approver": _said(outgoing, "approver"),
    }


BODIES: dict[Telling, Callable[[Outgoing, Sequence[str]], dict[str, Any]]] = {
    Telling.CONTACT: _start,
    Telling.INTERIM: _answer,
    Telling.REPLY: _solve,
    Telling.RETURN: _return,
    Telling.EXTENSION: _extension,
}


# --- answers ---------------------------------------------------------------------------------------------------------


def receipt(data: Mapping[str, Any], is_repeat: bool) -> Receipt:
    """The answer to an accepted command."""
    fields = Fields(data)
    return Receipt(
        receipt_no=fields.text("receiptNo"),
        outer_state=fields.code("status", STATES, ""),
        version=fields.counter("seq"),
        is_repeat=is_repeat,
        number=fields.text("demandNo"),
    )


def is_reached(outgoing: Outgoing, book: Book) -> bool:
    """Whether the platform already holds what a refused command wanted."""
    if outgoing.telling is Telling.CONTACT:
        return book.outer_state in STARTED
    if outgoing.telling is Telling.RETURN:
        return book.outer_state in RETURN_ASKED
    if outgoing.telling is Telling.EXTENSION:
        wanted = last_day(outgoing.facts.get("new_deadline"))
        held = book.facts.get("answer_limit" if outgoing.facts.get("step") == "answer" else "reply_limit")
        return bool(wanted) and last_day(held) == wanted
    said = reply_digest(_said(outgoing, "text"))
    if outgoing.telling is Telling.INTERIM:
        return book.facts.get("answer_digest") == said and book.redo_no == outgoing.redo_no
    same = book.reply_digest == said and book.redo_no == outgoing.redo_no
    return outgoing.telling is Telling.REPLY and book.outer_state in ANSWERED and same


# --- their books -----------------------------------------------------------------------------------------------------


def book_of_row(row: Mapping[str, Any]) -> Book | None:
    """One ledger row; None for a row without number or round, which shows as missing when the books are compared."""
    fields = Fields(row)
    try:
        number, round = fields.number("demandNo"), fields.whole("round")
    except Unmappable:
        return None
    return Book(
        number=number,
        round=round,
        outer_state=fields.code("status", STATES, ""),
        redo_no=fields.counter("redoNo", largest=LARGEST_ROUND),
        version=fields.counter("seq"),
        reply_digest=fields.text("replySha256").lower(),
        facts={"answer_digest": fields.text("answerSha256").lower(), **_moments(fields)},
    )


def book_of_one(data: Mapping[str, Any], number: str, round: int) -> Book | None:
    """Fetch-one as a row: the demand for its current round, the newest event's for a round that is over."""
    fields = Fields(data)
    demands = [fields.child("demand")]
    demands += [event.child("data").child("demand") for event in fields.children("events")]
    wanted = f"{number}#{round}"
    ours = [one for one in demands if identity(one.record.get("demandNo"), one.record.get("round")) == wanted]
    if not ours:
        return None
    newest = max(ours, key=lambda demand: demand.counter("seq"))
    limits = newest.child("limits")
    return Book(
        number=number,
        round=round,
        outer_state=newest.code("status", STATES, ""),
        redo_no=newest.counter("redoNo", largest=LARGEST_ROUND),
        version=newest.counter("seq"),
        facts={
            "answer_limit": iso(limits.deadline("answerBy")),
            "reply_limit": iso(limits.deadline("solveBy")),
            "must_handle": newest.flag("mustHandle"),
            **_moments(newest),
        },
    )


def _moments(fields: Fields) -> dict[str, str]:
    return {
        "status": fields.text("status"),
        "started_at": iso(fields.moment("startedAt")),
        "answered_at": iso(fields.moment("answeredAt")),
        "solved_at": iso(fields.moment("solvedAt")),
    }
