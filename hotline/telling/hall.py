"""A line of the hall in the dispatcher's words: beside the matter what must be known to decide on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from hotline.wording import label, listed, mask_text, moments, pair, why_routed
from tickets.domain.moments import to_local
from tickets.domain.words import NO_CALLER, Outcome, RejectionReason, ReturnReason, SuspensionGround
from tickets.models import Post, RequestKind
from tickets.queries import signing
from tickets.queries.freshness import held
from tickets.queries.together import Rows
from tickets.queries.worklists import Worklist

from .tray import KINDS

Row = Mapping[str, Any]
DOT = " · "


@dataclass(frozen=True, slots=True)
class Why:
    """``head`` in a word, ``text`` what was said, ``under`` who and when; ``by_leader``: a reply that the office does not sign;
    ``proposed``: what the intake desk proposed (a kind of request), ``into`` the ticket it would join."""

    head: str
    text: str = ""
    under: str = ""
    tone: str = ""
    by_leader: bool = False
    proposed: str = ""
    into: str = ""


class Hanging:
    """What hangs on the tickets of a page, by ticket (tickets.queries.hall.asides)."""

    def __init__(self, asides: Mapping[str, Rows], now: datetime) -> None:
        self.now = now
        self._found = {name: _by_ticket(rows) for name, rows in asides.items()}

    def all(self, name: str, row: Row) -> list[dict[str, Any]]:
        """What of a kind hangs on a ticket."""
        return self._found.get(name, {}).get(row["id"], [])

    def last(self, name: str, row: Row) -> dict[str, Any]:
        """The newest of a kind; empty when there is none."""
        found = self.all(name, row)
        return found[-1] if found else {}

    def when(self, moment: datetime | None) -> str:
        """今天 14:06."""
        return moments.when(moment, self.now) if moment else ""


def _by_ticket(rows: Rows) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.get("parent") or row["ticket_id"], []).append(row)
    return found


def lines(worklist: Worklist, rows: Iterable[dict[str, Any]], hanging: Hanging) -> list[dict[str, Any]]:
    """The rows of a list (telling.rows) with ``why`` and, where the section was asked for a word, ``asked_words``."""
    tell = TELLS.get(worklist, _at_section)
    with held():
        return [{**row, "why": tell(row, hanging), "asked_words": _word(row, hanging)} for row in rows]


def _word(row: Row, hanging: Hanging) -> str:
    words = hanging.last("words", row)
    return pair(*KINDS[words["kind"]]) if words else ""


def _to_dispatch(row: Row, hanging: Hanging) -> Why:
    asked = _request(row, hanging, RequestKind.REJECTION, RequestKind.MERGER)
    if asked:
        into = str((asked["facts"] or {}).get("into", ""))
        head = _("Intake proposes: %s") % label(RequestKind, asked["kind"])
        ground = label(RejectionReason, asked["code"]) or into
        return Why(
            head, mask_text(DOT.join(dict.fromkeys(filter(None, (ground, asked["reason"]))))), _asker(asked, hanging),
            "amber", proposed=asked["kind"], into=into,
        )  # fmt: skip
    reason = why_routed(mask_text(row["route_reason"]))
    if not row["proposed_section_name"]:
        return Why(_("No section proposed"), reason, tone="amber")
    covered = _("A confidential matter: no rule dispatches it") if row["is_confidential"] else ""
    return Why(_("Proposed: %s") % row["proposed_section_name"], reason, covered)


def _request(row: Row, hanging: Hanging, *kinds: RequestKind) -> dict[str, Any]:
    return next((each for each in hanging.all("requests", row) if each["kind"] in kinds), {})


def _asker(request: Row, hanging: Hanging) -> str:
    return DOT.join(
        part for part in (request["asked_by__name"] or request["asked_by__username"], hanging.when(request["asked_at"]))
    )


def _returned(row: Row, hanging: Hanging) -> Why:
    request = _request(row, hanging, RequestKind.SECTION_RETURN)
    if not request:
        return Why("")
    asker = DOT.join(filter(None, (row["section_name"], _asker(request, hanging))))
    return Why(label(ReturnReason, request["code"]), mask_text(request["reason"]), asker)


def _outward(row: Row, hanging: Hanging) -> Why:
    request = _request(row, hanging, RequestKind.OUTWARD_RETURN)
    if not request:
        return Why("")
    post = hanging.last("posts", row)
    standing = label(Post, post["post"]) if post else ""
    tone = "red" if post and post["post"] in (Post.DEAD, Post.UNKNOWN) else ""
    under = DOT.join(filter(None, (_asker(request, hanging), standing)))
    return Why(label(ReturnReason, request["code"]), mask_text(request["reason"]), under, tone)


def _requested(row: Row, hanging: Hanging) -> Why:
    request = _request(row, hanging, RequestKind.EXTENSION, RequestKind.SUSPENSION)
    if not request:
        return Why("")
    head = label(RequestKind, request["kind"])
    if request["amount"]:
        head = f"{head} +{request['amount'].normalize():f}"
    if request["until"]:
        head = DOT.join(
            (
                head,
                label(SuspensionGround, request["code"]),
                moments.day(request["until"], to_local(hanging.now).date()),
            )
        )
    waits = _("the platform rules next") if request["is_consented"] else _("waits for a leader")
    return Why(head, mask_text(request["reason"]), DOT.join((_asker(request, hanging), waits)))


def _to_sign(row: Row, hanging: Hanging) -> Why:
    reply = hanging.last("replies", row)
    if not reply:
        return Why("")
    by_leader = signing.needs_leader(
        channel=row["channel"], outcome=reply["outcome"], is_supervised=row["is_supervised"]
    )
    signer = _("a leader signs this one") if by_leader else ""
    under = DOT.join(filter(None, (row["section_name"], reply["author__name"], signer)))
    return Why(label(Outcome, reply["outcome"]), mask_text(reply["beginning"]), under, by_leader=by_leader)


def _to_send(row: Row, hanging: Hanging) -> Why:
    reply = hanging.last("replies", row)
    if not reply:
        return Why("")
    sources = [pair(each["source__name_zh"], each["source__name_en"]) for each in hanging.all("sources", row)]
    under = DOT.join(filter(None, (_("to %s") % listed(dict.fromkeys(sources)), reply["approver__name"])))
    return Why(label(Outcome, reply["outcome"]), mask_text(reply["beginning"]), under)


def _to_ask(row: Row, hanging: Hanging) -> Why:
    reply, sources = hanging.last("replies", row), hanging.all("sources", row)
    asked = [each for each in sources if is_to_ask(each)]
    if not asked:
        return Why(
            _("Follow-up does not apply"), mask_text(reply.get("beginning", "")), _("Nobody can be asked: close it.")
        )
    tried = any(each["is_reached"] is False for each in asked)
    head = _("Not reached last time") if tried else label(Outcome, reply.get("outcome", ""))
    under = _("answered %s") % hanging.when(row["sent_at"]) if row["sent_at"] else ""
    return Why(
        head,
        mask_text(reply.get("beginning", "")),
        DOT.join(filter(None, (row["section_name"], under))),
        "amber" if tried else "",
    )


def is_to_ask(source: Row) -> bool:
    """Whether the caller of an inquiry can be asked, and has not been reached."""
    return (
        not source["is_anonymous"]
        and bool(source["person_id"])
        and source["channel"] not in NO_CALLER
        and not source["is_reached"]
    )


def _asked(row: Row, hanging: Hanging) -> Why:
    words = hanging.last("words", row)
    said = mask_text(str((words.get("facts") or {}).get("content", "")))
    since = _("no word since %s") % hanging.when(row["asked_at"])
    head = pair(*KINDS[words["kind"]]) if words else _("Chased")
    return Why(head, said, DOT.join(filter(None, (row["section_name"], row["handler_name"], since))), "amber")


def _at_section(row: Row, hanging: Hanging) -> Why:
    head = DOT.join(filter(None, (row["section_name"], row["handler_name"])))
    words = hanging.last("words", row)
    said = str((words.get("facts") or {}).get("content", ""))
    return Why(head or _("the office"), mask_text(said), row["state_label"])


TELLS: Mapping[Worklist, Callable[[Row, Hanging], Why]] = {
    Worklist.REGISTERED: _to_dispatch,
    Worklist.RETURNS: _returned,
    Worklist.OUTWARD: _outward,
    Worklist.REQUESTS: _requested,
    Worklist.SIGN_OFF: _to_sign,
    Worklist.TO_SEND: _to_send,
    Worklist.FOLLOW_UP: _to_ask,
    Worklist.ASKED: _asked,
}
