"""Reading is recorded too: who looked at what, when and why (domain §6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.models import Reading, ReadingKind, Ticket


def write(*, ticket: Ticket, actor: Actor, now: datetime, kind: ReadingKind, reason: str = "") -> None:
    """One look of a person; of the page once a day. The caller writes the journal for what is more than the page."""
    if actor.user_id is None:
        return
    seq = None if kind is ReadingKind.PAGE else ticket.journal_seq
    row = Reading(
        ticket=ticket,
        user_id=actor.user_id,
        kind=kind.value,
        at=now,
        day=to_local(now).date(),
        reason=reason[:500],
        seq=seq,
    )
    Reading.objects.bulk_create([row], ignore_conflicts=True)


def write_pages(*, ticket_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """A look at several tickets at once, each as if its page were opened; one statement."""
    day = to_local(now).date()
    rows = [
        Reading(ticket_id=pk, user_id=actor.account, kind=ReadingKind.PAGE.value, at=now, day=day) for pk in ticket_ids
    ]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
