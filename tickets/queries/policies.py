"""Which limit holds: the most specific policy row in force at the start, and who must sign off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tickets.domain.moments import to_local
from tickets.domain.words import ClockKind, Side
from tickets.models import Policy

from .freshness import Cached


def find(
    clock: ClockKind,
    side: Side,
    at: datetime,
    *,
    channel: str,
    type: str = "",  # noqa: A002 (the field's word, as on the ticket)
    urgency: str = "",
    category: str = "",
    is_redo: bool = False,
    rows: Iterable[Policy] | None = None,
) -> Policy | None:
    """The active row that fits best at the moment ``at`` (a Shanghai day decides), or None when none fits.

    A blank field of a row fits anything, a category those below it too; most fields given wins, then the narrower category, the
    newest ``effective_from``, the newest row.
    ``rows``: those of ``active``, where many are asked for at once.
    """
    day = to_local(at).date()
    facts = {"channel": channel, "type": type, "urgency": urgency}
    fitting = [
        row
        for row in (active() if rows is None else rows)
        if row.clock == clock
        and row.side == side
        and row.is_redo == is_redo
        and _holds(row, day)
        and _fits(row, facts)
        and holds_for(row.category, category)
    ]
    return max(fitting, key=_rank, default=None)


def active() -> list[Policy]:
    """Every row that is switched on, as it is now."""
    return cached.get()


def in_force(at: datetime) -> list[Policy]:
    """Every active row of that day, for the screens of the security administrator."""
    day = to_local(at).date()
    return [row for row in cached.get() if _holds(row, day)]


def _holds(row: Policy, day: date) -> bool:
    return row.effective_from <= day and (row.effective_to is None or day <= row.effective_to)


def _fits(row: Policy, facts: dict[str, str]) -> bool:
    return all(getattr(row, name) in ("", value) for name, value in facts.items())


def holds_for(wanted: str, category: str) -> bool:
    """Whether a row's category, which may be blank, covers that of a matter (three levels, parted by strokes)."""
    return not wanted or f"{category}/".startswith(f"{wanted.rstrip('/')}/")


def _rank(row: Policy) -> tuple[int, int, date, int]:
    given = _given((row.channel, row.type, row.urgency, row.category))
    return given, len(row.category), row.effective_from, row.pk


def _given(fields: Iterable[str]) -> int:
    return sum(1 for field in fields if field)


cached = Cached(lambda: list(Policy.objects.filter(is_active=True)), Policy)
