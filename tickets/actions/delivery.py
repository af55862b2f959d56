"""Taking rows out of the outbox and settling them: claimed under a lease, ended in one transaction with the journal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.domain.actors import Actor, platform
from tickets.domain.messages import Receipt, Telling
from tickets.domain.words import Role
from tickets.models import Inquiry, OutboxRow, Post, Request
from tickets.queries.hall import UNDELIVERED

from . import ledger

#: While one of these stands, later rows of the same inquiry stay.
UNFINISHED = (Post.PENDING.value, Post.SENDING.value, Post.UNKNOWN.value, Post.DEAD.value)
FOR_A_PERSON = UNDELIVERED
#: What moves the platform's state when it is accepted: older events about the state must not move ours back.
MOVES = (Telling.SIGN, Telling.ACCEPT, Telling.REPLY, Telling.RETURN)
OFFICE = (Role.DISPATCHER, Role.SYSADMIN, Role.SYSTEM)


class UnableToDeliver(Exception):
    """An act on an outbox row that its standing or the actor's role forbids."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en


@dataclass
class Claim:
    """A row in our hands until ``until``. ``unclear_at``: when an attempt first ended without a clear answer."""

    row: OutboxRow
    token: str
    until: datetime
    unclear_at: datetime | None = None


# --- claiming --------------------------------------------------------------------------------------------------------


def ready(now: datetime) -> QuerySet[OutboxRow]:
    """Rows that may leave: due, or left behind by one who died; none of an inquiry with an earlier unfinished row."""
    due = Q(post=Post.PENDING.value, next_at__lte=now) | Q(post=Post.SENDING.value, lease_until__lte=now)
    earlier = OutboxRow.objects.filter(inquiry=OuterRef("inquiry"), pk__lt=OuterRef("pk"), post__in=UNFINISHED)
    return OutboxRow.objects.filter(due).filter(~Exists(earlier))


def claim(*, source: str, now: datetime, span: timedelta, limit: int = 20) -> list[Claim]:
    """Take up to ``limit`` rows for a platform; a row whose sender died counts as unclear. Two callers never get the same row."""
    token, until = secrets.token_hex(16), now + span
    with transaction.atomic():
        rows = ready(now).filter(source_id=source).order_by("next_at", "pk").select_related("inquiry")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        claims = [Claim(row, token, until, _unclear(row, now)) for row in rows[:limit]]
        mine = OutboxRow.objects.filter(pk__in=[each.row.pk for each in claims])
        mine.update(post=Post.SENDING.value, lease_token=token, lease_until=until, attempts=F("attempts") + 1)
        for each in claims:
            each.row.attempts += 1
    return claims


def _unclear(row: OutboxRow, now: datetime) -> datetime | None:
    if written := row.evidence.get("unclear_at"):
        return datetime.fromisoformat(written)
    if row.post != Post.SENDING:
        return None
    row.evidence = {**row.evidence, "unclear_at": now.isoformat()}
    row.save(update_fields=["evidence"])
    return now


def renew(claim: Claim, until: datetime) -> bool:
    """Hold a row longer; False when it is not ours any more."""
    claim.until = until
    return _ours(claim).update(lease_until=until) == 1


def release(claim: Claim, next_at: datetime) -> None:
    """Give a row back untried."""
    _ours(claim).update(
        post=Post.PENDING.value, lease_token="", lease_until=None, next_at=next_at, attempts=F("attempts") - 1
    )


def _ours(claim: Claim) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(pk=claim.row.pk, post=Post.SENDING.value, lease_token=claim.token)


# --- settling --------------------------------------------------------------------------------------------------------


def accepted(claim: Claim, receipt: Receipt, now: datetime) -> bool:
    """The platform has it, or it is handed over and the receipt comes later. False: the row was not ours any more."""
    row = claim.row
    post = Post.HANDED_OVER if receipt.pending else Post.ACCEPTED
    evidence = {**row.evidence, **receipt.evidence, "outer_state": receipt.outer_state, "version": receipt.version}
    if receipt.number:
        evidence["number"] = receipt.number
    if receipt.is_repeat:
        evidence["is_repeat"] = True
    refs = {"outbox": row.pk, "telling": row.telling, "post": post.value, "receipt": receipt.receipt_no}
    with transaction.atomic():
        told = _settle(
            claim,
            now,
            "delivered",
            refs,
            post=post.value,
            sent_at=now,
            receipt_no=receipt.receipt_no[:120],
            evidence=evidence,
            trouble="",
        )
        if told:
            _follow(row, receipt, now)
        return told


def retry(claim: Claim, next_at: datetime, trouble: str, *, unclear_at: datetime | None = None) -> bool:
    """Try again at ``next_at``; an attempt that may have arrived leaves the mark that it was unclear."""
    evidence = {**claim.row.evidence, **({"unclear_at": unclear_at.isoformat()} if unclear_at else {})}
    return (
        _ours(claim).update(
            post=Post.PENDING.value,
            lease_token="",
            lease_until=None,
            next_at=next_at,
            trouble=trouble[:2000],
            evidence=evidence,
        )
        == 1
    )


def dead(claim: Claim, trouble: str, now: datetime, evidence: Mapping[str, Any] | None = None) -> bool:
    """No retry will help: a person is needed, and told."""
    return _fail(claim, Post.DEAD, trouble, now, evidence or {})


def unknown(claim: Claim, trouble: str, now: datetime, evidence: Mapping[str, Any] | None = None) -> bool:
    """It may have arrived, and nobody can tell by machine: a person asks the platform."""
    return _fail(claim, Post.UNKNOWN, trouble, now, evidence or {})


def _fail(claim: Claim, post: Post, trouble: str, now: datetime, evidence: Mapping[str, Any]) -> bool:
    refs = {"outbox": claim.row.pk, "telling": claim.row.telling, "post": post.value}
    kept = {**claim.row.evidence, **evidence}
    with transaction.atomic():
        return _settle(
            claim, now, "delivery_failed", refs, post=post.value, trouble=trouble[:2000], evidence=kept, next_at=None
        )


def _settle(claim: Claim, now: datetime, action: str, refs: Mapping[str, Any], **columns: Any) -> bool:
    ticket = ledger.lock(claim.row.ticket_id)
    if not _ours(claim).update(**{"lease_token": "", "lease_until": None, "next_at": None, **columns}):
        return False
    ledger.note(ticket=ticket, action=action, actor=platform(claim.row.source_id), now=now, refs=refs)
    return True


def _follow(row: OutboxRow, receipt: Receipt, now: datetime) -> None:
    """What an acceptance says about the inquiry and the request behind the row."""
    actor = platform(row.source_id)
    if receipt.outer_state and (row.telling in MOVES or receipt.outer_state != row.inquiry.outer_state):
        _follow_state(row, receipt, actor, now)
    if row.request_id and receipt.receipt_no:
        request = Request.objects.select_for_update().get(pk=row.request_id)
        request.receipt_no = receipt.receipt_no[:64]
        ledger.save_with_history(request, actor=actor, now=now, reason="receipt")


def _follow_state(row: OutboxRow, receipt: Receipt, actor: Actor, now: datetime) -> None:
    inquiry = Inquiry.objects.select_for_update().get(pk=row.inquiry_id)
    if receipt.version and receipt.version <= inquiry.state_version:
        return
    inquiry.outer_state = receipt.outer_state
    if row.telling in MOVES:
        inquiry.state_version = max(inquiry.state_version, receipt.version)
    ledger.save_with_history(inquiry, actor=actor, now=now, reason=f"delivered {row.telling}")


def receipt_came(*, inquiry: Inquiry, accepted: bool, receipt_no: str, now: datetime) -> int:
    """The verdict on what was handed over as files: its rows are with the platform now, accepted or rejected. Returns how many."""
    rows = OutboxRow.objects.select_for_update().filter(inquiry=inquiry, post=Post.HANDED_OVER.value).order_by("pk")
    count = 0
    for row in rows:
        row.post, row.receipt_no = Post.ACCEPTED.value, (receipt_no or row.receipt_no)[:120]
        row.evidence = {
            **row.evidence,
            "verdict": "accepted" if accepted else "rejected",
            "receipt_at": now.isoformat(),
        }
        row.save(update_fields=["post", "receipt_no", "evidence"])
        count += 1
    return count


# --- by a person -----------------------------------------------------------------------------------------------------


def replay(*, row_id: int, actor: Actor, now: datetime) -> OutboxRow:
    """Send a row that waits for a person once more, under its same key; an unclear reply is looked for first. Raises UnableToDeliver."""
    return _by_person(
        row_id, actor, now, "delivery_replayed", {}, post=Post.PENDING.value, next_at=now, attempts=0, trouble=""
    )


def mark_sent(*, row_id: int, actor: Actor, now: datetime, receipt_no: str) -> OutboxRow:
    """The platform has it, seen by a person: ``receipt_no`` is the proof. Raises UnableToDeliver."""
    if not receipt_no.strip():
        raise UnableToDeliver("proof", "请填写平台回执号或凭据。", "Give the platform's receipt number or other proof.")
    refs = {"receipt": receipt_no.strip()[:120]}
    return _by_person(
        row_id,
        actor,
        now,
        "delivery_marked_sent",
        refs,
        post=Post.ACCEPTED.value,
        sent_at=now,
        receipt_no=receipt_no.strip()[:120],
    )


def discard(*, row_id: int, actor: Actor, now: datetime, reason: str) -> OutboxRow:
    """It shall not be sent; later rows of the inquiry may leave. Raises UnableToDeliver."""
    if not reason.strip():
        raise UnableToDeliver("reason", "请写明作废原因。", "Say why it is discarded.")
    return _by_person(
        row_id, actor, now, "delivery_discarded", {}, post=Post.DISCARDED.value, next_at=None, trouble=reason.strip()
    )


@transaction.atomic
def _by_person(
    row_id: int, actor: Actor, now: datetime, action: str, refs: Mapping[str, Any], **columns: Any
) -> OutboxRow:
    if not actor.has(*OFFICE):
        raise UnableToDeliver("role", "须由办公室派单员处理。", "This is for the office's dispatcher.")
    found = OutboxRow.objects.filter(pk=row_id).first()
    if found is None:
        raise UnableToDeliver("unknown", f"没有第{row_id}号待发记录。", f"There is no outbox row {row_id}.")
    ticket = ledger.lock(found.ticket_id)
    row = OutboxRow.objects.select_for_update().get(pk=row_id)
    if row.post not in FOR_A_PERSON:
        zh = f"第{row_id}号记录现为“{Post(row.post).zh}”，只有需人工处理或结果不明的可以处理。"
        raise UnableToDeliver(
            "post", zh, f"Row {row_id} is “{Post(row.post).en}”: only dead or unclear rows can be settled."
        )
    if row.evidence.get("unclear_at"):
        row.evidence = {**row.evidence, "unclear_at": now.isoformat()}
    for name, value in columns.items():
        setattr(row, name, value)
    row.settled_by = actor.label[:60]
    row.save()
    ledger.note(ticket=ticket, action=action, actor=actor, now=now, refs={"outbox": row.pk, **refs})
    return row
