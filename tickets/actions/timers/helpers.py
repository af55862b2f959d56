"""协办时限: the clocks of sections that contribute, each a margin ahead of the lead section's reply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from tickets.domain.clock_events import ClockEventKind
from tickets.domain.words import ClockKind, Side
from tickets.models import Ticket, Timer
from tickets.queries.freshness import held

from .rows import alive, arm, book, create, plain_terms, save, settle
from .sources import inner_policy


@held()
def start_helpers(*, ticket: Ticket, section_ids: Iterable[int], now: datetime) -> list[Timer]:
    """Clocks for these sections, once each; none while the lead section has no reply clock, or no policy gives a margin."""
    lead = lead_due(ticket)
    policy = inner_policy(ticket, ClockKind.CONTRIBUTE, now)
    if lead is None or policy is None:
        return []
    running = set(_running(ticket).values_list("section_id", flat=True))
    return [
        create(
            ticket=ticket, kind=ClockKind.CONTRIBUTE, side=Side.INNER, started_at=now, policy=policy, now=now, section_id=pk,
            terms=plain_terms(policy, before=lead.isoformat()),
        )
        for pk in section_ids
        if pk not in running
    ]  # fmt: skip


def pass_help(*, ticket: Ticket, section_id: int, to: int | None, now: datetime) -> None:
    """A contributing section's clock counts for another section from now on; it ends where nobody takes it over (``to`` None) or the
    other has one already."""
    mine = _running(ticket).filter(section_id=section_id)
    if to is None or _running(ticket).filter(section_id=to).exists():
        _stop(list(mine), now)
    else:
        mine.update(section_id=to)


def lead_due(ticket: Ticket) -> datetime | None:
    """When the lead section must have answered; None where it has no such clock."""
    timer = alive(ticket, side=Side.INNER, kind=ClockKind.REPLY).order_by("-id").first()
    return None if timer is None else timer.due_at


def follow_lead(ticket: Ticket, now: datetime) -> None:
    """The contributors' clocks keep their margin ahead of the lead's when that moves, and end with it."""
    helping = list(_running(ticket))
    lead = lead_due(ticket) if helping else None
    if lead is None:
        _stop(helping, now)
        return
    moved = [timer for timer in helping if timer.terms.get("before") != lead.isoformat()]
    for timer in moved:
        book(timer, ClockEventKind.FOLLOW, now, terms={**timer.terms, "before": lead.isoformat()})
        arm(timer, now)
    save(moved)


def _stop(helping: list[Timer], now: datetime) -> None:
    for timer in helping:
        book(timer, ClockEventKind.STOP, now)
        settle(timer)
    save(helping)


def _running(ticket: Ticket) -> QuerySet[Timer]:
    return alive(ticket, side=Side.INNER, kind=ClockKind.CONTRIBUTE)
