"""What a source told us and our table refused is settled by a person: with a reason, in the journal of its ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.chain import sha256
from tickets.domain.words import Role
from tickets.models import Exchange

from . import ledger

CHAIN = "exchange"


class UnableToSettleExchange(Exception):
    """``code``, the ``field`` it belongs to, and both languages."""

    def __init__(self, code: str, zh: str, en: str, field: str = "") -> None:
        super().__init__(zh)
        self.code, self.field, self.zh, self.en = code, field, zh, en


@transaction.atomic
def settle(*, exchange_id: int, actor: Actor, now: datetime, reason: str) -> Exchange:
    """The office has dealt with it; the row stays with who, when and why. Raises UnableToSettleExchange."""
    if not actor.has(Role.DISPATCHER):
        raise UnableToSettleExchange("role", "须由办公室派单员处理。", "This is for the office's dispatcher.")
    if not reason.strip():
        raise UnableToSettleExchange("reason", "请写明如何处理的。", "Say how it was dealt with.", "reason")
    found = Exchange.objects.select_related("inquiry").filter(pk=exchange_id).first()
    if found is None:
        raise UnableToSettleExchange("unknown", "没有这条来源消息。", "There is no such message of a source.")
    ticket = ledger.lock(found.inquiry.ticket_id) if found.inquiry else None
    row = Exchange.objects.select_for_update().get(pk=exchange_id)
    if row.is_applied or row.settled_at is not None:
        raise UnableToSettleExchange("settled", "这条来源消息已处理。", "This message was dealt with already.")
    row.settled_at, row.settled_by, row.settled_reason = now, actor.label[:60], reason.strip()[:300]
    row.save(update_fields=["settled_at", "settled_by", "settled_reason"])
    refs = {"exchange": row.pk, "happening": row.happening, "reason": sha256(row.settled_reason)}
    if ticket is None:
        ledger.record(chain_name=CHAIN, action="exchange_settled", actor=actor, now=now, refs=refs)
    else:
        ledger.note(ticket=ticket, action="exchange_settled", actor=actor, now=now, refs=refs)
    return row
