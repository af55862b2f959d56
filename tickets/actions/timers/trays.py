"""Notices are read: the one thing a person does to his in-tray."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tickets.domain.actors import Actor
from tickets.models import NoticeRead
from tickets.queries import trays


def mark_read(*, actor: Actor, notices: Iterable[int], now: datetime) -> int:
    """Mark these notices as read by the actor; how many were new. Those not addressed to him are passed over, reading twice is calm."""
    if actor.user_id is None:
        return 0
    ids = list(trays.unread_notices(actor).filter(pk__in=list(notices)).values_list("pk", flat=True))
    rows = [NoticeRead(notice_id=pk, user_id=actor.user_id, read_at=now) for pk in ids]
    NoticeRead.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
