"""The sweep with nothing due, over few and over many clocks, against a look-up by primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.tickets.making import NOW
from tickets.actions import timers
from tickets.models import CoHandler, Ticket, Timer

from . import filling
from .measuring import Line, side_by_side

FEW = 10_000
SIZES = {"XS": (600, 1_200), "S": (FEW, 100_000), "M": (FEW, 200_000), "L": (FEW, 5_000_000)}
ROUNDS = {"XS": (3, 5), "S": (11, 20), "M": (21, 50), "L": (21, 50)}


def run(size: str) -> Iterator[Line]:
    """Each number of clocks against the look-up, then the greater against the smaller."""
    few, many = SIZES[size]
    rounds, calls = ROUNDS[size]
    section = filling.sections()[0]
    filling.tickets(1, few // 6 + 1, NOW, first_section=section)
    filling.timers(1, few, NOW)
    small = _idle(few, rounds, calls)
    yield small
    filling.tickets(few // 6 + 2, many // 6 + 1, NOW, first_section=section)
    filling.timers(few + 1, many, NOW)
    large = _idle(many, rounds, calls)
    yield large
    flat = large.ratio / small.ratio
    yield Line(
        "idle sweep, flat",
        f"{many:,} / {few:,}",
        large.ours,
        small.ours,
        flat,
        1.2,
        against="the smaller table, look-ups evened out",
    )


def _idle(count: int, rounds: int, calls: int) -> Line:
    filling.settled(Ticket, Timer, CoHandler)
    assert Timer.objects.count() == count
    middle = count // 2
    ours, other = side_by_side(_sweep, lambda: _look_up(middle), rounds=rounds, calls=calls)
    return Line(
        "idle sweep", f"{count:,} clocks", ours * 1e6, other * 1e6, ours / other, 1.5, against="one row by primary key"
    )


def _sweep() -> None:
    assert timers.sweep(NOW).fired == 0


def _look_up(pk: int) -> list[Any]:
    """The same columns through the same ORM."""
    return list(Timer.objects.filter(pk=pk).values_list("id", "ticket_id", "next_at"))
