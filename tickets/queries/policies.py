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
    is_redo: bool = False,
    rows: Iterable[Policy] | None = None,
) -> Policy | None:
    """The active row that fits best at the moment ``at`` (a Shanghai day decides), or None when none fits.

    A blank field of a row fits anything; most fields given wins, then the newest ``effective_from``, then the newest row.
    ``rows``: those of ``active``, where many are asked for at once.
    """
    day = to_local(at).date()
    facts = {"channel": channel, "type": type, "urgency": urgency}
    fitting = [
        row
        for row in (active() if rows is None else rows)
        if row.clock == clock and row.side == side and row.is_redo == is_redo and _holds(row, day) and _fits(row, facts)
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


def _rank(row: Policy) -> tuple[int, date, int]:
    return _given((row.channel, row.type, row.urgency)), row.effective_from, row.pk


def _given(fields: Iterable[str]) -> int:
    return sum(1 for field in fields if field)


cached = Cached(lambda: list(Policy.objects.filter(is_active=True)), Policy)
