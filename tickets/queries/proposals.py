"""Proposals and the clocks they would move, as pages ask for them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tickets.models import Proposal, ProposedMove, Stage

from . import pages
from .pages import Page
from .together import Columns

SHOWN = 30
PAST = 50


def _listed(rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    columns: QuerySet[Any, dict[str, Any]] = rows.values(
        "id", "due_at", "due_before", "effect", "side", "kind", "is_chosen", "ticket_id", "ticket__number", "ticket__title",
        "ticket__is_confidential", "timer__terms", "section__name",
    )  # fmt: skip
    return columns


MOVES = Columns(_listed, ProposedMove)


def recent() -> list[Proposal]:
    """The newest proposals with who made and who decided them."""
    return list(
        Proposal.objects.select_related("proposed_by", "decided_by", "policy").defer("what").order_by("-id")[:PAST]
    )


def one(pk: int) -> Proposal | None:
    """A proposal with all that its page says of it."""
    return Proposal.objects.select_related("proposed_by", "decided_by", "policy", "successor").filter(pk=pk).first()


def moves(
    proposal: Proposal, *, effect: str = "", section: int | None = None, chosen: bool = False
) -> QuerySet[ProposedMove]:
    """The clocks that would move, narrowed."""
    rows = ProposedMove.objects.filter(proposal=proposal)
    if effect:
        rows = rows.filter(effect=effect)
    if section is not None:
        rows = rows.filter(section=section or None)
    return rows.filter(is_chosen=True) if chosen else rows


def page(rows: QuerySet[ProposedMove], after: str) -> Page:
    """One page, what would be due first on top. Raises BadCursor."""
    return pages.by_due(rows, MOVES, after, SHOWN)


def waiting() -> int:
    """How many wait for a decision."""
    return Proposal.objects.filter(stage=Stage.OPEN.value).count()
