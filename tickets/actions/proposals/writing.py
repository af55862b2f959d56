"""Recounted clocks are written as a set: on PostgreSQL one statement for clocks, events and tickets, on SQLite one for each table.

Many clocks of a chunk come to the same: what they come to is sent once, with the ids of those it is for.
On PostgreSQL nothing is locked while a chunk is counted: a ticket whose journal has gone on meanwhile is left out of the statement and
named, to be counted again. SQLite has one writer, so that cannot happen there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any

import orjson
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tickets.domain.actors import SYSTEM
from tickets.domain.clock_events import ClockEventKind
from tickets.models import ClockEvent, Event, Ticket, Timer
from tickets.models.bulk import insert_rows, shape, update_columns

from .. import ledger
from ..aside import Aside
from ..timers.rows import BESIDE, next_due
from .columns import KEPT_ON_TICKET, PLAIN, WRITTEN, Clock, Matter, plain
from .recounting import RUNNING, Recounted

MOVED = "clock_moved"
FOLLOW, RECOUNT = ClockEventKind.FOLLOW.value, ClockEventKind.RECOUNT.value
Asked = tuple[str, Sequence[Any]]
"""A statement that answers one value, and its parameters."""
OF_CLOCK = ("timer_id", "kind", "at", "ground", "document", "actor", "terms", "policy_id", "policy_version", "due_at")
OF_EVENT = ("ticket_id", "seq", "action", "actor", "user_id", "at", "payload", "previous", "digest", "mac")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The tickets of one statement, with all their clocks recounted; ``refs``: what the events say of the proposal."""

    tickets: Sequence[Matter]
    clocks: dict[int, list[Recounted]]
    refs: dict[str, Any]
    document: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What differs of a chunk, ready to be written: the tickets with their new heads (``began``: where their journals stood), their
    events, the clocks, and what each clock's own event says. ``parameters``: the same for PostgreSQL's statement."""

    tickets: Sequence[Matter]
    began: dict[int, int]
    events: Sequence[ledger.Link]
    changed: Sequence[Recounted]
    said: dict[str, Any]
    parameters: Sequence[Any] = ()


def prepare(chunk: Chunk, now: datetime) -> Prepared:
    """No statement is sent."""
    changed = [each for rows in chunk.clocks.values() for each in rows if each.differs]
    touched = {each.after.ticket_id for each in changed}
    tickets = [ticket for ticket in chunk.tickets if ticket.pk in touched]
    began = {ticket.pk: ticket.journal_seq for ticket in tickets}
    events = _events(tickets, chunk, now)
    for ticket in tickets:
        _keep_next(ticket, [each.after for each in chunk.clocks[ticket.pk]])
    said = {
        "at": now,
        "ground": f"proposal:{chunk.refs.get('proposal', '')}",
        "document": chunk.document,
        "actor": SYSTEM.label,
    }
    found = Prepared(tickets, began, events, changed, said)
    return replace(found, parameters=_parameters(found)) if connection.vendor == "postgresql" else found


def write(
    prepared: Prepared,
    meanwhile: Callable[[], None] = lambda: None,
    asked: Callable[[], Sequence[Asked]] = tuple,
    on: BaseDatabaseWrapper | None = None,
) -> tuple[set[int], list[str]]:
    """Write it, read what is ``asked`` of the rows behind it (``on`` another connection: at the same time), and do ``meanwhile`` (without
    a statement) while PostgreSQL is at both. The ids of the tickets that somebody else changed since they were read, of which nothing was
    written; and the rows read. Rows are held from here on."""
    if connection.vendor != "postgresql" or not prepared.changed:
        _one_by_one(prepared)
        meanwhile()
        return set(), _answers(asked(), connection)
    with Aside() as writing, Aside(on) as reading:
        sent = writing.send(partial(_at_once, prepared.parameters))
        behind = reading.send(partial(_answers, asked()))
        meanwhile()
        standing = writing.answer(sent)
        return prepared.began.keys() - standing, reading.answer(behind)


def _kind(each: Recounted) -> str:
    """The clock's own event: counted anew under another calendar or policy, or following the deadline it is kept ahead of; '': none."""
    if each.has_terms and not each.has_policy:
        return FOLLOW
    return RECOUNT if each.has_policy or each.is_moved else ""


def _happened(each: Recounted, kind: str, said: dict[str, Any]) -> ClockEvent:
    after = each.after
    return ClockEvent(
        timer_id=after.id, kind=kind, terms=after.terms if each.has_terms else None, due_at=after.due_at,
        policy_id=after.policy_id if each.has_policy else None,
        policy_version=after.policy_version if each.has_policy else None, **said,
    )  # fmt: skip


def _events(tickets: Sequence[Matter], chunk: Chunk, now: datetime) -> list[ledger.Link]:
    """One event a ticket that names its moved clocks with their due moments."""
    notes = []
    for ticket in tickets:
        moved = [each for each in chunk.clocks[ticket.pk] if each.is_moved]
        if moved:
            notes.append((ticket.as_ticket, MOVED, {**chunk.refs, "clocks": [_told(each) for each in moved]}))
    return ledger.next_events(notes=notes, actor=SYSTEM, now=now)


def _told(each: Recounted) -> dict[str, Any]:
    before, after = each.before.due_at, each.after.due_at
    return {"timer": each.after.id, "from": before and _iso(before), "to": after and _iso(after)}


@lru_cache(maxsize=4096)
def _iso(moment: datetime) -> str:
    """Clocks of one chunk share few moments."""
    return moment.isoformat()


def _keep_next(ticket: Matter, clocks: Sequence[Clock]) -> None:
    """What timers.reach keeps on the ticket, from the clocks at hand."""
    duties = [clock for clock in clocks if clock.kind not in BESIDE]
    running = [clock for clock in duties if clock.run == RUNNING and clock.due_at is not None]
    first = min(running, key=lambda clock: (clock.due_at, clock.id), default=None)
    for name, value in next_due(first.as_timer if first else None).items():
        setattr(ticket, name, value)
    ticket.is_overdue = any(clock.breached_at is not None for clock in duties)


def _one_by_one(prepared: Prepared) -> None:
    insert_rows(Event, prepared.events)
    happened = [_happened(each, kind, prepared.said) for each in prepared.changed if (kind := _kind(each))]
    insert_rows(ClockEvent, happened)
    update_columns(Timer, [each.after for each in prepared.changed], WRITTEN)
    update_columns(Ticket, prepared.tickets, ["journal_seq", "journal_head", *KEPT_ON_TICKET])


# -- PostgreSQL ---------------------------------------------------------------------------------------------------------------


def _parameters(prepared: Prepared) -> list[Any]:
    heads = ("journal_seq", "journal_head", *KEPT_ON_TICKET)
    given = (
        [{"id": each.pk, "began": prepared.began[each.pk], **_columns(each, heads)} for each in prepared.tickets],
        prepared.events,
        _alike(prepared.changed),
    )
    return [*(orjson.dumps(rows).decode() for rows in given), *prepared.said.values()]


def _at_once(parameters: Sequence[Any], link: Any) -> set[int]:
    """One statement; the ids of the tickets that were as they had been read. What the commit would look up is looked up at once."""
    with link.cursor() as cursor:
        cursor.execute(_statement(), parameters)
        standing = {row[0] for row in cursor.fetchall()}
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return standing


def _answers(asked: Sequence[Asked], link: Any) -> list[str]:
    """The one value that each of them answers."""
    found = []
    with link.cursor() as cursor:
        for each in asked:
            cursor.execute(*each)
            found.append(cursor.fetchone()[0])
    return found


def _alike(changed: Sequence[Recounted]) -> list[dict[str, Any]]:
    """The clocks that come to the same, as one row: what their columns are from now on (``terms`` only where they are others), what
    happened to them, and their ids."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for each in changed:
        terms = orjson.dumps(each.after.terms, option=orjson.OPT_SORT_KEYS) if each.has_terms else None
        groups.setdefault((terms, _kind(each), each.has_policy, *plain(each.after)), []).append(each.after.id)
    return [
        {"ids": ids, "terms": terms and orjson.Fragment(terms), "kind": kind, "has_policy": has_policy,
         **dict(zip(PLAIN, values, strict=True))}
        for (terms, kind, has_policy, *values), ids in groups.items()
    ]  # fmt: skip


def _columns(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


@cache
def _statement() -> str:
    """Locked are only tickets that stand where they stood; events follow those, heads follow the events (the guard sees them)."""
    event, ticket, timer = (model._meta.db_table for model in (Event, Ticket, Timer))
    heads = shape(Ticket, "id", "journal_seq", "journal_head", *KEPT_ON_TICKET)
    # ruff: noqa: S608 (all names are our own)
    given = f"g AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x({heads}, began int))"
    held = (
        f"held AS MATERIALIZED (SELECT t.id FROM {ticket} t JOIN g ON g.id = t.id AND g.began = t.journal_seq"
        " ORDER BY t.id FOR NO KEY UPDATE OF t)"
    )
    noted = (
        f"noted AS (INSERT INTO {event} ({', '.join(OF_EVENT)}, chain) SELECT {_of('e', OF_EVENT)}, ''"
        f" FROM jsonb_to_recordset(%s::jsonb) AS e({shape(Event, *OF_EVENT)}) JOIN held ON held.id = e.ticket_id"
        " RETURNING 1)"
    )
    alike = (
        f"alike AS (SELECT unnest(a.ids) AS id, a.kind, a.has_policy, {_of('a', WRITTEN)} FROM jsonb_to_recordset(%s::jsonb)"
        f" AS a(ids bigint[], kind varchar, has_policy boolean, {shape(Timer, *WRITTEN)}))"
    )
    clocks = (
        f"clocks AS (UPDATE {timer} SET {_sets(PLAIN)}, terms = coalesce(g.terms, {timer}.terms) FROM alike g, held"
        f" WHERE {timer}.id = g.id AND held.id = {timer}.ticket_id RETURNING g.*)"
    )
    happened = (
        f"happened AS (INSERT INTO {ClockEvent._meta.db_table} ({', '.join(OF_CLOCK)})"
        " SELECT id, kind, %s::timestamptz, %s, %s, %s, terms, CASE WHEN has_policy THEN policy_id END,"
        " CASE WHEN has_policy THEN policy_version END, due_at FROM clocks WHERE kind <> '')"
    )
    followed = (
        f"heads AS (UPDATE {ticket} SET journal_seq = g.journal_seq, journal_head = g.journal_head, {_sets(KEPT_ON_TICKET)}"
        f" FROM g JOIN held ON held.id = g.id WHERE {ticket}.id = g.id AND (SELECT count(*) FROM noted) >= 0)"
    )
    return f"WITH {given}, {held}, {noted}, {alike}, {clocks}, {happened}, {followed} SELECT id FROM held"


def _of(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _sets(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = g.{name}" for name in names)
