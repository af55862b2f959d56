"""Open clocks recalculated by a proposal, against one statement that updates as many and inserts an event and a history row each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from tests.tickets.making import make_reference, make_user
from tickets.actions import proposals
from tickets.actions.proposals import chunks
from tickets.domain.edition import Amendment, DayRow
from tickets.domain.moments import SHANGHAI
from tickets.domain.words import Role
from tickets.models import ClockEvent, CoHandler, Event, Policy, Proposal, Reach, Ticket, Timer

from . import filling
from .measuring import Line, seconds

#: Open clocks, six a ticket.
SIZES = {"XS": 600, "S": 20_000, "M": 100_000, "L": 1_000_000}
NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
HELD = 0.1
#: Ten working days from Monday, 2 March 2026: 16 March at 24:00; with the 9th off one day later.
BEGAN = "%(now)s::timestamptz - interval '1 second' * (i / 100)"
BARE = """
WITH moved AS (
  UPDATE tickets_timer SET due_at = due_at + interval '1 day', next_at = next_at + interval '1 day', is_provisional = false
  WHERE run = 'running' RETURNING id, ticket_id, due_at, terms, policy_id
), noted AS (
  INSERT INTO tickets_event (ticket_id, chain, seq, action, actor, at, payload, previous, digest, mac)
  SELECT ticket_id, '', 2 + row_number() OVER (PARTITION BY ticket_id ORDER BY id), 'clock_moved', 'system', %(now)s,
         '{"refs":{"timer":' || id || '}}', repeat('0', 64), md5(id::text) || md5(id::text), repeat('0', 64) FROM moved
)
INSERT INTO tickets_clockevent (timer_id, kind, at, ground, document, actor, due_at)
SELECT id, 'recount', %(now)s, 'proposal:1', '', 'system', due_at FROM moved
"""


def run(size: str) -> Iterator[Line]:
    """Applied to all, then taken back; then the longest time that rows were held."""
    count = SIZES[size] // 6 * 6
    make_reference(NOW)
    _fill(count)
    bare = _bare() / count
    held: list[float] = []
    _measure_holding(held)
    made = _proposed()
    spent = {}
    spent["applied"] = seconds(lambda: _applied(made)) / count
    assert Proposal.objects.get(pk=made.pk).changed == count, Proposal.objects.get(pk=made.pk).changed
    filling.settled(Ticket, Timer, Event, ClockEvent)
    spent["taken back"] = seconds(lambda: _taken_back(made)) / count
    for name, ours in spent.items():
        yield Line(
            f"recalculation, {name}", f"{count:,} open clocks", ours * 1e6, bare * 1e6, ours / bare, 1.3,
            against="one statement: update, event and history row each",
        )  # fmt: skip
    longest = max(held)
    yield Line(
        "recalculation, rows held", f"{len(held):,} chunks", longest * 1e6, HELD * 1e6, longest / HELD, 1.0, against="100 ms",
    )  # fmt: skip


def _fill(count: int) -> None:
    """Open tickets with six running clocks of ten working days each."""
    policy = Policy.objects.get(name="各渠道：答复（无其他规定时）")
    tickets = count // 6
    first = filling.sections()[0]
    facts: dict[str, Any] = {"now": NOW}
    given = {
        "id": "i", "number": "'SZ-2026-' || lpad(i::text, 7, '0')", "state": "'in_progress'", "version": "3", "title": "'样例路' || i",
        "content": "repeat('样例路与示范街交口工地夜间仍在浇筑，影响休息，请协调处理。', 1 + i %% 4)", "channel": "'hotline'",
        "section_id": f"{first} + i %% {filling.SECTIONS}", "registered_at": BEGAN, "dispatched_at": BEGAN,
    }  # fmt: skip
    filling.fill(Ticket, 1, tickets, given, facts)
    clock = {
        "id": "i", "ticket_id": "1 + (i - 1) / 6", "channel": "'hotline'", "kind": f"(ARRAY{list(filling.KINDS)})[1 + (i - 1) %% 6]",
        "side": "'inner'", "terms": """'{"amount": "10", "unit": "working_days", "end": "midnight"}'::jsonb""", "run": "'running'",
        "started_at": BEGAN, "due_at": "'2026-03-17 00:00+08'::timestamptz", "next_at": "'2026-03-16 10:30+08'::timestamptz",
        "policy_id": str(policy.pk),
    }  # fmt: skip
    filling.fill(Timer, 1, tickets * 6, clock, facts)
    filling.settled(Ticket, Timer, CoHandler, Event, ClockEvent)


def _bare() -> float:
    """The statement, rolled back; the tables are vacuumed before anything else is measured."""

    def once() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE, {"now": NOW})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what its commit would look up
            transaction.set_rollback(True)

    taken = seconds(once)
    filling.settled(Ticket, Timer, Event, ClockEvent)
    return taken


def _proposed() -> Proposal:
    off = Amendment(days=(DayRow(date(2026, 3, 9), False, "样例停工日", "", "样例", "local"),))
    office = make_user("bench_office", (Role.DISPATCHER,)).actor()
    made = proposals.propose_calendar(
        amendment=off, title="样例", document="样例", reason="样例", actor=office, now=NOW
    )
    proposals.advance(now=NOW)
    filling.settled(Ticket, Timer, Event, ClockEvent)
    return made


def _applied(made: Proposal) -> None:
    proposals.approve(proposal=made, reach=Reach.ALL, actor=_leader(), now=NOW)
    proposals.advance(now=NOW)


def _taken_back(made: Proposal) -> None:
    """Days later as a rule: the tables have been vacuumed, as they were before the statement it is compared with."""
    proposals.take_back(proposal=made, actor=_leader(), now=NOW, text="样例")
    proposals.advance(now=NOW)


def _leader() -> Any:
    from hotline.models import User

    found = User.objects.filter(username="bench_leader").first()
    return (found or make_user("bench_leader", (Role.LEADER,))).actor()


def _measure_holding(held: list[float]) -> None:
    """Rows are locked from the sending of the statement to the end of its transaction, which follows at once."""
    plain = chunks.write

    def timed(*given: Any) -> Any:
        begin = perf_counter()
        try:
            return plain(*given)
        finally:
            held.append(perf_counter() - begin)

    chunks.write = timed
