"""A section's queue, a page of fifty at any depth, against the same fifty rows by primary key with the same columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.tickets.making import NOW, make_reference
from tickets.models import CoHandler, Ticket
from tickets.queries import worklists
from tickets.queries.scopes import Scope
from tickets.queries.worklists import Worklist

from . import filling
from .measuring import Line, side_by_side

SIZES = {"XS": 12_000, "S": 30_000, "M": 100_000, "L": 1_000_000}
ROUNDS = {"XS": (3, 2), "S": (11, 3), "M": (21, 10), "L": (21, 10)}
PAGE = 50


def run(size: str) -> Iterator[Line]:
    """The first page, the tenth, and one at nine tenths of the queue; then the deepest against the first."""
    count = SIZES[size]
    rounds, calls = ROUNDS[size]
    make_reference()
    sections = filling.sections()
    section = sections[7]
    filling.tickets(1, count, NOW, first_section=sections[0])
    filling.settled(Ticket, CoHandler)
    marks = _marks(section)
    depth = len(marks)
    lines = []
    for place in (0, min(9, depth // 2), depth * 9 // 10):
        rows = [row["id"] for row in _page(section, marks[place])]
        assert len(rows) == PAGE
        ours, other = side_by_side(
            lambda place=place: _page(section, marks[place]),
            lambda rows=rows: _by_key(rows, section),
            rounds=rounds,
            calls=calls,
        )
        lines.append(
            Line(
                f"queue, page {place + 1:,}",
                f"{count:,} tickets",
                ours * 1e6,
                other * 1e6,
                ours / other,
                4.0,
                against="50 rows by primary key",
            )
        )
        yield lines[-1]
    first, deep = lines[0], lines[-1]
    yield Line(
        "queue, any depth",
        f"{count:,} tickets",
        deep.ours,
        first.ours,
        deep.ratio / first.ratio,
        1.2,
        against="its first page, look-ups evened out",
    )


def _page(section: int, after: str) -> list[dict[str, Any]]:
    return worklists.page(
        worklist=Worklist.QUEUE, scope=Scope("section", section), now=NOW, after=after, size=PAGE
    ).rows


def _marks(section: int) -> list[str]:
    """The mark before each page of the whole queue ('' before the first) but the last, which may be short."""
    marks, scope = [""], Scope("section", section)
    while mark := worklists.page(worklist=Worklist.QUEUE, scope=scope, now=NOW, after=marks[-1], size=PAGE).next:
        marks.append(mark)
    return marks[:-1]


def _by_key(rows: list[int], section: int) -> list[dict[str, Any]]:
    """The same columns, shown the same way."""
    found = worklists.listed(Ticket.objects.filter(pk__in=rows))
    return worklists.shown(found, Scope("section", section), NOW)
