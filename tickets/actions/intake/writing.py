"""Openings are written: thousands as sets, a single one in one statement; row for row what the single way writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from tickets import signals
from tickets.domain.actors import Actor
from tickets.domain.messages import Incoming
from tickets.models import Attachment, OutboxRow, Ticket
from tickets.queries import offices

from .copying import Sender, copy
from .inserting import insert, insert_at_once
from .openings import Sorted, sort_out
from .preparing import Preparation

PART = 1_000
#: Two batches at once would take in each other's numbers in another order: the second waits for the first.
BATCH_INTAKE = 7_204_119


@dataclass(frozen=True, slots=True)
class Made:
    """The ids of what was written, in the order of the openings."""

    tickets: Sequence[int] = ()
    inquiries: Sequence[int] = ()


@transaction.atomic
def write(incomings: Sequence[Incoming], actor: Actor, now: datetime) -> tuple[Sorted, Made]:
    """Write what surely opens a ticket; the rest is named in ``Sorted.others``. Raises IntegrityError when another door was first."""
    if connection.vendor == "postgresql" and len(incomings) > 1:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_INTAKE])
    with offices.held():
        sorted_out = sort_out(incomings, now)
        if sorted_out.known is None or not sorted_out.openings:
            return sorted_out, Made()
        prepared = Preparation(sorted_out.openings, sorted_out.known, actor, now)
        (_send if len(incomings) > 1 else _send_one)(prepared)
    _announce(prepared)
    return sorted_out, Made(prepared.ticket_ids, prepared.inquiry_ids)


def _send_one(prepared: Preparation) -> None:
    for sheets in prepared.parts(1):
        insert_at_once([*sheets, *prepared.asked_to_help()])


def _send(prepared: Preparation) -> None:
    if connection.vendor != "postgresql":
        for sheets in (*prepared.parts(PART), prepared.asked_to_help()):
            insert(sheets)
        return
    with Sender() as sender:
        for sheets in prepared.parts(PART):
            sender.put(sheets)
    copy(prepared.asked_to_help())


def _announce(prepared: Preparation) -> None:
    """After the commit, as the single way does; one hint for each source is enough."""
    received, dispatched = prepared.ticket_ids, prepared.dispatched
    tellers, holders = sorted(prepared.tellers), sorted(prepared.holders)

    def tell() -> None:
        for action, tickets in (("receive", received), ("dispatch", dispatched)):
            for pk in tickets:
                signals.ticket_moved.send(Ticket, ticket_id=pk, action=action)
        for source in tellers:
            signals.outbox_filled.send(OutboxRow, source=source)
        for source in holders:
            signals.files_waiting.send(Attachment, source=source)

    transaction.on_commit(tell)
