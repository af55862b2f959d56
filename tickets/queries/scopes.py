"""Who sees which tickets: one place, default nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.domain.actors import Actor
from tickets.domain.words import OFFICE, SECTION, Role
from tickets.models import CoHandler, Ticket

CONFIDENTIAL_TITLE = "保密件"
#: What a section's list does not say of a confidential matter.
HIDDEN = ("place", "content", "category", "project", "area_code", "route_reason")


@dataclass(frozen=True, slots=True)
class Scope:
    """``all``: every ticket; ``section``: those the section leads or co-handles; ``none``. ``persons``: whether personal data may
    be opened at all (an auditor reads everything but those)."""

    kind: Literal["all", "section", "none"]
    section_id: int | None = None
    persons: bool = True


EVERYTHING, NOTHING = Scope("all"), Scope("none", persons=False)


def of(actor: Actor) -> Scope:
    """What the actor's roles let him see: the widest of them. Administrators of system and rights, and platforms, see nothing."""
    if actor.roles & (OFFICE | {Role.SECRECY, Role.SYSTEM}):
        return EVERYTHING
    if actor.has(Role.AUDITOR):
        return Scope("all", persons=False)
    if actor.roles & SECTION and actor.section_id is not None:
        return Scope("section", actor.section_id)
    return NOTHING


def visible(tickets: QuerySet[Ticket], scope: Scope) -> QuerySet[Ticket]:
    """Only what the scope sees. It follows the ticket: a section that lost it does not see it any more."""
    if scope.kind == "all":
        return tickets
    if scope.kind == "none" or scope.section_id is None:
        return tickets.none()
    helped = CoHandler.objects.filter(ticket=OuterRef("pk"), section_id=scope.section_id, is_active=True)
    return tickets.filter(Q(section_id=scope.section_id) | Exists(helped))


def redact_row(row: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """A list row as the scope may read it: a confidential matter is 保密件 to sections, without title, place or text."""
    if scope.kind != "section" or not row.get("is_confidential"):
        return row
    return {**row, "title": CONFIDENTIAL_TITLE, **{name: "" for name in HIDDEN if name in row}}
