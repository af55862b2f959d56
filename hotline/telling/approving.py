"""What a leader decides on, as cards: the reply with its checks, the request with the limit before and after; read on a phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.wording import account, label, mask_text, pair, said
from tickets.actions.timers import extended_due
from tickets.domain.actors import Actor
from tickets.domain.messages import Telling
from tickets.domain.states import Action
from tickets.domain.terms import Unit
from tickets.domain.words import Disclosure, Outcome, Role, SuspensionGround
from tickets.models import RequestKind
from tickets.queries.approvals import Letter, Plea

from .clocks import counted
from .matter import Telling as Told

Row = dict[str, Any]
A = Action
GRANT = {RequestKind.EXTENSION: A.GRANT_EXTENSION, RequestKind.SUSPENSION: A.GRANT_SUSPENSION}
REFUSE = {RequestKind.EXTENSION: A.REFUSE_EXTENSION, RequestKind.SUSPENSION: A.REFUSE_SUSPENSION}
OWN_TEXT = ("不能审核自己起草的答复。", "Nobody passes a text he wrote.")
BY_LEADER = ("本件须由分管领导签发。", "A leader must sign off this matter.")
OWN_REQUEST = ("不能审批自己提出的申请。", "Nobody decides what he asked for himself.")


def letter(row: Row, found: Letter, actor: Actor) -> Row:
    """The card of a reply; ``why_not`` where this reader cannot sign it off."""
    return {
        **_reply(found),
        "row": row,
        "content": mask_text(found.content),
        "needs_leader": found.needs_leader,
        "why_not": _why_not(found, actor),
        "yes": A.APPROVE.value,
        "no": A.DISAPPROVE.value,
        "remark": "remark",
    }


def judged(found: Letter, telling: Told) -> Row:
    """The same reply without a card's buttons, as the reader of this ticket may read it: for the form of the act."""
    told = _reply(found)
    hidden = {name: telling.hide(told[name]) for name in ("public_text", "handling", "disclosure_ground")}
    return {**told, **hidden, "content": telling.text(found.content)}


def _reply(found: Letter) -> Row:
    reply = found.reply
    return {
        "public_text": reply["public_text"],
        "handling": reply["handling"],
        "account": account(found.channels),
        "outcome": label(Outcome, reply["outcome"]),
        "disclosure": label(Disclosure, reply["disclosure"]),
        "disclosure_ground": reply["disclosure_ground"],
        "promised_on": reply["promised_on"],
        "author": _who(reply, "author"),
        "reviewer": _who(reply, "reviewer"),
        "written_at": reply["written_at"],
        "reviewed_at": reply["reviewed_at"],
        "findings": [{"level": each.level, "words": said(each)} for each in found.findings],
    }


def _who(reply: Any, column: str) -> str:
    return str(reply[f"{column}__name"] or reply[f"{column}__username"] or "")


def _why_not(found: Letter, actor: Actor) -> str:
    if found.reply["author_id"] in (actor.user_id, actor.deputy_for):
        return pair(*OWN_TEXT)
    return pair(*BY_LEADER) if found.needs_leader and not actor.has(Role.LEADER) else ""


def plea(row: Row, found: Plea, actor: Actor, now: datetime) -> Row:
    """The card of a request."""
    request = found.request
    kind = RequestKind(request.kind)
    is_own = request.asked_by_id in (actor.user_id, actor.deputy_for)
    return {
        "row": row,
        "kind": said(kind),
        "content": mask_text(found.content),
        "ground": label(SuspensionGround, request.code) if kind is RequestKind.SUSPENSION else "",
        "reason": mask_text(request.reason),
        "asked_by": str(request.asked_by),
        "asked_at": request.asked_at,
        "told_at": request.told_at,
        "amount": _amount(found),
        "before": found.clock.due_at if found.clock else None,
        "after": _after(found),
        "until": request.until,
        "review_on": request.review_on,
        "platform": _platform(found),
        "why_not": pair(*OWN_REQUEST) if is_own else "" if actor.has(Role.LEADER) else _for_leaders(),
        "yes": GRANT[kind].value,
        "no": REFUSE[kind].value,
        "remark": "opinion",
        "is_late": bool(found.clock and found.clock.due_at and found.clock.due_at <= now),
    }


def _for_leaders() -> str:
    return pair("由分管领导审批。", "A leader decides.")


def _amount(found: Plea) -> str:
    """3 个工作日."""
    if not found.request.amount:
        return ""
    unit = Unit(found.clock.terms.get("unit", Unit.WORKING_DAYS)) if found.clock else Unit.WORKING_DAYS
    return f"{found.request.amount.normalize():f} {counted(unit)}"


def _after(found: Plea) -> datetime | None:
    """The limit that a consent would give, or ask the platform for."""
    if found.clock is None or not found.request.amount:
        return None
    return extended_due(timer=found.clock, amount=found.request.amount)


def _platform(found: Plea) -> str:
    """The platform that rules after the leader; '' where the consent is enough."""
    inquiry = found.request.inquiry
    if found.request.kind != RequestKind.EXTENSION or inquiry is None or Telling.EXTENSION not in inquiry.source.tells:
        return ""
    return pair(inquiry.source.name_zh, inquiry.source.name_en)
