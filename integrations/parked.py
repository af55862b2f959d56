"""Records that wait for a person: listed, shown masked, replayed, discarded; each act is journalled on the chain ``inbox``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from integrations import inbox, masking, registry
from integrations.models import InboxItem, Lot
from integrations.protocol import Unmappable
from integrations.reading import decode
from tickets.actions import ledger
from tickets.domain.actors import Actor
from tickets.domain.chain import sha256
from tickets.domain.words import Role
from tickets.models import vault

CHAIN = "inbox"
FOR_A_PERSON = (Lot.PARKED.value, Lot.CONFLICT.value)
OFFICE = (Role.DISPATCHER, Role.INTAKE, Role.SYSADMIN, Role.SYSTEM)
SHOWN = 20_000  # characters


class UnableToSettle(Exception):
    """An act on a raw record that its standing or the actor's role forbids."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en


def listed(source: str = "") -> QuerySet[InboxItem]:
    """What waits for a person, oldest first, without the raw bytes."""
    rows = InboxItem.objects.filter(lot__in=FOR_A_PERSON).defer("raw").order_by("pk")
    return rows.filter(source=source) if source else rows


def show(*, item_id: int, actor: Actor, now: datetime) -> str:
    """The record as text with the person covered; the reading is journalled. Raises UnableToSettle."""
    item = _found(item_id, actor)
    raw = vault.unseal(bytes(item.raw))
    ledger.record(
        chain_name=CHAIN, action="show_raw", actor=actor, now=now, refs={"item": item.pk, "digest": item.digest}
    )
    try:
        text = decode(raw)
    except Unmappable:
        text = raw[:200].hex(" ")
    return masking.record(text)[:SHOWN]


def replay(*, item_id: int, actor: Actor, clock: Callable[[], datetime]) -> InboxItem:
    """Read and take in a parked record once more (a conflicting one: all the same). Returns it as it stands then.

    Raises UnableToSettle, registry.UnknownPlatform.
    """
    adapter = registry.adapter(_found(item_id, actor).source)
    with transaction.atomic():
        item = _locked(item_id)
        refs = {"item": item.pk, "digest": item.digest, "lot": item.lot}
        item.lot, item.settled_by = Lot.WAITING.value, actor.label[:60]
        item.field = item.trouble_zh = item.trouble_en = ""
        item.attempts = 0
        item.save(update_fields=["lot", "settled_by", "field", "trouble_zh", "trouble_en", "attempts"])
        ledger.record(chain_name=CHAIN, action="replay", actor=actor, now=clock(), refs=refs)
    inbox.take_in(adapter, clock, only=item_id)
    return InboxItem.objects.get(pk=item_id)


def discard(*, item_id: int, actor: Actor, reason: str, now: datetime) -> InboxItem:
    """The record shall not become anything; its bytes stay. Raises UnableToSettle."""
    _found(item_id, actor)
    if not reason.strip():
        raise UnableToSettle("reason", "请写明作废原因。", "Say why it is discarded.")
    with transaction.atomic():
        item = _locked(item_id)
        refs = {"item": item.pk, "digest": item.digest, "lot": item.lot, "reason": sha256(reason.strip())}
        item.lot, item.settled_by = Lot.DISCARDED.value, actor.label[:60]
        item.trouble_zh = f"{item.trouble_zh}（作废：{reason.strip()}）"[:400]
        item.save(update_fields=["lot", "settled_by", "trouble_zh"])
        ledger.record(chain_name=CHAIN, action="discard", actor=actor, now=now, refs=refs)
    return item


def _found(item_id: int, actor: Actor) -> InboxItem:
    if not actor.has(*OFFICE):
        raise UnableToSettle("role", "须由办公室处理。", "This is for the office.")
    item = InboxItem.objects.filter(pk=item_id).first()
    if item is None:
        raise UnableToSettle("unknown", f"没有第{item_id}号记录。", f"There is no record {item_id}.")
    return item


def _locked(item_id: int) -> InboxItem:
    item = InboxItem.objects.select_for_update().get(pk=item_id)
    if item.lot not in FOR_A_PERSON:
        lot = Lot(item.lot)
        raise UnableToSettle(
            "lot",
            f"第{item_id}号记录现为“{lot.zh}”，不需要处理。",
            f"Record {item_id} is “{lot.en}”: there is nothing to settle.",
        )
    return item
