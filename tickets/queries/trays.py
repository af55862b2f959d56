"""A person's in-tray: notices addressed to him, to his section's role, or to his office role."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.domain.actors import Actor
from tickets.domain.words import SECTION
from tickets.models import Notice, NoticeRead

from . import scopes
from .pages import Page, by_newest, count
from .together import Columns

COLUMNS = (
    "id", "kind", "role", "facts", "created_at", "done_at", "ticket_id", "ticket__number", "ticket__title", "ticket__is_confidential",
    "ticket__state", "ticket__due_at", "ticket__is_overdue",
)  # fmt: skip


def _listed(rows: QuerySet[Notice]) -> QuerySet[Any, dict[str, Any]]:
    columns: QuerySet[Any, dict[str, Any]] = rows.values(*COLUMNS)
    return columns


LISTED = Columns(_listed, Notice)


def notices(actor: Actor) -> QuerySet[Notice]:
    """What is addressed to the actor: to him (for a deputy also to the one who is away), to a role of his office, or to a role of
    his own section while it still has the ticket. A section's role without a section, or a person without an account, gets nothing."""
    if actor.user_id is None:
        return Notice.objects.none()
    office = sorted(role.value for role in actor.roles - SECTION)
    to = Q(user_id__in={actor.user_id, actor.in_place_of}) | Q(user__isnull=True, section__isnull=True, role__in=office)
    if actor.section_id is not None:
        desk = sorted(role.value for role in actor.roles & SECTION)
        to |= Q(user__isnull=True, section_id=actor.section_id, role__in=desk)
    rows = Notice.objects.filter(to)
    scope = scopes.of(actor)
    if scope.kind == "section":
        rows = rows.filter(Q(ticket__isnull=True) | Q(ticket__section_id=actor.section_id))
    return rows


def unread_notices(actor: Actor) -> QuerySet[Notice]:
    """Those of ``notices`` that the actor has not read and whose matter nobody has done."""
    return notices(actor).filter(~_is_read(actor), done_at__isnull=True)


def _is_read(actor: Actor) -> Exists:
    return Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user_id=actor.user_id or 0))


def page(*, actor: Actor, unread_only: bool = False, after: str = "", size: int = 50) -> Page:
    """The newest first; each row has ``is_read`` (by him, or done by anybody), the ticket's number and title as the actor may see them."""
    rows = unread_notices(actor) if unread_only else notices(actor)
    scope = scopes.of(actor)
    found = by_newest(rows, LISTED, after, size)
    ids = [row["id"] for row in found.rows]
    read = set(
        NoticeRead.objects.filter(user_id=actor.user_id or 0, notice__in=ids).values_list("notice_id", flat=True)
    )
    return Page([_read_or_not(_shown(row, scope), read) for row in found.rows], found.next)


def _read_or_not(row: dict[str, Any], read: set[int]) -> dict[str, Any]:
    return {**row, "is_read": row.pop("done_at") is not None or row["id"] in read}


def unread(*, actor: Actor) -> int:
    """How many are unread, counted to 1,001 at the most."""
    return count(unread_notices(actor).values("pk"))


def _shown(row: dict[str, Any], scope: scopes.Scope) -> dict[str, Any]:
    plain = {name.replace("ticket__", ""): value for name, value in row.items()}
    return scopes.redact_row(plain, scope)
