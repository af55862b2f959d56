"""谁看过: who has looked at a ticket, opened its caller's data or its files, with the reason that was given."""

from __future__ import annotations

from typing import Any

from hotline.wording import label
from tickets.models import Reading, ReadingKind, Ticket

MOST = 500


def of(ticket: Ticket) -> list[dict[str, Any]]:
    """The newest first: ``at``, ``who``, ``section``, ``what``, ``reason``, ``is_personal``."""
    rows = Reading.objects.filter(ticket=ticket).select_related("user__section").order_by("-id")[:MOST]
    return [
        {
            "at": row.at,
            "who": str(row.user),
            "section": row.user.section.name if row.user.section else "",
            "what": label(ReadingKind, row.kind),
            "reason": row.reason,
            "is_personal": row.kind != ReadingKind.PAGE,
        }
        for row in rows
    ]
