"""Work that begins again finds the section that stands today, and a handler only if he still works there."""

from __future__ import annotations

from typing import Any

from tickets.models import Ticket


def changes(ticket: Ticket) -> dict[str, Any]:
    """What must change of section and handler before the work goes on; nothing most of the time."""
    section, handler = ticket.section, ticket.handler
    found: dict[str, Any] = {}
    if section is not None and not section.is_active:
        section = found["section"] = section.standing
    if handler is not None and (not handler.is_active or handler.section_id != (section.pk if section else None)):
        found["handler_id"] = None
    return found
