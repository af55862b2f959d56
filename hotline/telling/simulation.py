"""A replay told: section by section late in truth and as supposed, and tickets that would differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hotline.permissions.table import SEES_CARD
from hotline.wording import aside, label, mask_text, pair
from tickets.domain.actors import Actor
from tickets.domain.terms import Unit
from tickets.models import Policy, Section, Ticket
from tickets.queries.simulation import NOBODY, Line, Otherwise, Simulated


def policy(row: Policy) -> str:
    """宿事速办：其他各类（现行 10 个工作日）."""
    return f"{pair(*row.names)}{aside(f'{row.amount.normalize():f} {label(Unit, row.unit)}')}"


def simulated(found: Simulated, otherwise: Otherwise, sections: Mapping[int, Section], actor: Actor) -> dict[str, Any]:
    """The table and the sample."""
    order = sorted(found.sections, key=lambda pk: (pk == NOBODY, getattr(sections.get(pk), "order", 0), pk))
    rows = [
        {"name": sections[pk].name if pk in sections else _("Not dispatched to a section"), **_line(found.sections[pk])}
        for pk in order
    ]
    return {
        "rows": rows,
        "whole": _line(found.whole),
        "is_cut": found.is_cut,
        "is_history": otherwise.is_history,
        "has_hands": bool(otherwise.hands),
        "sample": _sample(found, sections, actor),
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    share = None if not line.clocks else (line.clocks - line.is_late) / line.clocks
    truth = None if not line.clocks else (line.clocks - line.was_late) / line.clocks
    return {
        "clocks": line.clocks, "was_late": line.was_late, "is_late": line.is_late, "turned": line.turned, "saved": line.saved,
        "was_share": "" if truth is None else f"{truth:.1%}", "share": "" if share is None else f"{share:.1%}",
    }  # fmt: skip


def _sample(found: Simulated, sections: Mapping[int, Section], actor: Actor) -> list[dict[str, Any]]:
    tickets = {
        row["id"]: row
        for row in Ticket.objects.filter(pk__in=[each.ticket_id for each in found.sample]).values(
            "id", "number", "title", "is_confidential"
        )
    }
    return [_one(each, tickets[each.ticket_id], sections, actor) for each in found.sample if each.ticket_id in tickets]


def _one(each: Any, ticket: Mapping[str, Any], sections: Mapping[int, Section], actor: Actor) -> dict[str, Any]:
    closed = ticket["is_confidential"] and not actor.roles & SEES_CARD
    return {
        "number": ticket["number"],
        "title": _("Confidential matter") if closed else mask_text(ticket["title"]),
        "section": sections[each.section_id].name if each.section_id in sections else _("Not dispatched to a section"),
        "due_at": each.due_at, "due_then": each.due_then, "met_at": each.met_at, "met_then": each.met_then, "is_late": each.is_late,
    }  # fmt: skip
