"""答复: draft, submit, review, approve, send; two texts, and nobody passes a text he wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from tickets.domain import states
from tickets.domain.actors import Actor
from tickets.domain.chain import text_digest
from tickets.domain.messages import Telling
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import ClockKind, Outcome, Role, Side
from tickets.models import Attachment, Contact, Inquiry, Reply, ReplyState, Ticket
from tickets.models.attachment import SENDABLE
from tickets.queries import inquiries, readiness, signing

from . import asked, ledger, notices, outbox, timers

EDITABLE = (ReplyState.DRAFT, ReplyState.SENT_BACK)


@transaction.atomic
def draft(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    outcome: str,
    public_text: str,
    handling: str = "",
    promised_on: date | None = None,
    disclosure: str = "on_application",
    disclosure_ground: str = "",
    document_no: str = "",
    attachments: Iterable[int] = (),
    expected_version: int | None = None,
) -> Reply:
    """Write or rewrite the draft. Its author becomes whoever wrote it last."""
    ticket = ledger.lock(ticket.pk, expected_version)
    reply = _open_reply(ticket) or Reply(ticket=ticket, no=_next_no(ticket), written_at=now)
    reply.outcome, reply.public_text, reply.handling, reply.promised_on = outcome, public_text, handling, promised_on
    reply.disclosure, reply.disclosure_ground, reply.document_no = disclosure, disclosure_ground, document_no
    reply.author_id, reply.written_at, reply.state = actor.account, now, ReplyState.DRAFT.value
    ledger.move(
        ticket=ticket,
        action=Action.DRAFT,
        actor=actor,
        now=now,
        refs={"reply": reply.no, "text": text_digest(public_text)},
    )
    ledger.save_with_history(reply, actor=actor, now=now, reason="draft")
    _go_with(reply, set(attachments))
    return reply


def _go_with(reply: Reply, chosen: set[int]) -> None:
    """These files and no others; what the source has sent, or what could not be stored, is not sent out."""
    reply.attachments.exclude(pk__in=chosen).update(reply=None)
    Attachment.objects.filter(SENDABLE, ticket_id=reply.ticket_id, pk__in=chosen).update(reply=reply)


def _open_reply(ticket: Ticket, *standing: ReplyState) -> Reply | None:
    wanted = [state.value for state in standing or EDITABLE]
    return ticket.replies.filter(state__in=wanted, is_interim=False).order_by("-no").first()


def _next_no(ticket: Ticket) -> int:
    return (ticket.replies.aggregate(last=Max("no"))["last"] or 0) + 1


@transaction.atomic
def submit(*, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None = None) -> Reply:
    """提交审核, after the checks that a platform would bounce it for."""
    ticket = ledger.lock(ticket.pk, expected_version)
    reply = _need(ticket, Action.SUBMIT, actor, *EDITABLE)
    readiness.check(ticket, reply)
    ledger.move(
        ticket=ticket,
        action=Action.SUBMIT,
        actor=actor,
        now=now,
        refs={"reply": reply.no, "text": text_digest(reply.public_text)},
    )
    reply.state, reply.submitted_at, reply.remark = ReplyState.SUBMITTED.value, now, ""
    ledger.save_with_history(reply, actor=actor, now=now, reason="submit")
    notices.tell(
        key=f"submit:{ticket.pk}:{ticket.version}",
        kind="to_review",
        role=Role.CHIEF,
        now=now,
        ticket=ticket,
        section_id=ticket.section_id,
    )
    return reply


def _need(ticket: Ticket, action: Action, actor: Actor, *standing: ReplyState) -> Reply:
    """The reply that the act is about; a state or role that forbids the act is said first."""
    states.check(ticket.stage, action, actor, ticket.section_id)
    reply = _open_reply(ticket, *standing)
    if reply is None:
        raise UnableToMove(
            "no_reply", "还没有可办理的答复，请先起草。", "There is no reply to act on: draft one first."
        )
    return reply


def _not_own(reply: Reply, actor: Actor) -> None:
    if reply.author_id in (actor.user_id, actor.deputy_for):
        raise UnableToMove("own_text", "不能审核自己起草的答复。", "Nobody passes a text he wrote.")


@transaction.atomic
def review(
    *, ticket: Ticket, actor: Actor, now: datetime, passed: bool, remark: str = "", expected_version: int | None = None
) -> Reply:
    """初审 by the section chief."""
    ticket = ledger.lock(ticket.pk, expected_version)
    action = Action.PASS_REVIEW if passed else Action.FAIL_REVIEW
    reply = _need(ticket, action, actor, ReplyState.SUBMITTED)
    if passed:
        _not_own(reply, actor)
    return _judge(
        ticket,
        reply,
        action,
        actor,
        now,
        remark,
        ReplyState.REVIEWED if passed else ReplyState.SENT_BACK,
        "reviewer",
        "reviewed_at",
    )


@transaction.atomic
def approve(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    passed: bool = True,
    remark: str = "",
    expected_version: int | None = None,
) -> Reply:
    """签发: the office, or a leader where a policy row asks for one (petitions, disclosure, supervised, cannot be solved)."""
    ticket = ledger.lock(ticket.pk, expected_version)
    action = Action.APPROVE if passed else Action.DISAPPROVE
    reply = _need(ticket, action, actor, ReplyState.REVIEWED)
    if passed:
        _not_own(reply, actor)
        if needs_leader(ticket, reply) and not actor.has(Role.LEADER):
            raise UnableToMove("leader", "本件须由分管领导签发。", "A leader must sign off this matter.")
        if ticket.is_confidential and readiness.holds_own(reply.public_text, inquiries.of(ticket)):
            raise UnableToMove("personal_data", *readiness.OWN_NUMBER, field="public_text")
    return _judge(
        ticket,
        reply,
        action,
        actor,
        now,
        remark,
        ReplyState.APPROVED if passed else ReplyState.SENT_BACK,
        "approver",
        "approved_at",
    )


def needs_leader(ticket: Ticket, reply: Reply) -> bool:
    """Does a sign-off rule ask for a leader on this reply?"""
    return signing.needs_leader(channel=ticket.channel, outcome=reply.outcome, is_supervised=ticket.is_supervised)


def _judge(
    ticket: Ticket,
    reply: Reply,
    action: Action,
    actor: Actor,
    now: datetime,
    remark: str,
    state: ReplyState,
    who: str,
    when: str,
) -> Reply:
    if state is ReplyState.SENT_BACK and not remark.strip():
        raise UnableToMove("remark", "退回须写明原因。", "Say why it is sent back.", field="remark")
    ledger.move(
        ticket=ticket,
        action=action,
        actor=actor,
        now=now,
        refs={"reply": reply.no, "text": text_digest(reply.public_text)},
        reason=remark,
    )
    reply.state, reply.remark = state.value, remark
    setattr(reply, f"{who}_id", actor.user_id)
    setattr(reply, when, now)
    ledger.save_with_history(reply, actor=actor, now=now, reason=action.value)
    _announce(ticket, reply, state, now)
    return reply


def _announce(ticket: Ticket, reply: Reply, state: ReplyState, now: datetime) -> None:
    key = f"{state.value}:{ticket.pk}:{ticket.version}"
    if state is ReplyState.SENT_BACK:
        notices.tell(
            key=key,
            kind="sent_back",
            role=Role.HANDLER,
            now=now,
            ticket=ticket,
            section_id=ticket.section_id,
            user_id=_reworks(ticket, reply),
            facts={"remark": reply.remark[:200]},
        )
        return
    role = Role.LEADER if state is ReplyState.REVIEWED and needs_leader(ticket, reply) else Role.DISPATCHER
    notices.tell(
        key=key, kind="to_sign_off" if state is ReplyState.REVIEWED else "to_send", role=role, now=now, ticket=ticket
    )


def _reworks(ticket: Ticket, reply: Reply) -> int | None:
    """Who mends a text that came back: its author, or the handler once the author has left or only stood in."""
    author = reply.author
    return author.pk if author.is_active and author.section_id == ticket.section_id else ticket.handler_id


@transaction.atomic
def send(*, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None = None) -> Reply:
    """反馈: the reply goes to every source that still waits, as rows of the outbox in this transaction."""
    ticket = ledger.lock(ticket.pk, expected_version)
    reply = _need(ticket, Action.SEND, actor, ReplyState.APPROVED)
    reply.digest = text_digest(reply.public_text)
    ledger.move(
        ticket=ticket,
        action=Action.SEND,
        actor=actor,
        now=now,
        changes={"sent_at": now, "promised_on": reply.promised_on},
        refs={"reply": reply.no, "text": reply.digest},
    )
    reply.state, reply.sent_at = ReplyState.SENT.value, now
    ledger.save_with_history(reply, actor=actor, now=now, reason="send")
    asked.drop(ticket=ticket, actor=actor, now=now, reason="answered")
    for inquiry in inquiries.live(ticket):
        _answer(ticket, inquiry, reply, actor, now)
    timers.meet(ticket=ticket, kind=(ClockKind.CONTACT, ClockKind.ANSWER, ClockKind.REPLY, ClockKind.REVIEW), now=now)
    return reply


def _answer(ticket: Ticket, inquiry: Inquiry, reply: Reply, actor: Actor, now: datetime) -> None:
    files = list(reply.attachments.filter(state="stored"))
    outbox.enqueue(
        inquiry=inquiry,
        telling=Telling.REPLY,
        facts=_facts(ticket, inquiry, reply, actor, now),
        now=now,
        files=files,
        reply=reply,
    )
    inquiry.reply_count, inquiry.reply_digest, inquiry.answered_at = inquiry.reply_count + 1, reply.digest, now
    ledger.save_with_history(inquiry, actor=actor, now=now, reason="answered")


def _facts(ticket: Ticket, inquiry: Inquiry, reply: Reply, actor: Actor, now: datetime) -> dict[str, Any]:
    contact = Contact.objects.filter(ticket=ticket).order_by("-contacted_at").first()
    reached = contact is not None and contact.is_reached
    return {
        "text": reply.public_text,
        "handling": reply.handling,
        "outcome": reply.outcome,
        "promised_on": reply.promised_on,
        "is_true": reply.outcome != Outcome.NOT_TRUE,
        "is_anonymous": inquiry.is_anonymous,
        "needs_reply": inquiry.needs_reply,
        "contacted": reached,
        "contacted_at": contact.contacted_at if contact and reached else None,
        "not_contacted_reason": "" if reached or contact is None else contact.reason,
        "replied_at": now,
        "handler": str(reply.author),
        "signer": actor.name,
        "approver": str(reply.approver or ""),
        "document_no": reply.document_no,
        "is_open": reply.disclosure == "active",
        "place": ticket.place,
        "description": ticket.content[:500],
    }


@transaction.atomic
def interim(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    text: str,
    plan: str = "",
    expected_on: date | None = None,
    expected_version: int | None = None,
) -> Reply:
    """阶段答复, sent by the office; the state stays."""
    ticket = ledger.lock(ticket.pk, expected_version)
    if not readiness.SHORTEST <= len(text.strip()) <= readiness.LONGEST:
        raise UnableToMove(
            "text",
            f"阶段答复须 {readiness.SHORTEST} 至 {readiness.LONGEST} 字。",
            f"An interim reply needs {readiness.SHORTEST} to {readiness.LONGEST} characters.",
            field="text",
        )
    digest = text_digest(text)
    ledger.move(ticket=ticket, action=Action.INTERIM_REPLY, actor=actor, now=now, refs={"text": digest})
    reply = Reply(
        ticket=ticket,
        no=_next_no(ticket),
        is_interim=True,
        state=ReplyState.SENT.value,
        outcome=Outcome.IN_PROGRESS.value,
        public_text=text,
        handling=plan,
        promised_on=expected_on,
        author_id=actor.account,
        written_at=now,
        sent_at=now,
        digest=digest,
    )
    ledger.save_with_history(reply, actor=actor, now=now, reason="interim")
    for inquiry in inquiries.live(ticket):
        facts = {"text": text, "plan": plan, "expected_on": expected_on}
        outbox.enqueue(inquiry=inquiry, telling=Telling.INTERIM, facts=facts, now=now, reply=reply)
        timers.meet(ticket=ticket, kind=ClockKind.ANSWER, now=now, side=Side.OUTER, inquiry=inquiry)
    return reply


@transaction.atomic
def bounced(
    *, ticket: Ticket, inquiry: Inquiry, actor: Actor, now: datetime, reasons: str, due: datetime | None = None
) -> Ticket:
    """回退补正: the source sends the reply back; the same section mends it."""
    ticket = ledger.lock(ticket.pk)
    changes = {"bounce_count": ticket.bounce_count + 1, "sent_at": None}
    ledger.move(ticket=ticket, action=Action.BOUNCE, actor=actor, now=now, changes=changes, reason=reasons)
    reply = _open_reply(ticket, ReplyState.SENT)
    if reply is not None:
        reply.state, reply.remark = ReplyState.BOUNCED.value, reasons
        ledger.save_with_history(reply, actor=actor, now=now, reason="bounced")
    timers.start_redo(ticket=ticket, inquiry=inquiry, now=now, due=due)
    notices.tell(
        key=f"bounce:{ticket.pk}:{ticket.version}",
        kind="bounced",
        role=Role.CHIEF,
        now=now,
        ticket=ticket,
        section_id=ticket.section_id,
        facts={"reasons": reasons[:200]},
    )
    return ticket
