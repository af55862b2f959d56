"""Lines in people's in-trays, each under a unique key: telling twice writes one; and their reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tickets.domain.actors import Actor
from tickets.domain.states import OVER, Action
from tickets.domain.words import Role
from tickets.models import Notice, NoticeRead, Ticket
from tickets.queries import trays

A = Action
#: What a notice asks for (its kind), and the acts by which that is done.
DONE_BY: Mapping[str, frozenset[Action]] = {
    "extension_asked": frozenset({A.GRANT_EXTENSION, A.REFUSE_EXTENSION, A.SETTLE_EXTENSION}),
    "suspension_asked": frozenset({A.GRANT_SUSPENSION, A.REFUSE_SUSPENSION}),
    "return_asked": frozenset({A.GRANT_SECTION_RETURN, A.REFUSE_SECTION_RETURN, A.DISPATCH}),
    "rejection_proposed": frozenset({A.DISPATCH}),
    "merger_proposed": frozenset({A.DISPATCH}),
    "to_review": frozenset({A.PASS_REVIEW, A.FAIL_REVIEW}),
    "to_sign_off": frozenset({A.APPROVE, A.DISAPPROVE}),
    "to_send": frozenset({A.SEND}),
    "sent_back": frozenset({A.SUBMIT}),
    "bounced": frozenset({A.SUBMIT}),
}


def tell(
    *,
    key: str,
    kind: str,
    role: Role,
    now: datetime,
    ticket: Ticket | None = None,
    section_id: int | None = None,
    user_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Put one line into the tray of a role (of a section) or of one person. ``facts``: plain values, no personal data."""
    notice = Notice(
        key=key[:120],
        kind=kind,
        role=role.value,
        ticket=ticket,
        section_id=section_id,
        user_id=user_id,
        facts=dict(facts or {}),
        created_at=now,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)


def done(*, ticket: Ticket, action: Action, now: datetime) -> None:
    """The act was done: what asked for it counts as read for everybody; of work that is over, all that asked for something."""
    kinds = [kind for kind, acts in DONE_BY.items() if action in acts or ticket.stage in OVER]
    if kinds:
        Notice.objects.filter(ticket=ticket, kind__in=kinds, done_at__isnull=True).update(done_at=now)


def mark_read(*, actor: Actor, notices: Iterable[int], now: datetime) -> int:
    """Mark these notices as read by the actor; how many were new. Those not addressed to him are passed over, reading twice is calm."""
    if actor.user_id is None:
        return 0
    ids = list(trays.unread_notices(actor).filter(pk__in=list(notices)).values_list("pk", flat=True))
    rows = [NoticeRead(notice_id=pk, user_id=actor.user_id, read_at=now) for pk in ids]
    NoticeRead.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
