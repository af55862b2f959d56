"""The chunks of a proposal's long work: which tickets come next, read, counted and written, each while the other is at it.

While PostgreSQL writes a chunk and, on a second connection, reads the one after the next, Python counts the next (``writing.write``).
What was read or counted for a place at which the proposal does not stand any more (another worker went on) is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from time import monotonic
from typing import Any

import orjson
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, QuerySet
from django.db.models.expressions import RawSQL

from tickets.domain.states import OVER
from tickets.models import Policy, Proposal, ProposalKind, Stage, Ticket, Timer
from tickets.queries.calendar import read_content

from .columns import CLOCKS, READ_OF_TICKET, TICKETS, Matter
from .proposing import amended, successor_of
from .recounting import Recounted, Target, alive_of, clocks_of, load, recount
from .writing import Asked, Chunk, Prepared, prepare, write

#: Tickets of a chunk: as many as are written in about half of the 0.1 s that rows may be held.
FIRST, FEWEST, MOST = 50, 10, 220
WANTED, LONGEST = 0.04, 0.065
TRIES = 5
#: Where the parameters of a statement that is compiled once stand for the last ticket read and for the number of the next ones.
AFTER, SIZE = object(), object()


@dataclass(frozen=True, slots=True)
class _Read:
    """A chunk as the database gave it, each a JSON array of arrays: ``TICKETS`` of the tickets, and what ``clocks_of`` reads."""

    tickets: str = "[]"
    clocks: str = "[]"

    @property
    def last(self) -> int | None:
        """The last ticket."""
        place = READ_OF_TICKET.index("id")
        return max((row[place] for row in orjson.loads(self.tickets)), default=None)

    def made(self) -> list[Matter]:
        """The tickets, in the order of their ids."""
        return sorted((Matter(*values) for values in TICKETS.values(orjson.loads(self.tickets))), key=attrgetter("id"))


@dataclass(slots=True)
class _Ahead:
    """What is at hand for a proposal that stands at ``place``: the next chunk, counted, and the one behind it, read."""

    place: tuple[Any, ...]
    tickets: Sequence[Matter]
    prepared: Prepared
    behind: _Read


def _phase(proposal: Proposal) -> tuple[Any, ...]:
    return proposal.pk, proposal.stage, proposal.phase


def _place(proposal: Proposal) -> tuple[Any, ...]:
    return *_phase(proposal), proposal.cursor


class Chunks:
    """One run: keeps what is counted under, how large a chunk may be, and what is at hand of the next ones."""

    def __init__(self, now: datetime, beside: Callable[[], BaseDatabaseWrapper]) -> None:
        self.now, self.size, self._beside = now, FIRST, beside
        self._targets: dict[tuple[Any, ...], Target] = {}
        self._compiled: dict[tuple[Any, ...], list[Asked]] = {}
        self._ahead: _Ahead | None = None
        self._at: Proposal | None = None

    def _begin(self, proposal: Proposal, phase: str, rows: QuerySet[Timer]) -> None:
        proposal.phase, proposal.cursor, proposal.done = phase, 0, 0
        proposal.total = rows.order_by().aggregate(n=Count("ticket_id", distinct=True))["n"]

    def _next(self, proposal: Proposal, rows: QuerySet[Timer], after: int | None = None) -> list[int]:
        following = rows.filter(ticket_id__gt=proposal.cursor if after is None else after).order_by("ticket_id")
        return list(following.values_list("ticket_id", flat=True).distinct()[: self.size])

    def _passed(self, proposal: Proposal, ids: Sequence[int]) -> None:
        proposal.cursor, proposal.done = ids[-1], proposal.done + len(ids)

    def _recounted(self, proposal: Proposal, ids: Sequence[int]) -> dict[int, list[Recounted]]:
        """Each ticket's clocks as they would be; nothing of finished work."""
        target = self._target(proposal)
        over = set(Ticket.objects.filter(pk__in=ids, state__in=sorted(OVER)).values_list("pk", flat=True))
        return {pk: recount(clocks, target) for pk, clocks in load(ids).items() if pk not in over}

    def _carry_on(self, proposal: Proposal, rows: Callable[[Proposal], QuerySet[Timer]]) -> bool:
        """Write the next chunk; meanwhile the one behind it is counted, then the one behind that is read. False when none is left."""
        ahead = self._ahead if self._ahead and self._ahead.place == _place(proposal) else self._begun(proposal, rows)
        if not ahead.tickets:
            return False
        following: list[tuple[list[Matter], Prepared]] = []
        raced, read = self._write(
            proposal,
            ahead.prepared,
            lambda: following.append(self._counted(proposal, ahead.behind)),
            lambda: self._asked(proposal, rows, ahead.behind),
        )
        self._again(proposal, raced)
        self._passed(proposal, [ticket.pk for ticket in ahead.tickets])
        self._ahead = _Ahead(_place(proposal), *following[0], _Read(*read))
        return True

    def _begun(self, proposal: Proposal, chosen: Callable[[Proposal], QuerySet[Timer]]) -> _Ahead:
        rows = chosen(proposal)
        first = self._read(self._next(proposal, rows))
        behind = _Read() if first.last is None else self._read(self._next(proposal, rows, after=first.last))
        return _Ahead(_place(proposal), *self._counted(proposal, first), behind)

    def _again(self, proposal: Proposal, raced: set[int]) -> None:
        """Those that somebody else changed meanwhile. The last try locks first: it cannot be overtaken again."""
        tries = 1
        while raced and tries < TRIES:
            ids, tries = sorted(raced), tries + 1
            if tries == TRIES:
                list(Ticket.objects.select_for_update().filter(pk__in=ids).order_by("id").values_list("pk"))
            raced, _ = self._write(proposal, self._counted(proposal, self._read(ids))[1])

    def _counted(self, proposal: Proposal, read: _Read) -> tuple[list[Matter], Prepared]:
        """The tickets, and what is to be written of them: nothing of finished work."""
        target, tickets, clocks = self._target(proposal), read.made(), clocks_of(orjson.loads(read.clocks))
        unfinished = [ticket for ticket in tickets if ticket.state not in OVER]
        made = {ticket.pk: recount(clocks.get(ticket.pk, ()), target) for ticket in unfinished}
        refs = {"proposal": proposal.pk, "stage": proposal.stage}
        return tickets, prepare(Chunk(unfinished, made, refs, proposal.document), self.now)

    def _write(
        self,
        proposal: Proposal,
        prepared: Prepared,
        meanwhile: Callable[[], None] = lambda: None,
        asked: Callable[[], Sequence[Asked]] = tuple,
    ) -> tuple[set[int], list[str]]:
        begin = monotonic()
        raced, read = write(prepared, meanwhile, asked, self._beside())
        self._fit(monotonic() - begin)
        proposal.changed += sum(each.is_moved and each.after.ticket_id not in raced for each in prepared.changed)
        return raced, read

    def _read(self, ids: Sequence[int]) -> _Read:
        tickets, clocks = TICKETS.written(Ticket.objects.filter(pk__in=ids)), CLOCKS.written(alive_of(ids))
        return _Read(f"[{','.join(tickets)}]", f"[{','.join(clocks)}]")

    def _asked(self, proposal: Proposal, rows: Callable[[Proposal], QuerySet[Timer]], before: _Read) -> Sequence[Asked]:
        """The two statements of ``_read`` for the chunk after that one, compiled once a phase."""
        last, key = before.last, _phase(proposal)
        if last is None:
            return ()
        if key not in self._compiled:
            self._compiled = {key: _compiled(rows(proposal))}
        given = {id(AFTER): last, id(SIZE): self.size}
        return [(sql, [given.get(id(each), each) for each in params]) for sql, params in self._compiled[key]]

    def _fit(self, taken: float) -> None:
        """Rows are held while it is written: smaller chunks when it was slow, larger when it was quick."""
        if taken > LONGEST:
            self.size = max(FEWEST, self.size // 2)
        elif taken < WANTED:
            self.size = min(MOST, self.size + self.size // 4)

    def _target(self, proposal: Proposal) -> Target:
        key = _phase(proposal)
        if key not in self._targets:
            self._targets = {key: _target(proposal, self.now)}
        return self._targets[key]


def _compiled(rows: QuerySet[Timer]) -> list[Asked]:
    """What reads the tickets behind AFTER, SIZE of them, and their clocks."""
    sql, params = rows.order_by().values("ticket_id").query.sql_with_params()
    following = f"SELECT DISTINCT ticket_id FROM ({sql}) AS concerned WHERE ticket_id > %s ORDER BY ticket_id LIMIT %s"  # noqa: S608 (Django's own text)
    ids = RawSQL(following, [*params, AFTER, SIZE])  # noqa: S611 (the same)
    asked = TICKETS.asked(Ticket.objects.filter(pk__in=ids)), CLOCKS.asked(alive_of(ids))
    return [(_in_one(each[0]), each[1]) for each in asked if each is not None]


def _in_one(sql: str) -> str:
    """The JSON arrays that a statement answers, as one array of them."""
    joined = "string_agg(written, ',')" if connection.vendor == "postgresql" else "group_concat(written)"
    return f"WITH found(place, written) AS ({sql}) SELECT coalesce('[' || {joined} || ']', '[]') FROM found"  # noqa: S608 (the same)


def _target(proposal: Proposal, now: datetime) -> Target:
    """While measuring the calendar or row as it would be; afterwards as it is."""
    policies = Policy.objects.in_bulk()
    content = read_content()
    if proposal.kind == ProposalKind.CALENDAR:
        if proposal.stage == Stage.MEASURING:
            content = amended(proposal, content)
        return Target(content.calendar(), now, policies, loosens=True)
    if proposal.stage == Stage.UNDOING:
        instead = {proposal.successor_id or 0: policies[proposal.policy_id or 0]}
    elif proposal.stage == Stage.MEASURING:
        row = successor_of(proposal)
        row.pk = -1  # not there yet; the measured clocks name it
        policies[row.pk], instead = row, {proposal.policy_id or 0: row}
    else:
        instead = {proposal.policy_id or 0: policies[proposal.successor_id or 0]}
    return Target(content.calendar(), now, policies, instead=instead)
