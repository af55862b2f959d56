"""The ways out and back in: direct answer, rejection, close, redo, withdrawal, re-opening."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.words import ClockKind, RejectionReason, Role, Side
from tickets.models import Inquiry, Reply, ReplyState, RequestKind, Ticket
from tickets.queries import inquiries

from .. import asked, ledger, notices, timers
from . import proposals, standing


def _check_own_door(ticket: Ticket) -> None:
    if any(inquiry.source.tells for inquiry in inquiries.live(ticket)):
        raise UnableToMove(
            "platform",
            "平台转来的件须反馈平台，请派单办理或申请退回来源。",
            "A platform waits for the answer: dispatch it or ask an outward return.",
        )


@transaction.atomic
def answer_directly(
    *, ticket: Ticket, actor: Actor, now: datetime, answer: str, expected_version: int | None = None
) -> Ticket:
    """直办: answered on the line; the answer is the reason kept with the close."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _check_own_door(ticket)
    if not answer.strip():
        raise UnableToMove("answer", "请写明答复内容。", "Write down what was answered.", field="answer")
    changes = {"closed_at": now, "sent_at": now, "is_direct": True}
    ledger.move(ticket=ticket, action=Action.ANSWER_DIRECTLY, actor=actor, now=now, changes=changes, reason=answer)
    proposals.settle(ticket=ticket, action=Action.ANSWER_DIRECTLY, actor=actor, now=now)
    _write_direct_answer(ticket, actor, now, answer)
    timers.meet(ticket=ticket, kind=(ClockKind.CONTACT, ClockKind.REPLY), now=now)
    _finish_inquiries(ticket, actor, now)
    return ticket


def _write_direct_answer(ticket: Ticket, actor: Actor, now: datetime, answer: str) -> None:
    reply = Reply(
        ticket=ticket,
        no=ticket.replies.count() + 1,
        state=ReplyState.SENT.value,
        outcome="explained",
        public_text=answer,
        author_id=actor.account,
        written_at=now,
        sent_at=now,
    )
    ledger.save_with_history(reply, actor=actor, now=now, reason="direct answer")


@transaction.atomic
def reject(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    code: str,
    told: str,
    pointed_to: str,
    expected_version: int | None = None,
) -> Ticket:
    """不予受理: a reason code, a note that the caller was told, and the route pointed to."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _check_own_door(ticket)
    if code not in RejectionReason._value2member_map_:
        raise UnableToMove("code", "请选择不予受理的理由。", "Choose a reason code.", field="code")
    wanted = {"told": ("告知情况", "how the caller was told"), "pointed_to": ("指引途径", "the route pointed to")}
    for (name, (zh, en)), value in zip(wanted.items(), (told, pointed_to), strict=True):
        if not value.strip():
            raise UnableToMove(name, f"请填写{zh}。", f"Say {en}.", field=name)
    changes = {"closed_at": now, "end_code": code}
    ledger.move(
        ticket=ticket,
        action=Action.REJECT,
        actor=actor,
        now=now,
        changes=changes,
        refs={"code": code},
        reason=f"{told}；{pointed_to}",
    )
    proposals.settle(ticket=ticket, action=Action.REJECT, actor=actor, now=now)
    timers.stop(ticket=ticket, now=now)
    _finish_inquiries(ticket, actor, now)
    return ticket


def _finish_inquiries(ticket: Ticket, actor: Actor, now: datetime) -> None:
    for inquiry in inquiries.live(ticket):
        inquiry.closed_at = now
        ledger.save_with_history(inquiry, actor=actor, now=now, reason="finished")


@transaction.atomic
def follow_up(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    reached: bool,
    solved: bool | None = None,
    satisfaction: int | None = None,
    comment: str = "",
    inquiry: Inquiry | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """回访: outcome kept on the inquiry; not applicable to anonymous callers."""
    ticket = ledger.lock(ticket.pk, expected_version)
    inquiry = inquiry or next(iter(inquiries.live(ticket)), None) or inquiries.of(ticket).last()
    if inquiry is None or inquiry.is_anonymous:
        raise UnableToMove("anonymous", "匿名诉求不适用回访。", "Follow-up does not apply to anonymous callers.")
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        raise UnableToMove("satisfaction", "满意度为 1 至 5。", "Satisfaction is 1 to 5.", field="satisfaction")
    ledger.move(
        ticket=ticket,
        action=Action.FOLLOW_UP,
        actor=actor,
        now=now,
        refs={"reached": reached, "solved": solved, "satisfaction": satisfaction},
    )
    inquiry.is_reached, inquiry.is_solved, inquiry.satisfaction, inquiry.comment = (
        reached,
        solved,
        satisfaction,
        comment,
    )
    ledger.save_with_history(inquiry, actor=actor, now=now, reason="follow-up")
    return ticket


@transaction.atomic
def close(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """办结: every clock ends, the inquiries of our own doors with it."""
    ticket = ledger.lock(ticket.pk, expected_version)
    waiting = [each for each in inquiries.live(ticket) if each.source.tells]
    if actor.has(Role.DISPATCHER) and waiting:
        raise UnableToMove(
            "platform_open",
            "来源平台尚未办结，由平台办结后自动办结。",
            "The source has not closed it: it closes when the source does.",
        )
    ledger.move(ticket=ticket, action=Action.CLOSE, actor=actor, now=now, changes={"closed_at": now}, reason=reason)
    timers.stop(ticket=ticket, now=now)
    _finish_inquiries(ticket, actor, now)
    return ticket


@transaction.atomic
def archive(*, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None = None) -> Ticket:
    """归档."""
    ticket = ledger.lock(ticket.pk, expected_version)
    return ledger.move(ticket=ticket, action=Action.ARCHIVE, actor=actor, now=now)


@transaction.atomic
def redo(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    reason: str,
    due: datetime | None = None,
    inquiry: Inquiry | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """重办: the same section works again; no fixed ceiling (one real case was re-opened nine times).

    A matter that never had a section (answered on the line) goes back to the office.
    """
    ticket = ledger.lock(ticket.pk, expected_version)
    if ticket.section_id is None:
        _register(ticket, Action.REGISTER_AGAIN, actor, now, reason)
        _wake(ticket, actor, now)
        return ticket
    changes: dict[str, Any] = {"redo_count": ticket.redo_count + 1, "closed_at": None, "sent_at": None}
    changes |= standing.changes(ticket)
    ledger.move(
        ticket=ticket,
        action=Action.REDO,
        actor=actor,
        now=now,
        changes=changes,
        refs={"redo": ticket.redo_count + 1},
        reason=reason,
    )
    for each in [inquiry] if inquiry else inquiries.of(ticket).filter(closed_at__isnull=False, outer_state=""):
        each.closed_at = None
        ledger.save_with_history(each, actor=actor, now=now, reason="redo")
    timers.start_redo(ticket=ticket, inquiry=inquiry, now=now, due=due)
    notices.tell(
        key=f"redo:{ticket.pk}:{ticket.version}",
        kind="redo",
        role=Role.CHIEF,
        now=now,
        ticket=ticket,
        section_id=ticket.section_id,
    )
    return ticket


@transaction.atomic
def terminate(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str, expected_version: int | None = None
) -> Ticket:
    """终止: the information never came."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _check_own_door(ticket)
    ledger.move(ticket=ticket, action=Action.TERMINATE, actor=actor, now=now, changes={"closed_at": now}, reason=reason)
    timers.stop(ticket=ticket, now=now)
    asked.drop(ticket=ticket, actor=actor, now=now, reason="terminated")
    _finish_inquiries(ticket, actor, now)
    return ticket


@transaction.atomic
def withdraw(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """撤单: the source takes it back. A platform does so by its account; at our own doors a clerk writes that the caller did, or
    that it was logged by mistake."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if actor.user_id is not None:
        _check_withdrawal(ticket, actor, reason)
    ledger.move(ticket=ticket, action=Action.WITHDRAW, actor=actor, now=now, changes={"closed_at": now}, reason=reason)
    timers.stop(ticket=ticket, now=now)
    asked.drop(ticket=ticket, actor=actor, now=now, reason="withdrawn by the source", kinds=RequestKind)
    if actor.user_id is not None:
        _finish_inquiries(ticket, actor, now)
    return ticket


def _check_withdrawal(ticket: Ticket, actor: Actor, reason: str) -> None:
    """The office takes back what came in at our own doors; a clerk what he logged himself and nobody has signed for."""
    _check_own_door(ticket)
    if not reason.strip():
        raise UnableToMove("reason", "请写明撤单原因。", "Say why it is withdrawn.", field="reason")
    if actor.has(Role.DISPATCHER):
        return
    if ticket.stage not in (State.REGISTERED, State.DISPATCHED):
        raise UnableToMove(
            "signed", "科室已签收，请由办公室撤单。", "A section has signed for it: the office withdraws it."
        )
    if not ticket.inquiries.filter(taken_by_id=actor.account).exists():
        raise UnableToMove("not_own", "不是您登记的，请由办公室撤单。", "You did not log it: the office withdraws it.")


@transaction.atomic
def reopen(*, ticket: Ticket, actor: Actor, now: datetime, reason: str, expected_version: int | None = None) -> Ticket:
    """A leader starts a finished ticket again: back to the office."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _register(ticket, Action.REOPEN, actor, now, reason)
    _wake(ticket, actor, now)
    return ticket


@transaction.atomic
def register_again(*, ticket: Ticket, actor: Actor, now: datetime, reason: str = "") -> Ticket:
    """The source dispatches the same number again: a new round."""
    ticket = ledger.lock(ticket.pk)
    return _register(ticket, Action.REGISTER_AGAIN, actor, now, reason)


def _wake(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """Work that begins again has a limit again: the redo's, for every inquiry its source has not ended."""
    for inquiry in inquiries.of(ticket).exclude(outer_state__in=inquiries.FINISHED):
        inquiry.closed_at = inquiry.answered_at = None
        ledger.save_with_history(inquiry, actor=actor, now=now, reason="begun again")
        timers.start_redo(ticket=ticket, inquiry=inquiry, now=now)


def _register(ticket: Ticket, action: Action, actor: Actor, now: datetime, reason: str) -> Ticket:
    proposed = ticket.section or ticket.proposed_section
    changes = {
        "section": None,
        "handler_id": None,
        "proposed_section": proposed.standing if proposed else None,
        "closed_at": None,
        "sent_at": None,
        "must_handle": False,
        "end_code": "",
        "route_reason": reason[:300],
    }
    ledger.move(ticket=ticket, action=action, actor=actor, now=now, changes=changes, reason=reason)
    timers.stop(ticket=ticket, now=now, side=Side.INNER)
    return ticket
