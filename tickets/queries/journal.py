"""Does the journal prove itself? Chains, MACs, heads, seals, the checkpoint file and every ticket's row, the first bad row named."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from tickets.domain import chain
from tickets.models import Event, Head, Seal, Ticket, guards

from . import seals
from .seals import CHUNK, BadRow, Where


@dataclass(frozen=True, slots=True)
class Verdict:
    """``bad``: the first bad row in words ('' when all holds), ``bad_zh`` in Chinese; ``unsealed``: newest events no seal covers yet, which
    a truncation could still take."""

    events: int
    tickets: int
    seals: int
    unsealed: int
    bad: str = ""
    bad_zh: str = ""

    @property
    def ok(self) -> bool:
        return not self.bad

    @property
    def text(self) -> str:
        if self.bad:
            return self.bad
        said = f"ok: {self.events} events, {self.tickets} tickets, {self.seals} seals"
        if not self.unsealed:
            return said
        return f"{said}; the newest {self.unsealed} are not sealed yet, nothing shows whether newer ones were cut off"


def verify() -> Verdict:
    """Replay everything as it stood at one moment, while others go on working. Reads each event twice (in the order of
    the chains, in the order of the seals) and holds one chain's tail and one seal's events in memory, not the journal."""
    path = Path(settings.CHECKPOINT_FILE)
    size = path.stat().st_size if path.exists() else 0
    with _snapshot():
        counted = (
            Event.objects.count(),
            Ticket.objects.count(),
            Seal.objects.count(),
            Event.objects.filter(seal__isnull=True).count(),
        )
        try:
            _check_guards()
            _check_chains()
            _check_tickets()
            seals.check_checkpoints(path, size, newest=seals.check_seals())
        except BadRow as bad:
            return Verdict(*counted, bad=str(bad), bad_zh=bad.zh)
        except (ValueError, TypeError) as error:
            return Verdict(*counted, bad=str(seals.unreadable(error)), bad_zh=seals.unreadable(error).zh)
    return Verdict(*counted)


@contextmanager
def _snapshot() -> Iterator[None]:
    """One view of all tables: without it a ticket that moves between two reads looks like a forgery."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # deferred, against the settings: a reader that holds up no writer
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _check_guards() -> None:
    if gone := guards.missing(connection):
        names = ", ".join(gone)
        raise BadRow(None, f"guard triggers missing: {names}", f"缺少防篡改触发器：{names}")


# --- chains ----------------------------------------------------------------------------------------------------------


def _check_chains() -> None:
    """The chains of acts without a ticket, each against its head."""
    heads = {head.chain: (head.seq, head.digest) for head in Head.objects.all()}
    for tail in _tails(Event.objects.filter(ticket__isnull=True).order_by("chain", "seq")):
        head, where = heads.pop(tail.chain, None), Where.of("chain", tail.chain)
        if head is None:
            raise BadRow(where, f"has events up to {tail.pk}, but no head", f"有记录（至 {tail.pk} 号），无链尾")
        if head != (tail.seq, tail.digest):
            raise BadRow(
                where,
                f"its head stands at {head[0]}, its newest event {tail.pk} at {tail.seq}",
                f"链尾在第 {head[0]} 条，最新记录 {tail.pk} 为第 {tail.seq} 条",
            )
    for name, (seq, _) in heads.items():
        if seq:
            raise BadRow(
                Where.of("chain", name),
                f"its head stands at {seq}, but it has no event",
                f"链尾在第 {seq} 条，日志中没有",
            )


def _check_tickets() -> None:
    """The chain of every ticket, its tail and its row; a ticket without event, an event without ticket."""
    tails = _tails(Event.objects.filter(ticket__isnull=False).order_by("ticket_id", "seq"))
    tail = next(tails, None)
    for ticket in Ticket.objects.order_by("pk").iterator(CHUNK):
        _check_owner(tail, ticket.pk)
        if tail is None or tail.ticket_id != ticket.pk:
            raise BadRow(
                _ticket(ticket),
                f"its row stands at event {ticket.journal_seq}, none is there",
                f"工单停在第 {ticket.journal_seq} 条，日志中没有",
            )
        _check_row(ticket, tail)
        tail = next(tails, None)
    _check_owner(tail, None)


def _check_owner(tail: Event | None, upcoming: int | None) -> None:
    """Chains and tickets are walked side by side: a chain that comes before the next ticket has lost its row."""
    if tail is not None and tail.ticket_id is not None and (upcoming is None or tail.ticket_id < upcoming):
        where = Where.of("ticket", tail.ticket_id)
        raise BadRow(where, f"has events up to {tail.pk}, but no row", f"有记录（至 {tail.pk} 号），工单不存在")


def _ticket(ticket: Ticket) -> Where:
    return Where.of("ticket", ticket.pk, ticket.number)


def _tails(events: QuerySet[Event]) -> Iterator[Event]:
    """The newest event of each chain, after all its links were checked one by one."""
    for _, links in groupby(events.iterator(CHUNK), key=lambda event: event.ticket_id or event.chain):
        previous = chain.GENESIS
        for seq, event in enumerate(links, start=1):
            check_link(event, previous, seq)
            previous, tail = event.digest, event
        yield tail


def check_link(event: Event, previous: str, seq: int) -> None:
    """Sequence without gap, previous digest, digest of the payload, MAC, and columns that say what the payload says."""
    where = _event(event)
    if event.seq != seq:
        raise BadRow(where, f"seq {seq} is missing", f"缺第 {seq} 条")
    if event.previous != previous:
        raise BadRow(where, "does not follow the event before it", "与前一条记录不衔接")
    digest, mac = chain.link(previous, event.payload, settings.JOURNAL_KEY)
    if event.digest != digest:
        raise BadRow(where, "payload and digest differ", "内容与摘要不符")
    if not hmac.compare_digest(event.mac.encode(), mac.encode()):
        raise BadRow(where, "the MAC is not ours", "签名不是本系统所签")
    _check_columns(event, where)


def _event(event: Event) -> Where:
    owner = (
        (f"ticket {event.ticket_id}", f"工单 {event.ticket_id}")
        if event.ticket_id
        else (f"chain {event.chain}", f"日志链 {event.chain}")
    )
    return Where.of("event", event.pk, f"{owner[0]}, seq {event.seq}", f"{owner[1]}，第 {event.seq} 条")


def _check_columns(event: Event, where: Where) -> None:
    said = json.loads(event.payload)
    told = (said["seq"], said["action"], said["actor"], said.get("chain", ""), said["at"])
    person, _, _ = said["actor"].partition(" for ")  # a deputy is named with whom he stands in for
    is_person = person.startswith("user:")
    if (
        told != (event.seq, event.action, event.actor, event.chain, _iso(event.at))
        or (person != f"user:{event.user_id}" if is_person else event.user_id is not None)
        or ("ticket" in said) != (event.ticket_id is not None)
    ):
        raise BadRow(where, "its columns do not say what its payload says", "各栏与原文不符")


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _check_row(ticket: Ticket, tail: Event) -> None:
    where = _ticket(ticket)
    if tail.seq != ticket.journal_seq:
        raise BadRow(
            where,
            f"its row stands at event {ticket.journal_seq}, the journal at {tail.seq} (event {tail.pk})",
            f"工单停在第 {ticket.journal_seq} 条，日志到第 {tail.seq} 条（{tail.pk} 号记录）",
        )
    if tail.digest != ticket.journal_head:
        raise BadRow(
            where, f"its head is not the digest of its newest event {tail.pk}", f"链尾不是最新记录 {tail.pk} 的摘要"
        )
    said = json.loads(tail.payload)
    if said["ticket"] != ticket.number or said["state"] != chain.sha256(chain.canonical(ticket.canonical())):
        raise BadRow(
            where, f"its row differs from what event {tail.pk} recorded", f"工单现状与 {tail.pk} 号记录所记不符"
        )
