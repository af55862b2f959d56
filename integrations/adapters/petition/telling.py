"""What we tell the petition platform, as elements of its methods, and what its books hold: pure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from integrations.adapters.petition.mapping import STATES
from integrations.adapters.petition.soap import Elements
from integrations.protocol import AdapterError, Book, Unmappable
from integrations.reading import Fields, iso, local, reply_digest
from tickets.domain.messages import Outgoing, Receipt, Telling
from tickets.domain.words import Outcome

METHODS: dict[Telling, str] = {
    Telling.ACCEPT: "AcceptInfo",
    Telling.RETURN: "ObjectInfo",
    Telling.EXTENSION: "ExtendInfo",
    Telling.REPLY: "ReplyInfo",
}
NOTICES: dict[str, str] = {"none": "0", "written": "1", "sms": "2", "online": "3"}
RESULTS: dict[str, str] = {
    Outcome.SOLVED: "1",
    Outcome.IN_PROGRESS: "2",
    Outcome.EXPLAINED: "4",
    Outcome.NOT_TRUE: "5",
    Outcome.NOT_OURS: "6",
}
ACCEPTED = frozenset({"in_progress", "sent", "closed", "bounced", "redo"})
REFUSED = frozenset({"rejected"})
RETURN_ASKED = frozenset({"return_asked", "returned"})
ANSWERED = frozenset({"sent", "closed"})
OPTIONAL = frozenset({"acceptno", "jbrdh", "objectbasis", "suggestorg", "toldtime", "isopen", "fjs"})
LENGTHS: dict[str, tuple[int, int]] = {
    "requestid": (1, 64),
    "objectreason": (10, 4000),
    "extendreason": (10, 4000),
    "replycontent": (10, 8000),
}
MAX_FILE = 10 * 1024 * 1024
NO_NUMBER = "无"

Files = list[tuple[str, bytes]]


# --- elements --------------------------------------------------------------------------------------------------------


def elements(outgoing: Outgoing, files: Files) -> Elements:
    """The method's elements, the same for every attempt. Raises AdapterError (permanent) naming what a person must mend."""
    if outgoing.telling not in BODIES:
        raise AdapterError(f"信访平台不接收：{outgoing.telling}", code="not_spoken", permanent=True)
    head = {"requestid": outgoing.key, "infoid": outgoing.number, "turnno": str(outgoing.round)}
    told = head | BODIES[outgoing.telling](outgoing)
    _check(told)
    if outgoing.telling is not Telling.REPLY:
        return told
    return {**told, "fjs": [_file(name, raw) for name, raw in files]}


def _check(told: Mapping[str, str]) -> None:
    for name, value in told.items():
        least, most = LENGTHS.get(name, (0 if name in OPTIONAL else 1, 1_000_000))
        if not least <= len(value.strip()) or len(value) > most:
            said = f"{name} 应为{least}至{most}字，现为{len(value)}字，请修改后重发"
            raise AdapterError(said, code="1002", permanent=True, errors=((name, said),))


def _file(name: str, raw: bytes) -> dict[str, str]:
    if len(raw) > MAX_FILE:
        said = f"附件{name}超过10MB,请压缩后重发"
        raise AdapterError(said, code="too_large", permanent=True, errors=((name, "too_large"),))
    return {"fjmc": name, "fjnr": base64.b64encode(raw).decode("ascii")}


def _said(outgoing: Outgoing, key: str) -> str:
    return str(outgoing.facts.get(key) or "")


def _when(outgoing: Outgoing, key: str) -> str:
    return local(outgoing.facts.get(key)).replace(" ", "T")


def _accept(outgoing: Outgoing) -> dict[str, str]:
    accepted = bool(outgoing.facts.get("accepted", True))
    return {
        "acceptstate": "1" if accepted else "2",
        "noticetype": NOTICES.get(_said(outgoing, "notice"), "0"),
        "acceptno": _said(outgoing, "document_no"),
        "accepttime": _when(outgoing, "accepted_at"),
        "acceptcontent": _said(outgoing, "content") or ("予以受理。" if accepted else "不予受理。"),
        "jbr": _said(outgoing, "handler"),
        "jbrdh": _said(outgoing, "handler_phone"),
    }


def _return(outgoing: Outgoing) -> dict[str, str]:
    return {
        "objectreason": _said(outgoing, "reason"),
        "objectbasis": _said(outgoing, "basis"),
        "suggestorg": _said(outgoing, "suggested_unit"),
    }


def _extension(outgoing: Outgoing) -> dict[str, str]:
    return {
        "extenddays": _said(outgoing, "days"),
        "extendreason": _said(outgoing, "reason"),
        "approver": _said(outgoing, "approver"),
        "toldtime": _when(outgoing, "told_at"),
    }


def _reply(outgoing: Outgoing) -> dict[str, str]:
    outcome = _said(outgoing, "outcome")
    if outcome not in RESULTS:
        raise AdapterError(f"办理结果无法对应平台代码：{outcome}", code="unknown_outcome", permanent=True)
    return {
        "replydocno": _said(outgoing, "document_no") or NO_NUMBER,
        "replycontent": _said(outgoing, "text"),
        "handlecontent": _said(outgoing, "handling") or _said(outgoing, "text"),
        "replytime": _when(outgoing, "replied_at"),
        "replyresult": RESULTS[outcome],
        "jbr": _said(outgoing, "handler"),
        "jbrdh": _said(outgoing, "handler_phone"),
        "qfr": _said(outgoing, "signer"),
        "isopen": "1" if outgoing.facts.get("is_open") else "0",
    }


BODIES: dict[Telling, Callable[[Outgoing], dict[str, str]]] = {
    Telling.ACCEPT: _accept,
    Telling.RETURN: _return,
    Telling.EXTENSION: _extension,
    Telling.REPLY: _reply,
}


# --- answers and books -----------------------------------------------------------------------------------------------


def receipt(found: Mapping[str, Any]) -> Receipt:
    """The answer to an accepted call."""
    fields = Fields(found)
    return Receipt(
        receipt_no=fields.text("receiptno"),
        outer_state=fields.code("status", STATES, ""),
        is_repeat=fields.flag("isrepeat"),
        number=fields.text("infoid"),
    )


def is_reached(outgoing: Outgoing, book: Book) -> bool:
    """Whether the platform already holds what a refused call wanted."""
    if outgoing.telling is Telling.ACCEPT:
        return book.outer_state in (ACCEPTED if outgoing.facts.get("accepted", True) else REFUSED)
    if outgoing.telling is Telling.RETURN:
        return book.outer_state in RETURN_ASKED
    if outgoing.telling is Telling.EXTENSION:
        return book.facts.get("extendstate") in ("1", "2")
    return book.outer_state in ANSWERED and book.reply_digest == reply_digest(_said(outgoing, "text"))


def book_of_info(info: Mapping[str, Any]) -> Book | None:
    """An ``info`` as a row; None where it has no identity."""
    fields = Fields(info)
    try:
        number, round = fields.number("infoid"), fields.whole("turnno")
    except Unmappable:
        return None
    return Book(
        number=number,
        round=round,
        outer_state=_state(fields),
        redo_no=fields.counter("redonum"),
        version=_version(fields),
        reply_digest=reply_digest(fields.text("replycontent")),
        facts={
            "status": fields.text("status"),
            "objectstate": fields.text("objectstate"),
            "extendstate": fields.text("extendstate"),
            "reply_limit": iso(fields.deadline("limittime")),
            "must_handle": fields.text("objectstate") == "3",
        },
    )


def book_of_row(row: Mapping[str, Any]) -> Book | None:
    """A ledger row; None for one without identity, which shows as missing when the books are compared."""
    fields = Fields(row)
    try:
        number, round = fields.number("infoid"), fields.whole("turnno")
    except Unmappable:
        return None
    return Book(
        number=number,
        round=round,
        outer_state=_state(fields),
        version=_version(fields),
        reply_digest=fields.text("replysha256").lower(),
        facts={
            "status": fields.text("status"),
            "reply_no": fields.counter("replynum"),
            "replied_at": iso(fields.moment("replytime")),
            "acceptstate": fields.text("acceptstate"),
        },
    )


def _state(fields: Fields) -> str:
    state = str(fields.code("status", STATES, ""))
    return "redo" if state == "bounced" and fields.counter("redonum") else state


def _version(fields: Fields) -> int:
    updated = fields.moment("updatetime")
    return int(updated.strftime("%Y%m%d%H%M%S")) if updated else 0
