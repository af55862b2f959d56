"""Clocks that fire, each with its journal event, its notice and its ticket, against one bare UPDATE … RETURNING of as many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from tests.tickets.making import NOW, make_reference
from tickets.actions import timers
from tickets.domain.states import OPEN
from tickets.models import CoHandler, Event, Notice, Ticket, Timer

from . import filling
from .measuring import Line, seconds

#: Clocks in all, and how many fall due in a round.
SIZES = {"XS": (600, 15), "S": (30_000, 800), "M": (100_000, 2_500), "L": (1_000_000, 20_000)}
ROUNDS = 5
BARE = """
UPDATE tickets_timer SET step = 2, run = 'running', breached_at = %(now)s, is_late = true, next_at = %(next)s
WHERE next_at <= %(now)s RETURNING id, ticket_id, kind, due_at
"""


def run(size: str) -> Iterator[Line]:
    """A round: some clocks are set due and swept, as many others are set due and updated."""
    count, due = SIZES[size]
    make_reference()
    filling.tickets(1, count // 6 + 1, NOW, first_section=filling.sections()[0])
    filling.timers(1, count, NOW)
    filling.settled(Ticket, Timer, CoHandler)
    swept, bare = [], []
    for number in range(ROUNDS):
        _make_due(2 * number * due, due)
        swept.append(seconds(_sweep) / due)
        _make_due((2 * number + 1) * due, due)
        bare.append(seconds(_bare) / due)
    # Each is due and told to the chief at once.
    told = sum(facts.get("count", 1) for facts in Notice.objects.values_list("facts", flat=True))
    assert Event.objects.exclude(ticket=None).count() == told == 2 * ROUNDS * due
    ours, other = sorted(swept)[ROUNDS // 2] * 1e6, sorted(bare)[ROUNDS // 2] * 1e6
    yield Line(
        "firing", f"{due:,} of {count:,} clocks", ours, other, ours / other, against="one bare UPDATE … RETURNING"
    )


def _make_due(after: int, count: int) -> None:
    """Clocks of open tickets, of a different ticket each as far as there are; due an hour ago."""
    wanted = (
        Timer.objects.filter(ticket__state__in=sorted(OPEN))
        .exclude(kind="objection")
        .order_by("kind", "id")
        .values("pk")[after : after + count]
    )
    at = NOW - timedelta(hours=1)
    changed = Timer.objects.filter(pk__in=list(wanted.values_list("pk", flat=True))).update(
        run="running", step=0, due_at=at, next_at=at, platform_due_at=at
    )
    assert changed == count, (changed, count)


def _sweep() -> None:
    timers.sweep(NOW)


@transaction.atomic
def _bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, {"now": NOW, "next": NOW + timedelta(days=1)})
        cursor.fetchall()
