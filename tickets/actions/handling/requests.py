"""延期与挂账: asked by the section, consented to by a leader and, where the limit is the platform's, decided by the platform too."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.messages import Telling
from tickets.domain.moments import to_local
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.terms import Unit
from tickets.domain.words import ClockKind, PauseGround, Role, Side, SuspensionGround
from tickets.models import Decision, Inquiry, Request, RequestKind, Run, Ticket, Timer
from tickets.queries import inquiries

from .. import ledger, notices, outbox, timers
from .returns import LEAST_REASON, rule

MOST_AT_ONCE = 500
#: Why more time is given once only, in both languages.
EXTENSION_USED = ("本件已延期一次，不能再延。", "It was extended once already.")


@transaction.atomic
def ask_extension(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    reason: str,
    amount: Decimal,
    told_at: datetime | None = None,
    inquiry: Inquiry | None = None,
    expected_version: int | None = None,
) -> Request:
    """申请延期: so many more of the limit's own unit, before expiry and once; the state does not change (延期待批)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if len(reason.strip()) < LEAST_REASON:
        raise UnableToMove(
            "reason",
            f"理由不少于{LEAST_REASON}个字。",
            f"The reason needs at least {LEAST_REASON} characters.",
            field="reason",
        )
    _check_time(ticket, now, amount)
    _check_not_open(ticket, RequestKind.EXTENSION)
    ledger.move(
        ticket=ticket, action=Action.ASK_EXTENSION, actor=actor, now=now, refs={"amount": str(amount)}, reason=reason
    )
    request = Request(
        ticket=ticket,
        inquiry=inquiry or _platform_inquiry(ticket),
        kind=RequestKind.EXTENSION,
        asked_by_id=actor.account,
        asked_at=now,
        reason=reason,
        amount=amount,
        told_at=told_at,
        round=ticket.round,
    )
    ledger.save_with_history(request, actor=actor, now=now, reason="extension asked")
    notices.tell(key=f"extension:{request.pk}", kind="extension_asked", role=Role.LEADER, now=now, ticket=ticket)
    return request


def _check_time(ticket: Ticket, now: datetime, amount: Decimal) -> None:
    if amount <= 0:
        raise UnableToMove("amount", "延长的时间须大于零。", "The extension must be more than zero.", field="amount")
    if amount != int(amount):
        raise UnableToMove("amount", "延期须为整数。", "Whole days (or hours) only.", field="amount")
    clocks = Timer.objects.filter(ticket=ticket, kind=ClockKind.REPLY, run=Run.RUNNING)
    if any(clock.due_at is not None and clock.due_at <= now for clock in clocks):
        raise UnableToMove(
            "extension_late", "时限已过，不能再申请延期。", "The limit has passed: too late to ask for an extension."
        )
    for clock in clocks.select_related("policy"):
        if clock.extension > 0:
            raise UnableToMove("extension_used", *EXTENSION_USED)
        most = clock.policy.extension_limit if clock.policy else Decimal(0)
        if clock.policy and most and amount > most:
            unit = Unit(clock.policy.unit)
            raise UnableToMove(
                "extension_cap",
                f"最多可延长 {most.normalize():f} {unit.zh}，请改小后重新提交。",
                f"At most {most.normalize():f} {unit.en} may be added: ask for less.",
                field="amount",
            )


def open_already(kind: RequestKind) -> tuple[str, str]:
    """Why the same cannot be asked for twice, in both languages."""
    return f"已有一项{kind.zh}申请待批。", f"A request ({kind.en}) is open already."


def _check_not_open(ticket: Ticket, kind: RequestKind) -> None:
    if ticket.requests.filter(kind=kind.value, is_open=True).exists():
        raise UnableToMove("request_open", *open_already(kind))


def _platform_inquiry(ticket: Ticket) -> Inquiry | None:
    return next((each for each in inquiries.live(ticket) if Telling.EXTENSION in each.source.tells), None)


@transaction.atomic
def decide_extension(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    granted: bool,
    opinion: str = "",
    expected_version: int | None = None,
) -> Request:
    """A leader's consent. Where the limit is the platform's, the request goes on to it and stays open until it has ruled."""
    ticket = ledger.lock(ticket.pk, expected_version)
    action = Action.GRANT_EXTENSION if granted else Action.REFUSE_EXTENSION
    request = _open_request(ticket, RequestKind.EXTENSION, now)
    if request.asked_by_id in (actor.user_id, actor.deputy_for):
        raise UnableToMove("own_text", "不能审批自己提出的申请。", "Nobody decides what he asked for himself.")
    ledger.move(ticket=ticket, action=action, actor=actor, now=now, refs={"request": request.pk}, reason=opinion)
    outer = _platform_clock(request)
    if granted and outer is not None:
        return _ask_platform(ticket, request, outer, actor, now, opinion)
    rule(ticket=ticket, actor=actor, now=now, granted=granted, opinion=opinion, kind=RequestKind.EXTENSION)
    if granted and request.amount:
        timers.extend(ticket=ticket, now=now, amount=request.amount)
    return request


def _open_request(ticket: Ticket, kind: RequestKind, now: datetime) -> Request:
    request = ticket.requests.filter(kind=kind.value, is_open=True).first()
    if request is None:
        raise UnableToMove("no_request", f"没有待批的{kind.zh}申请。", f"There is no open request ({kind.en}).")
    if kind is RequestKind.EXTENSION and request.decisions.exists():
        raise UnableToMove(
            "request_open", "领导已同意，等待平台裁定。", "A leader has consented; the platform's ruling is awaited."
        )
    return request


def _platform_clock(request: Request) -> Timer | None:
    if request.inquiry is None or Telling.EXTENSION not in request.inquiry.source.tells:
        return None
    return request.inquiry.timers.filter(
        kind=ClockKind.REPLY, side=Side.OUTER, run__in=[Run.RUNNING, Run.PAUSED]
    ).first()


def _ask_platform(ticket: Ticket, request: Request, clock: Timer, actor: Actor, now: datetime, opinion: str) -> Request:
    Decision.objects.create(
        request=request, by_id=actor.user_id, actor=actor.label, at=now, is_granted=True, opinion=opinion
    )
    wanted = timers.extended_due(timer=clock, amount=request.amount or Decimal(0))
    facts = {
        "step": "reply",
        "days": str(request.amount),
        "new_deadline": wanted,
        "reason": request.reason,
        "approver": actor.name,
        "told_at": request.told_at,
    }
    if request.inquiry is not None:
        outbox.enqueue(inquiry=request.inquiry, telling=Telling.EXTENSION, facts=facts, now=now, request=request)
    return request


@transaction.atomic
def settle_extension(
    *,
    ticket: Ticket,
    inquiry: Inquiry,
    actor: Actor,
    now: datetime,
    agreed: bool,
    new_deadline: datetime | None,
    opinion: str = "",
) -> Ticket:
    """The platform's decision: the second row. The platform's own new deadline counts, and our inner clock follows."""
    ticket = ledger.lock(ticket.pk)
    ledger.move(
        ticket=ticket, action=Action.SETTLE_EXTENSION, actor=actor, now=now, refs={"agreed": agreed}, reason=opinion
    )
    request = ticket.requests.filter(kind=RequestKind.EXTENSION, is_open=True).first()
    if request is not None:
        rule(ticket=ticket, actor=actor, now=now, granted=agreed, opinion=opinion, kind=RequestKind.EXTENSION)
    if agreed and new_deadline is not None:
        inquiry.limit_reply = new_deadline
        ledger.save_with_history(inquiry, actor=actor, now=now, reason="extension agreed")
        timers.limits_changed(inquiry=inquiry, now=now, ticket=ticket)
    if agreed and request is not None and request.amount:
        timers.extend(ticket=ticket, now=now, amount=request.amount, side=Side.INNER)
    return ticket


@transaction.atomic
def ask_suspension(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    code: str,
    reason: str,
    until: date,
    review_on: date | None = None,
    expected_version: int | None = None,
) -> Request:
    """申请挂账: with a ground, a promised date and a review date; work goes on until a leader grants it."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if code not in SuspensionGround._value2member_map_:
        raise UnableToMove("code", "请选择挂账理由。", "Choose a ground for the suspension.", field="code")
    if until <= to_local(now).date():
        raise UnableToMove("until", "承诺办结日期须在今天之后。", "The promised date must lie ahead.", field="until")
    _check_not_open(ticket, RequestKind.SUSPENSION)
    ledger.move(
        ticket=ticket,
        action=Action.ASK_SUSPENSION,
        actor=actor,
        now=now,
        refs={"code": code, "until": until},
        reason=reason,
    )
    request = Request(
        ticket=ticket,
        kind=RequestKind.SUSPENSION,
        asked_by_id=actor.account,
        asked_at=now,
        code=code,
        reason=reason,
        until=until,
        review_on=review_on or until,
        round=ticket.round,
    )
    ledger.save_with_history(request, actor=actor, now=now, reason="suspension asked")
    notices.tell(key=f"suspension:{request.pk}", kind="suspension_asked", role=Role.LEADER, now=now, ticket=ticket)
    return request


@transaction.atomic
def decide_suspension(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    granted: bool,
    opinion: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """A leader grants or refuses; a granted suspension is a state with a promised date, and the clocks of our own policy pause."""
    ticket = ledger.lock(ticket.pk, expected_version)
    request = _open_request(ticket, RequestKind.SUSPENSION, now)
    if request.asked_by_id in (actor.user_id, actor.deputy_for):
        raise UnableToMove("own_text", "不能审批自己提出的申请。", "Nobody decides what he asked for himself.")
    action = Action.GRANT_SUSPENSION if granted else Action.REFUSE_SUSPENSION
    changes = {"promised_on": request.until, "review_on": request.review_on} if granted else {}
    ledger.move(
        ticket=ticket,
        action=action,
        actor=actor,
        now=now,
        changes=changes,
        refs={"request": request.pk},
        reason=opinion,
    )
    rule(ticket=ticket, actor=actor, now=now, granted=granted, opinion=opinion, kind=RequestKind.SUSPENSION)
    if granted:
        timers.pause(
            ticket=ticket, ground=PauseGround.SUSPENSION.value, now=now, actor=actor.label, promised=request.until
        )
    return ticket


@transaction.atomic
def resume(
    *, ticket: Ticket, actor: Actor, now: datetime, reason: str = "", expected_version: int | None = None
) -> Ticket:
    """恢复办理."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(ticket=ticket, action=Action.RESUME, actor=actor, now=now, reason=reason)
    timers.resume(ticket=ticket, now=now, grounds=(PauseGround.SUSPENSION.value,), actor=actor.label)
    return ticket


def resume_promised(*, now: datetime) -> int:
    """Suspended matters whose promised day is over go on by themselves, as their clocks do; how many."""
    over = Ticket.objects.filter(state=State.SUSPENDED.value, promised_on__lt=to_local(now).date()).order_by("pk")
    return sum(_goes_on(ticket, now) for ticket in over[:MOST_AT_ONCE])


def _goes_on(ticket: Ticket, now: datetime) -> bool:
    try:
        resume(ticket=ticket, actor=SYSTEM, now=now, reason="承诺办结日期已过，自动恢复办理")
    except UnableToMove:
        return False  # somebody was quicker
    return True
