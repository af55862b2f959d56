"""退单: a section asks the office to take a ticket back, the office asks the source; each asking and ruling is a row."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.messages import Telling
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import ClockKind, ReturnReason, Role, Side
from tickets.models import Decision, Inquiry, Request, RequestKind, Ticket
from tickets.queries import inquiries

from .. import ledger, notices, outbox, timers

LEAST_REASON = 10
#: Why a section asks for no return any more in this round, in both languages.
RETURN_USED = ("办公室已裁定不予退单，本轮须由本科室办理。", "The return was refused: this section must handle it.")


@transaction.atomic
def ask_section_return(
    *, ticket: Ticket, actor: Actor, now: datetime, code: str, reason: str, expected_version: int | None = None
) -> Request:
    """科室退单, with its ground; after a refusal not again in the same dispatch round."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if ticket.must_handle:
        raise UnableToMove("return_used", *RETURN_USED)
    _check_reason(code, reason)
    ledger.move(
        ticket=ticket,
        action=Action.ASK_SECTION_RETURN,
        actor=actor,
        now=now,
        changes={"return_count": ticket.return_count + 1},
        refs={"code": code},
        reason=reason,
    )
    notices.tell(
        key=f"return:{ticket.pk}:{ticket.version}", kind="return_asked", role=Role.DISPATCHER, now=now, ticket=ticket
    )
    return _ask(ticket, RequestKind.SECTION_RETURN, actor, now, code, reason)


def _check_reason(code: str, reason: str) -> None:
    if code not in ReturnReason._value2member_map_:
        raise UnableToMove("code", "请选择退单理由。", "Choose a ground for the return.", field="code")
    if len(reason.strip()) < LEAST_REASON:
        raise UnableToMove(
            "reason",
            f"理由不少于{LEAST_REASON}个字。",
            f"The reason needs at least {LEAST_REASON} characters.",
            field="reason",
        )


def _ask(
    ticket: Ticket,
    kind: RequestKind,
    actor: Actor,
    now: datetime,
    code: str,
    reason: str,
    inquiry: Inquiry | None = None,
) -> Request:
    request = Request(
        ticket=ticket,
        inquiry=inquiry,
        kind=kind.value,
        asked_by_id=actor.account,
        asked_at=now,
        code=code,
        reason=reason,
        round=ticket.round,
    )
    ledger.save_with_history(request, actor=actor, now=now, reason=kind.value)
    return request


def rule(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    granted: bool,
    opinion: str,
    kind: RequestKind = RequestKind.SECTION_RETURN,
) -> Request:
    """Write the decision row and close the open request. The caller holds the lock and moves the state."""
    request = ticket.requests.filter(kind=kind.value, is_open=True).first()
    if request is None:
        raise UnableToMove("no_request", "没有待裁定的申请。", "There is no open request to rule on.")
    Decision.objects.create(
        request=request, by_id=actor.user_id, actor=actor.label, at=now, is_granted=granted, opinion=opinion
    )
    request.is_open, request.is_granted = False, granted
    ledger.save_with_history(request, actor=actor, now=now, reason="granted" if granted else "refused")
    _tell(ticket, request, opinion, now)
    return request


def _tell(ticket: Ticket, request: Request, opinion: str, now: datetime) -> None:
    """Whoever asked learns the ruling; what leaves his section by it is named by its number, of a confidential matter without a word."""
    leaves = request.kind == RequestKind.SECTION_RETURN and request.is_granted
    words = "" if leaves and ticket.is_confidential else opinion[:200]
    notices.tell(
        key=f"ruled:{request.pk}",
        kind=f"{request.kind}_{'granted' if request.is_granted else 'refused'}",
        role=Role.DISPATCHER if request.kind == RequestKind.OUTWARD_RETURN else Role.HANDLER,
        now=now,
        ticket=None if leaves else ticket,
        user_id=request.asked_by_id,
        facts={"content": f"{ticket.number} {words}".strip() if leaves else words},
    )


@transaction.atomic
def grant_section_return(
    *, ticket: Ticket, actor: Actor, now: datetime, opinion: str = "", expected_version: int | None = None
) -> Ticket:
    """同意退单: back to the office, from where it goes to another section or outward."""
    ticket = ledger.lock(ticket.pk, expected_version)
    rule(ticket=ticket, actor=actor, now=now, granted=True, opinion=opinion)
    changes = {"section": None, "handler_id": None}
    ledger.move(
        ticket=ticket, action=Action.GRANT_SECTION_RETURN, actor=actor, now=now, changes=changes, reason=opinion
    )
    timers.stop(ticket=ticket, now=now, side=Side.INNER)
    return ticket


@transaction.atomic
def refuse_section_return(
    *, ticket: Ticket, actor: Actor, now: datetime, opinion: str, expected_version: int | None = None
) -> Ticket:
    """不予退单: the section must handle."""
    ticket = ledger.lock(ticket.pk, expected_version)
    rule(ticket=ticket, actor=actor, now=now, granted=False, opinion=opinion)
    changes = {"must_handle": True, "signed_at": ticket.signed_at or now}
    ledger.move(
        ticket=ticket, action=Action.REFUSE_SECTION_RETURN, actor=actor, now=now, changes=changes, reason=opinion
    )
    timers.meet(ticket=ticket, kind=ClockKind.SIGN, now=now, side=Side.INNER)
    return ticket


@transaction.atomic
def ask_outward_return(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    code: str,
    reason: str,
    basis: str = "",
    suggested_unit: str = "",
    expected_version: int | None = None,
) -> Request:
    """退回来源 (a petition's 异议): only the office, only once a round, and the source rules on it."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _check_reason(code, reason)
    inquiry = _one_platform_inquiry(ticket)
    ledger.move(
        ticket=ticket, action=Action.ASK_OUTWARD_RETURN, actor=actor, now=now, refs={"code": code}, reason=reason
    )
    request = _ask(ticket, RequestKind.OUTWARD_RETURN, actor, now, code, reason, inquiry)
    facts = {
        "code": code,
        "reason": reason,
        "basis": basis,
        "suggested_unit": suggested_unit,
        "handler": actor.name,
        "asked_at": now,
    }
    outbox.enqueue(inquiry=inquiry, telling=Telling.RETURN, facts=facts, now=now, request=request)
    timers.meet(ticket=ticket, kind=ClockKind.OBJECTION, now=now, side=Side.OUTER, inquiry=inquiry)
    return request


def _one_platform_inquiry(ticket: Ticket) -> Inquiry:
    waiting = [inquiry for inquiry in inquiries.live(ticket) if Telling.RETURN in inquiry.source.tells]
    if not waiting:
        raise UnableToMove(
            "no_platform",
            "本件不是平台转来的，无处可退。",
            "No platform sent this matter: there is nowhere to return it.",
        )
    if len(waiting) > 1:
        raise UnableToMove(
            "several",
            "本件合并了多个来源，请先撤销并单再分别退回。",
            "Several sources are joined here: un-merge first.",
        )
    if waiting[0].must_handle:
        raise UnableToMove(
            "return_used",
            "来源已裁定不予退回，本轮须办理。",
            "The source refused a return of this round: it must be handled.",
        )
    return waiting[0]


@transaction.atomic
def settle_outward_return(*, ticket: Ticket, actor: Actor, now: datetime, agreed: bool, opinion: str = "") -> Ticket:
    """The source's ruling: returned, or back to the office which must handle."""
    ticket = ledger.lock(ticket.pk)
    action = Action.AGREE_OUTWARD_RETURN if agreed else Action.REFUSE_OUTWARD_RETURN
    changes = {"closed_at": now} if agreed else {}
    ledger.move(ticket=ticket, action=action, actor=actor, now=now, changes=changes, reason=opinion)
    request = rule(
        ticket=ticket, actor=actor, now=now, granted=agreed, opinion=opinion, kind=RequestKind.OUTWARD_RETURN
    )
    if agreed:
        timers.stop(ticket=ticket, now=now)
    elif request.inquiry is not None:
        request.inquiry.must_handle = True
        ledger.save_with_history(request.inquiry, actor=actor, now=now, reason="must handle")
    return ticket
