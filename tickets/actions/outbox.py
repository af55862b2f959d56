"""What must leave the house is a row first, written in the transaction of the change that causes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tickets import signals
from tickets.domain.messages import Telling
from tickets.models import Attachment, Inquiry, OutboxRow, Post, Reply, Request


def enqueue(
    *,
    inquiry: Inquiry,
    telling: Telling,
    facts: Mapping[str, Any],
    now: datetime,
    files: Iterable[Attachment] = (),
    reply: Reply | None = None,
    request: Request | None = None,
) -> OutboxRow | None:
    """Put a message to the inquiry's source into the outbox; None when its wire cannot be told this."""
    source = inquiry.source
    if telling not in source.tells or not source.is_active:
        return None
    row = OutboxRow.objects.create(
        ticket_id=inquiry.ticket_id,
        inquiry=inquiry,
        source=source,
        telling=telling.value,
        reply=reply,
        request=request,
        round=inquiry.round,
        redo_no=inquiry.redo_no,
        facts={k: _plain(v) for k, v in facts.items()},
        files=[file.pk for file in files],
        created_at=now,
        next_at=now,
    )
    code = source.pk
    transaction.on_commit(lambda: signals.outbox_filled.send(OutboxRow, source=code))
    return row


def is_told(*, inquiry: Inquiry, telling: Telling) -> bool:
    """Whether this was written for this round of the inquiry already: a dispatch taken back and given again signs once."""
    rows = OutboxRow.objects.filter(inquiry=inquiry, telling=telling.value, round=inquiry.round)
    return rows.exclude(post=Post.DISCARDED.value).exists()


def supersede(*, inquiry: Inquiry) -> int:
    """A new round has come: what earlier rounds of the number still wanted to say is moot. Returns how many rows."""
    earlier = OutboxRow.objects.filter(
        inquiry__source=inquiry.source_id, inquiry__number=inquiry.number, round__lt=inquiry.round
    )
    waiting = earlier.filter(post__in=[Post.PENDING, Post.DEAD])
    return waiting.update(post=Post.DISCARDED.value, next_at=None, trouble=f"第{inquiry.round}轮派单已到，本轮作废")


def _plain(value: Any) -> Any:
    """JSON values only; moments and dates as ISO text."""
    return (
        value.isoformat()
        if isinstance(value, (datetime, date))
        else str(value)
        if isinstance(value, Decimal)
        else value
    )
