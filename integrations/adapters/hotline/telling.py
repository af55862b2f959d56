"""What we tell the hotline, as bodies of its commands, and what its books hold: pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.adapters.hotline.mapping import STATES, TYPES, URGENCIES, identity
from integrations.protocol import AdapterError, Book, Unmappable
from integrations.reading import LARGEST_ROUND, Fields, iso, last_day, local, reply_digest
from tickets.domain.messages import Outgoing, Receipt, Telling
from tickets.domain.words import Outcome, ReturnReason

COMMANDS: dict[Telling, str] = {
    Telling.SIGN: "sign",
    Telling.CONTACT: "contact",
    Telling.REPLY: "reply",
    Telling.RETURN: "return",
    Telling.EXTENSION: "extension",
}
RESOLUTIONS: dict[str, str] = {
    Outcome.SOLVED: "5",
    Outcome.IN_PROGRESS: "3",
    Outcome.EXPLAINED: "4",
    Outcome.NOT_TRUE: "4",
    Outcome.NOT_OURS: "4",
}
RETURN_REASONS: dict[str, str] = {
    ReturnReason.NOT_DUTY: "01",
    ReturnReason.NOT_AREA: "02",
    ReturnReason.LEGAL_ROUTE: "03",
    ReturnReason.PETITION: "04",
    ReturnReason.DUPLICATE: "05",
    ReturnReason.OTHER: "09",
}
TYPE_CODES: dict[str, str] = {meaning: code for code, meaning in TYPES.items()}
URGENCY_CODES: dict[str, str] = {meaning: code for code, meaning in URGENCIES.items()}
BEYOND_DUTY = "非本单位职责"

SIGNED = frozenset({"in_progress", "sent", "bounced", "follow_up", "redo", "closed"})
ANSWERED = frozenset({"sent", "follow_up", "closed"})
RETURN_ASKED = frozenset({"return_asked", "returned"})


# --- bodies ----------------------------------------------------------------------------------------------------------


def body(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> bytes:
    """The command's JSON: the same bytes for every attempt. ``files``: fileIds by role. Raises AdapterError for a person."""
    if outgoing.telling not in BODIES:
        raise AdapterError(f"热线平台不接收：{outgoing.telling}", code="not_spoken", permanent=True)
    facts = BODIES[outgoing.telling](outgoing, files)
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _said(outgoing: Outgoing, key: str) -> str:
    return str(outgoing.facts.get(key) or "")


def _bit(value: Any) -> str:
    return "1" if value else "0"


def _sign(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "signer": _said(outgoing, "signer"),
        "signTime": local(outgoing.facts.get("signed_at")),
    }


def _contact(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "isContacted": _bit(outgoing.facts.get("reached")),
        "contactTime": local(outgoing.facts.get("contacted_at")),
        "contactPhone": _said(outgoing, "phone"),
        "contactPerson": _said(outgoing, "person"),
        "contactNote": _said(outgoing, "note"),
        "contactFiles": [one for ids in files.values() for one in ids],
    }


def _reply(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    facts, outcome = outgoing.facts, _said(outgoing, "outcome")
    if outcome not in RESOLUTIONS:
        raise AdapterError(f"办理结果无法对应平台代码：{outcome}", code="unknown_outcome", permanent=True)
    beyond = outcome == Outcome.NOT_OURS
    contacted = bool(facts.get("contacted"))
    return {
        "round": outgoing.round,
        "redoNo": outgoing.redo_no,
        "isTrue": _bit(outcome != Outcome.NOT_TRUE and facts.get("is_true", True)),
        "isBeyondDuty": _bit(beyond),
        "beyondDutyType": BEYOND_DUTY if beyond else "",
        "isContacted": _bit(contacted),
        "contactPhone": _said(outgoing, "contact_phone"),
        "contactTime": local(facts.get("contacted_at")) if contacted else "",
        "notContactReason": "" if contacted else _said(outgoing, "not_contacted_reason"),
        "resolution": RESOLUTIONS[outcome],
        "unsolvedReason": "",
        "promisedDate": last_day(facts.get("promised_on")) if outcome == Outcome.IN_PROGRESS else "",
        "handleResult": _said(outgoing, "handling"),
        "publicReply": _said(outgoing, "text"),
        "replyTime": local(facts.get("replied_at")),
        "handler": _said(outgoing, "handler"),
        "handlerPhone": _said(outgoing, "handler_phone"),
        "signer": _said(outgoing, "signer"),
        "idFiles": [],
        "contactFiles": list(files.get("contact", ())),
        "handleFiles": [one for role, ids in files.items() if role != "contact" for one in ids],
    }


def _return(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "reasonCode": RETURN_REASONS.get(_said(outgoing, "code"), "09"),
        "reason": _said(outgoing, "reason"),
        "basis": _said(outgoing, "basis"),
        "suggestDept": _said(outgoing, "suggested_unit"),
    }


def _extension(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "round": outgoing.round,
        "reason": _said(outgoing, "reason"),
        "newDeadline": last_day(outgoing.facts.get("new_deadline")),
        "approver": _said(outgoing, "approver"),
        "callerToldTime": local(outgoing.facts.get("told_at")),
    }


def _lodge(outgoing: Outgoing, files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "callerName": _said(outgoing, "caller") or "匿名",
        "contactPhone": _said(outgoing, "phone"),
        "appealType": TYPE_CODES.get(_said(outgoing, "type"), "02"),
        "appealSubject": _said(outgoing, "title"),
        "incidentAddress": _said(outgoing, "place"),
        "urgencyLevel": URGENCY_CODES.get(_said(outgoing, "urgency"), "1"),
        "remark": _said(outgoing, "content"),
        "clientRef": _said(outgoing, "reference"),
    }


BODIES: dict[Telling, Callable[[Outgoing, Mapping[str, Sequence[str]]], dict[str, Any]]] = {
    Telling.SIGN: _sign,
    Telling.CONTACT: _contact,
    Telling.REPLY: _reply,
    Telling.RETURN: _return,
    Telling.EXTENSION: _extension,
    Telling.LODGE: _lodge,
}


# --- answers ---------------------------------------------------------------------------------------------------------


def receipt(data: Mapping[str, Any], is_repeat: bool) -> Receipt:
    """The answer to an accepted command."""
    fields = Fields(data)
    return Receipt(
        receipt_no=fields.text("receiptNo"),
        outer_state=fields.code("status", STATES, ""),
        version=fields.counter("version"),
        is_repeat=is_repeat,
        number=fields.text("orderNo"),
    )


def is_reached(outgoing: Outgoing, book: Book) -> bool:
    """Whether the platform already holds what a refused command wanted."""
    if outgoing.telling is Telling.SIGN:
        return book.outer_state in SIGNED
    if outgoing.telling is Telling.REPLY:
        same = book.reply_digest == reply_digest(_said(outgoing, "text")) and book.redo_no == outgoing.redo_no
        return book.outer_state in ANSWERED and same
    if outgoing.telling is Telling.RETURN:
        return book.outer_state in RETURN_ASKED
    if outgoing.telling is Telling.EXTENSION:
        wanted = last_day(outgoing.facts.get("new_deadline"))
        return bool(wanted) and last_day(book.facts.get("reply_limit")) == wanted
    return False


# --- their books -----------------------------------------------------------------------------------------------------


def book_of_row(row: Mapping[str, Any]) -> Book | None:
    """One ledger row; None for a row without number or round, which shows as missing when the books are compared."""
    fields = Fields(row)
    try:
        number, round = fields.number("orderNo"), fields.whole("round")
    except Unmappable:
        return None
    return Book(
        number=number,
        round=round,
        outer_state=fields.code("status", STATES, ""),
        redo_no=fields.counter("redoNo", largest=LARGEST_ROUND),
        version=fields.counter("version"),
        reply_digest=fields.text("replySha256").lower(),
        facts={
            "status": fields.text("status"),
            "reply_limit": iso(fields.deadline("expectedDeadline")),
            "reply_no": fields.counter("replyNo"),
            "replied_at": iso(fields.moment("replyTime")),
        },
    )


def book_of_one(data: Mapping[str, Any], number: str, round: int) -> Book | None:
    """Fetch-one as a row: the ticket for its current round, the newest event for a round that is over."""
    fields = Fields(data)
    ticket = fields.child("ticket")
    if ticket.record and identity(ticket.record.get("orderNo"), ticket.record.get("round")) == f"{number}#{round}":
        return Book(
            number=number,
            round=round,
            outer_state=ticket.code("status", STATES, ""),
            redo_no=ticket.counter("redoNo", largest=LARGEST_ROUND),
            version=ticket.counter("version"),
            facts={
                "status": ticket.text("status"),
                "reply_limit": iso(ticket.deadline("expectedDeadline")),
                "must_handle": ticket.flag("mustHandle"),
            },
        )
    events = [event for event in fields.children("events") if event.counter("round", -1) == round]
    if not events:
        return None
    last = max(events, key=lambda event: event.counter("version"))
    return Book(
        number=number,
        round=round,
        outer_state=last.code("status", STATES, ""),
        version=last.counter("version"),
        facts={"status": last.text("status")},
    )
