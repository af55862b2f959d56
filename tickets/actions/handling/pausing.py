"""依法暂停与补正: what the law lets a limit wait for, said by the office with its paper; and what must be corrected first."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import Channel, ClockKind, PauseGround, Side
from tickets.models import Run, Ticket
from tickets.queries import pause_rules

from .. import ledger, timers

ANSWERS = (ClockKind.REPLY, ClockKind.REVIEW)
LAWFUL = tuple(ground.value for ground in pause_rules.LAWFUL)


@transaction.atomic
def pause_clock(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    ground: str,
    document: str,
    reason: str,
    until: date | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """暂停计时: a third party is consulted or a hearing held; that time is excluded, up to the rule's cap (政府信息公开条例 art. 32–33,
    信访工作条例 art. 31, 36). The state stays: other work goes on."""
    ticket = ledger.lock(ticket.pk, expected_version)
    _check_rule(ticket, actor, ground, document)
    _check_in_time(ticket, now)
    refs = {"ground": ground, "until": until}
    ledger.move(ticket=ticket, action=Action.PAUSE_CLOCK, actor=actor, now=now, refs=refs, reason=reason)
    paused = timers.pause(ticket=ticket, ground=ground, now=now, document=document, actor=actor.label, promised=until)
    if not any(timer.side == Side.OUTER and timer.kind in ANSWERS for timer in paused):
        raise UnableToMove(
            "nothing_pauses",
            "没有可以暂停的对外时限：来源给定的时限不因本单位而暂停。",
            "No outer limit can pause: a source's own deadline does not wait for us.",
        )
    if ground == PauseGround.THIRD_PARTY:
        timers.start_third_party(ticket=ticket, now=now)
    return ticket


def _check_rule(ticket: Ticket, actor: Actor, ground: str, document: str) -> None:
    rule = pause_rules.find(ground, ticket.channel) if ground in LAWFUL else None
    if rule is None:
        raise UnableToMove(
            "ground",
            "本渠道没有以此暂停计时的规定。",
            "No rule lets a limit of this channel wait for that.",
            field="ground",
        )
    if rule.needs_document and not document.strip():
        raise UnableToMove(
            "document",
            f"请填写依据的文书（{rule.citation}）。",
            f"Name the paper it rests on ({rule.citation}).",
            field="document",
        )
    if not actor.has(rule.approver_role):
        who = rule.approver_role
        raise UnableToMove("role", f"须由{who.zh}决定。", f"This is decided by: {who.en}.")


def _check_in_time(ticket: Ticket, now: datetime) -> None:
    """Time that has run out cannot be excluded afterwards."""
    outer = ticket.timers.filter(side=Side.OUTER, kind__in=ANSWERS, run=Run.RUNNING)
    due_at = outer.order_by("due_at").values_list("due_at", flat=True).first()
    if due_at is not None and due_at <= now:
        raise UnableToMove(
            "pause_late",
            f"时限已于 {to_local(due_at):%Y-%m-%d %H:%M} 届满，不能再暂停。",
            f"The limit ended at {to_local(due_at):%Y-%m-%d %H:%M}: too late to pause it.",
        )


@transaction.atomic
def resume_clock(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    document: str = "",
    note: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """恢复计时: the third party has answered, the hearing is over."""
    ticket = ledger.lock(ticket.pk, expected_version)
    ledger.move(ticket=ticket, action=Action.RESUME_CLOCK, actor=actor, now=now, reason=note)
    if not timers.resume(ticket=ticket, now=now, grounds=LAWFUL, document=document, actor=actor.label):
        raise UnableToMove("not_paused", "没有依法暂停的时限。", "No limit of this matter waits by law.")
    timers.meet(ticket=ticket, kind=ClockKind.THIRD_PARTY, now=now, side=Side.OUTER)
    return ticket


@transaction.atomic
def ask_correction(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    reason: str,
    document: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """告知补正: once, within the limit from receipt; the answer's limit waits and counts anew from the corrected application
    (政府信息公开条例 art. 30)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if ticket.channel != Channel.DISCLOSURE:
        raise UnableToMove(
            "channel", "只有依申请公开可以要求补正。", "Only an application for disclosure is corrected."
        )
    rule = pause_rules.find(PauseGround.CORRECTION.value, ticket.channel)
    if rule is not None and rule.needs_document and not document.strip():
        raise UnableToMove("document", "请填写补正告知书文号。", "Name the notice of correction.", field="document")
    _check_correction(ticket, now)
    ledger.move(ticket=ticket, action=Action.ASK_CORRECTION, actor=actor, now=now, reason=reason)
    timers.meet(ticket=ticket, kind=ClockKind.CORRECTION, now=now, side=Side.OUTER)
    timers.pause(ticket=ticket, ground=PauseGround.CORRECTION.value, now=now, document=document, actor=actor.label)
    return ticket


def _check_correction(ticket: Ticket, now: datetime) -> None:
    clock = ticket.timers.filter(kind=ClockKind.CORRECTION).order_by("-id").first()
    if clock is None or clock.due_at is None:
        return
    if clock.run == Run.MET:
        raise UnableToMove("correction_used", "已一次告知补正，不得再次要求。", "Correction was asked once: not again.")
    if clock.due_at <= now:
        until = f"{to_local(clock.due_at):%Y-%m-%d %H:%M}"
        raise UnableToMove(
            "correction_late",
            f"补正告知期限已于 {until} 届满，应按现有申请答复。",
            f"Correction could be asked until {until}: the application is answered as it stands.",
        )
