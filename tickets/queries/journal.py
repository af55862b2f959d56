"""Does the journal prove itself? Chains, MACs, heads, seals, the checkpoint file and every ticket's row, the first bad row named."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from tickets.domain import chain
from tickets.models import Event, Head, Seal, Ticket, guards

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """``bad``: the first bad row in words ('' when all holds); ``unsealed``: newest events no seal covers yet, which
    a truncation could still take."""

    events: int
    tickets: int
    seals: int
    unsealed: int
    bad: str = ""

    @property
    def ok(self) -> bool:
        return not self.bad

    @property
    def text(self) -> str:
        if self.bad:
            return self.bad
        said = f"{self.events} events, {self.tickets} tickets, {self.seals} seals"
        return f"ok: {said}; the newest {self.unsealed} are not sealed yet" if self.unsealed else f"ok: {said}"


class _Bad(Exception):
    """The first bad row."""


def verify() -> Verdict:
    """Replay everything. Reads all events once, in the order of their chains."""
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
        _check_heads()
        _check_seals()
        _check_checkpoints()
    except _Bad as bad:
        return Verdict(*counted, bad=str(bad))
    return Verdict(*counted)


def _check_guards() -> None:
    from django.db import connection

    if gone := guards.missing(connection):
        raise _Bad(f"guard triggers missing: {', '.join(gone)}")


def _check_chains() -> None:
    """Each chain link by link: sequence without gap, previous digest, digest of the payload, MAC, and columns that
    say what the payload says."""
    current: tuple[Any, str] | None = None
    previous, seq = chain.GENESIS, 0
    for event in Event.objects.order_by("ticket_id", "chain", "seq").iterator(CHUNK):
        if (event.ticket_id, event.chain) != current:
            current, previous, seq = (event.ticket_id, event.chain), chain.GENESIS, 0
        seq += 1
        _check_link(event, previous, seq)
        previous = event.digest


def _check_link(event: Event, previous: str, seq: int) -> None:
    where = f"event {event.pk} ({'ticket ' + str(event.ticket_id) if event.ticket_id else 'chain ' + event.chain}, seq {event.seq})"
    if event.seq != seq:
        raise _Bad(f"{where}: seq {seq} is missing")
    if event.previous != previous:
        raise _Bad(f"{where}: does not follow the event before it")
    digest, mac = chain.link(previous, event.payload, settings.JOURNAL_KEY)
    if event.digest != digest:
        raise _Bad(f"{where}: payload and digest differ")
    if not hmac.compare_digest(event.mac, mac):
        raise _Bad(f"{where}: the MAC is not ours")
    _check_columns(event, where)


def _check_columns(event: Event, where: str) -> None:
    said = json.loads(event.payload)
    told = (said["seq"], said["action"], said["actor"], said.get("chain", ""), said["at"])
    if told != (event.seq, event.action, event.actor, event.chain, event.at.isoformat()):
        raise _Bad(f"{where}: its columns do not say what its payload says")


def _check_tickets() -> None:
    """Every ticket's tail and state against its newest event; a ticket without event, an event without ticket."""
    newest = {
        row["ticket_id"]: row["last"]
        for row in Event.objects.filter(ticket__isnull=False).values("ticket_id").annotate(last=Max("seq"))
    }
    for tickets in _chunks():
        pks = [ticket.pk for ticket in tickets]
        tails = {
            (event.ticket_id, event.seq): event
            for event in Event.objects.filter(ticket_id__in=pks, seq__in={ticket.journal_seq for ticket in tickets})
        }
        for ticket in tickets:
            _check_ticket(ticket, newest.pop(ticket.pk, 0), tails.get((ticket.pk, ticket.journal_seq)))
    for ticket_id in newest:
        raise _Bad(f"ticket {ticket_id}: has events but no row")


def _chunks() -> Iterator[list[Ticket]]:
    after = 0
    while rows := list(Ticket.objects.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield rows
        after = rows[-1].pk


def _check_ticket(ticket: Ticket, newest: int, tail: Event | None) -> None:
    where = f"ticket {ticket.pk} ({ticket.number})"
    if newest != ticket.journal_seq or tail is None:
        raise _Bad(f"{where}: its row stands at event {ticket.journal_seq}, the journal at {newest}")
    said = json.loads(tail.payload)
    if tail.digest != ticket.journal_head:
        raise _Bad(f"{where}: its head is not the digest of its newest event {tail.pk}")
    if said["ticket"] != ticket.number or said["state"] != chain.sha256(chain.canonical(ticket.canonical())):
        raise _Bad(f"{where}: its row differs from what event {tail.pk} recorded")


def _check_heads() -> None:
    newest = dict(Event.objects.filter(ticket__isnull=True).values_list("chain").annotate(last=Max("seq")))
    for head in Head.objects.all():
        last = Event.objects.filter(ticket__isnull=True, chain=head.chain, seq=head.seq).first()
        if newest.pop(head.chain, 0) != head.seq or (head.seq and (last is None or last.digest != head.digest)):
            raise _Bad(f"chain {head.chain}: its head stands at {head.seq}, which is not its newest event")
    for name in newest:
        raise _Bad(f"chain {name}: has events but no head")


def _check_seals() -> None:
    """Each seal's root over exactly the events it took, in one pass over the sealed events."""
    counts = dict(Event.objects.filter(seal__isnull=False).values_list("seal_id").annotate(Count("id")))
    previous, total = chain.GENESIS, 0
    for place, seal in enumerate(Seal.objects.order_by("id"), start=1):
        total += seal.count
        if seal.pk != place or seal.previous != previous or seal.total != total:
            raise _Bad(f"seal {seal.pk}: does not follow the seal before it")
        if counts.get(seal.pk, 0) != seal.count:
            raise _Bad(f"seal {seal.pk}: covers {seal.count} events, {counts.get(seal.pk, 0)} are there")
        rows = list(Event.objects.filter(seal_id=seal.pk).order_by("id").values_list("id", "digest"))
        if chain.root(previous, rows) != seal.root:
            raise _Bad(f"seal {seal.pk}: events {rows[0][0]}–{rows[-1][0]} are not the ones that were sealed")
        previous = seal.root


def _check_checkpoints() -> None:
    """The file outside the database: each line signed by us, and the seal it names still there with the same root."""
    path = Path(settings.CHECKPOINT_FILE)
    if not path.exists():
        if Seal.objects.exists():
            raise _Bad(f"checkpoint file {path} is missing")
        return
    seals = {seal.pk: (seal.total, seal.root) for seal in Seal.objects.all()}
    newest = 0
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = _line(number, text)
        newest = max(newest, line["seal"])
        if line["seal"] and seals.get(line["seal"]) != (line["total"], line["root"]):
            raise _Bad(
                f"checkpoint line {number}: seal {line['seal']} of {line['total']} events is not in the database as it was"
            )
    if seals and newest < max(seals):
        raise _Bad(f"seal {max(seals)}: newer than the newest checkpoint (seal {newest})")


def _line(number: int, text: str) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(text)
        facts = chain.canonical({key: line[key] for key in ("seal", "total", "root")})
        mac = str(line["mac"])
    except (ValueError, KeyError, TypeError) as error:
        raise _Bad(f"checkpoint line {number}: unreadable") from error
    if not hmac.compare_digest(mac, chain.mac(chain.sha256(facts), settings.JOURNAL_KEY)):
        raise _Bad(f"checkpoint line {number}: not signed by us")
    return line
