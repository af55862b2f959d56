"""Which messages of a batch surely make a new ticket, so that their rows can be written as sets; the rest goes the single way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tickets.domain.messages import Happening, Incoming, Matter
from tickets.domain.routing import Decision, Facts, Rule, route
from tickets.models import Source
from tickets.queries import offices
from tickets.queries.inquiries import FINISHED

from .. import routing
from . import matters
from .checks import UnableToReceiveError, check, is_encodable

Mark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Opening:
    """A message that makes a new ticket for certain, its place in what the caller gave, and what its inquiry will say."""

    place: int
    incoming: Incoming
    matter: Matter
    facts: dict[str, Any]


class Known:
    """The reference rows, read once for a chunk."""

    def __init__(self, facts: Facts, now: datetime) -> None:
        self.rules: list[Rule]
        self.rules, self.dispatching = routing.rules(facts=facts, now=now)
        self.sections = offices.sections()
        self.sources = {row.pk: row for row in Source.objects.all()}
        self.projects = offices.projects()

    def decide(self, facts: Facts) -> tuple[Decision, bool]:
        """``routing.decide`` without asking the database."""
        decision = route(facts, self.rules)
        return decision, decision.rule_id in self.dispatching


@dataclass(frozen=True, slots=True)
class Sorted:
    """``openings``: written as sets; ``seen``: places of messages that came before; ``others``: places for the single way, in order."""

    openings: list[Opening]
    seen: list[int]
    others: list[int]
    known: Known | None = None


def sort_out(incomings: Sequence[Incoming], now: datetime) -> Sorted:
    """Ask the database once for all numbers and event ids of a chunk. What opens a number that is known already, here or earlier
    in the chunk, joins, amends or is calm: that is for the single way to say."""
    events, numbers = _known(incomings)
    known, told = None, set[Mark]()
    done = Sorted([], [], [])
    for place, incoming in enumerate(incomings):
        mark, event = (incoming.source, incoming.number), (incoming.source, incoming.event_id)
        if incoming.event_id and event in events:
            done.seen.append(place)
            continue
        is_first = mark not in numbers and event not in told
        opening = _opening(place, incoming, now) if is_first else None
        if opening is not None:
            known = known or Known(matters.facts_of(incoming, opening.matter), now)
            opening = opening if is_simple(opening, known) else None
        numbers.add(mark)
        if incoming.event_id:
            told.add(event)
        if opening is None:
            done.others.append(place)
        else:
            done.openings.append(opening)
    return Sorted(done.openings, done.seen, done.others, known)


def _opening(place: int, incoming: Incoming, now: datetime) -> Opening | None:
    if incoming.matter is None or incoming.happening not in (Happening.DISPATCHED, Happening.UPDATED):
        return None
    try:
        check(incoming)
    except UnableToReceiveError:
        return None
    return Opening(place, incoming, incoming.matter, matters.inquiry_facts(incoming.matter, incoming, now))


EVENTS, NUMBERS = ("tickets_exchange", "event_id"), ("tickets_inquiry", "number")


def _known(incomings: Sequence[Incoming]) -> tuple[set[Mark], set[Mark]]:
    """The (source, event id) that were received before, and the (source, number) of which a round is here: one statement."""
    asked = {
        EVENTS: [(each.source, each.event_id) for each in incomings if each.event_id],
        NUMBERS: [(each.source, each.number) for each in incomings],
    }
    parts = [part for (table, column), marks in asked.items() for part in _there(table, column, marks)]
    found: dict[str, set[Mark]] = {EVENTS[1]: set(), NUMBERS[1]: set()}
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(part[0] for part in parts), [each for part in parts for each in part[1]])
            for column, source, text in cursor.fetchall():
                found[column].add((source, text))
    return found[EVENTS[1]], found[NUMBERS[1]]


def _there(table: str, column: str, marks: Iterable[Mark]) -> list[tuple[str, list[Any]]]:
    """One question of each source, its texts as one array; what no column can hold is not there."""
    asked: dict[str, list[str]] = defaultdict(list)
    for source, text in marks:
        if "\x00" not in text and is_encodable(text) and "\x00" not in source and is_encodable(source):
            asked[source].append(text)
    parts = []
    for source, texts in asked.items():
        among, given = _among(texts)
        select = (
            f"SELECT DISTINCT '{column}', source_id, {column} FROM {table} WHERE source_id = %s AND {column} {among}"  # noqa: S608 (our own names)
        )
        parts.append((select, [source, *given]))
    return parts


def _among(texts: list[str]) -> tuple[str, list[Any]]:
    """PostgreSQL takes the texts as one array, which it plans once; SQLite as so many values."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [texts]
    return f"IN ({', '.join(['%s'] * len(texts))})", list(texts)


def is_simple(opening: Opening, known: Known) -> bool:
    """Whether the sheets can say it all: the source is known and still waits, nothing is secret, nothing is longer than its column."""
    incoming, matter = opening.incoming, opening.matter
    refs = [(file.ref or file.name)[:120] for file in matter.files]
    return (
        incoming.source in known.sources
        and incoming.outer_state not in FINISHED
        and not (matter.is_confidential or matter.is_report or matter.local_reference)
        and len(incoming.number) <= 64
        and len(incoming.event_id) <= 160
        and len(incoming.outer_state) <= 24
        and len(refs) == len(set(refs))
    )
