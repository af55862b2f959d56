"""Records that wait for a person: listed, shown masked or whole, replayed, logged by hand, discarded; each act is journalled on the chain
``inbox``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from tickets.models import Ticket, vault

CHAIN = "inbox"
FOR_A_PERSON = (Lot.PARKED.value, Lot.CONFLICT.value)
OFFICE = (Role.DISPATCHER, Role.SYSTEM)
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
    raw = _read("show_raw", item_id, actor, now)
    return masking.record(text_of(raw) or raw[:200].hex(" "))[:SHOWN]


def opened(*, item_id: int, actor: Actor, now: datetime) -> bytes:
    """The record as it came, with the person in it, so that the matter can be logged by hand; the reading is journalled.

    Raises UnableToSettle: one that waits for nobody needs no such look.
    """
    with transaction.atomic():
        _found(item_id, actor)
        _locked(item_id)
        return _read("open_raw", item_id, actor, now)


def text_of(raw: bytes) -> str:
    """The bytes as text; '' for a file that is none (a scan, a workbook)."""
    try:
        text = decode(raw)
    except Unmappable:
        return ""
    return "" if "\0" in text else text


def _read(action: str, item_id: int, actor: Actor, now: datetime) -> bytes:
    item = _found(item_id, actor)
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs={"item": item.pk, "digest": item.digest})
    return vault.unseal(bytes(item.raw))


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


def by_hand(*, item_id: int, actor: Actor, number: str, now: datetime) -> InboxItem:
    """The matter in the record was logged by hand as the ticket ``number``. Raises UnableToSettle."""
    _found(item_id, actor)
    ticket = number.strip()
    if not Ticket.objects.filter(number=ticket).exists():
        raise UnableToSettle("ticket", f"没有编号为“{ticket}”的工单。", f"There is no ticket “{ticket}”.")
    return _settle(item_id, Lot.BY_HAND, "by_hand", actor, now, {"ticket": ticket}, result=ticket)


def discard(*, item_id: int, actor: Actor, reason: str, now: datetime) -> InboxItem:
    """The record shall not become anything; its bytes stay. Raises UnableToSettle."""
    trouble = _found(item_id, actor).trouble_zh
    if not reason.strip():
        raise UnableToSettle("reason", "请写明作废原因。", "Say why it is discarded.")
    refs, told = {"reason": sha256(reason.strip())}, f"{trouble}（作废：{reason.strip()}）"[:400]
    return _settle(item_id, Lot.DISCARDED, "discard", actor, now, refs, trouble_zh=told)


def _settle(
    item_id: int, lot: Lot, action: str, actor: Actor, now: datetime, more: Mapping[str, str], **columns: str
) -> InboxItem:
    with transaction.atomic():
        item = _locked(item_id)
        refs = {"item": item.pk, "digest": item.digest, "lot": item.lot, **more}
        for name, value in {"lot": lot.value, "settled_by": actor.label[:60], **columns}.items():
            setattr(item, name, value)
        item.save(update_fields=["lot", "settled_by", *columns])
        ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs=refs)
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
