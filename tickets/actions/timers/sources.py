"""Which policy a clock has, and from which moment it runs."""

from __future__ import annotations

from datetime import datetime

from tickets.domain.words import ClockKind, Side
from tickets.models import Inquiry, Policy, Start, Ticket
from tickets.queries import policies


def outer_policy(inquiry: Inquiry, ticket: Ticket, kind: ClockKind, *, is_redo: bool = False) -> Policy | None:
    """The row for this contact at the moment its source dispatched it."""
    return policies.find(
        kind, Side.OUTER, inquiry.dispatched_at, channel=inquiry.channel, type=ticket.type, urgency=ticket.urgency,
        category=ticket.category, is_redo=is_redo,
    )  # fmt: skip


def start_of(policy: Policy | None, inquiry: Inquiry) -> datetime | None:
    """A confirmation that is not there yet counts as receipt, the earlier and safe reading; acceptance has to come."""
    if policy is None:
        return None
    moments = {
        Start.RECEIPT: inquiry.received_at,
        Start.SOURCE_DISPATCH: inquiry.dispatched_at,
        Start.CONFIRMATION: inquiry.confirmed_at or inquiry.received_at,
        Start.ACCEPTANCE: inquiry.accepted_at,
    }
    return moments.get(Start(policy.starts_at))


def inner_policy(ticket: Ticket, kind: ClockKind, now: datetime, *, is_redo: bool = False) -> Policy | None:
    """The section's row. Of a reply the amount is the margin ahead of the earliest outer deadline, of a redo the limit itself."""
    return policies.find(
        kind, Side.INNER, now, channel=ticket.channel, type=ticket.type, urgency=ticket.urgency, category=ticket.category,
        is_redo=is_redo,
    )  # fmt: skip
