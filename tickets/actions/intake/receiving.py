"""An Incoming becomes a new ticket, joins one on certainty, amends what the source said before, or asks an act of its ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from tickets.domain.actors import Actor
from tickets.domain.messages import Happening, Incoming
from tickets.domain.states import UnableToMove
from tickets.models import Exchange, Inquiry

from .. import ledger
from . import events, matters, writing
from .checks import UnableToReceiveError, check

__all__ = ["Received", "UnableToReceiveError", "UnknownInquiryError", "receive"]

#: How the facts of a matter are called that our people may correct.
CORRECTED: Mapping[str, tuple[str, str]] = {
    "title": ("标题", "title"), "content": ("诉求内容", "content"), "type": ("诉求类型", "type"), "category": ("内容分类", "category"),
    "urgency": ("紧急程度", "urgency"), "area_code": ("区域", "area"), "place": ("地点", "place"),
}  # fmt: skip
OPENING = (Happening.DISPATCHED, Happening.UPDATED)


class UnknownInquiryError(Exception):
    """An event speaks of a (source, number, round) that is not here yet: fetch it first, then try again."""

    def __init__(self, source: str, number: str, round_: int) -> None:
        super().__init__(f"{source} {number}#{round_}")
        self.source, self.number, self.round = source, number, round_


@dataclass(frozen=True, slots=True)
class Received:
    """``result``: ticket (new), joined, updated, event, calm (seen before), old (a newer one stands), refused (``trouble`` says why)."""

    ticket_id: int | None
    inquiry_id: int | None
    result: str
    trouble: str = ""


def receive(*, incoming: Incoming, actor: Actor, now: datetime) -> Received:
    """Take in one thing a source tells us, in one transaction; safe to repeat.

    Raises UnableToReceiveError (field and remedy) and UnknownInquiryError; nothing is written then.
    """
    check(incoming)
    try:
        return _open(incoming, actor, now) or receive_alone(incoming=incoming, actor=actor, now=now)
    except IntegrityError:
        # Two doors took in the same item at once: the second finds the first one's rows.
        return receive_alone(incoming=incoming, actor=actor, now=now)


def _open(incoming: Incoming, actor: Actor, now: datetime) -> Received | None:
    """A new number of an ordinary matter, in a handful of statements; None: it may join, amend, act, or is more than ordinary."""
    if incoming.matter is None or incoming.happening not in OPENING:
        return None
    sorted_out, made = writing.write([incoming], actor, now)
    if sorted_out.seen:
        return Received(None, None, "calm")
    return Received(made.tickets[0], made.inquiries[0], "ticket") if made.tickets else None


@transaction.atomic
def receive_alone(*, incoming: Incoming, actor: Actor, now: datetime) -> Received:
    """``receive`` by the actions one by one: what everything else is compared with."""
    if _seen(incoming):
        return Received(None, None, "calm")
    inquiry = _find(incoming)
    if inquiry is not None and incoming.happening in OPENING:
        result, kept = matters.update(inquiry=inquiry, incoming=incoming, actor=actor, now=now)
        _remember(inquiry, incoming, now, trouble=_differs(kept))
        return Received(inquiry.ticket_id, inquiry.pk, result)
    result = "event"
    if inquiry is None:
        if incoming.matter is None:
            raise UnknownInquiryError(incoming.source, incoming.number, incoming.round)
        inquiry, result = matters.open_inquiry(incoming=incoming, actor=actor, now=now)
        if incoming.happening in OPENING:
            _remember(inquiry, incoming, now)
            return Received(inquiry.ticket_id, inquiry.pk, result)
    elif incoming.matter is not None:
        matters.update(inquiry=inquiry, incoming=incoming, actor=actor, now=now)
    return _apply(inquiry, incoming, actor, now, result)


def _seen(incoming: Incoming) -> bool:
    return (
        bool(incoming.event_id)
        and Exchange.objects.filter(source_id=incoming.source, event_id=incoming.event_id).exists()
    )


def _find(incoming: Incoming) -> Inquiry | None:
    """The inquiry, with its ticket (and the parent of a merged one) locked first, ascending: the lock order of the house."""
    wanted = Inquiry.objects.filter(source_id=incoming.source, number=incoming.number, round=incoming.round)
    tickets = wanted.values_list("ticket_id", "ticket__parent_id").first()
    if tickets is None:
        return None
    for ticket_id in sorted(each for each in tickets if each is not None):
        ledger.lock(ticket_id)
    return wanted.select_related("source", "ticket").get()


def _apply(inquiry: Inquiry, incoming: Incoming, actor: Actor, now: datetime, result: str) -> Received:
    """Let the event ask its act; what the table refuses is kept and shown to the office, the platform's state is never forced on ours."""
    events.settle_receipts(inquiry=inquiry, incoming=incoming, now=now)
    try:
        with transaction.atomic():
            applied = events.apply(inquiry=inquiry, incoming=incoming, actor=actor, now=now)
    except UnableToMove as error:
        _remember(inquiry, incoming, now, trouble=error.facts.get("plain", (error.zh, error.en)))
        return Received(inquiry.ticket_id, inquiry.pk, "refused", error.zh)
    _remember(inquiry, incoming, now, is_old=not applied)
    return Received(inquiry.ticket_id, inquiry.pk, result if applied else "old")


def _differs(names: Sequence[str]) -> tuple[str, str] | None:
    """What the source said otherwise than we had corrected it: kept as ours, for the office to look at."""
    if not names:
        return None
    zh, en = "、".join(CORRECTED[name][0] for name in names), ", ".join(CORRECTED[name][1] for name in names)
    return f"来源信息与本单位更正不同：{zh}", f"The source differs from our correction: {en}"


def _remember(
    inquiry: Inquiry, incoming: Incoming, now: datetime, trouble: tuple[str, str] | None = None, is_old: bool = False
) -> None:
    if not incoming.event_id:
        return
    Exchange.objects.create(
        source_id=incoming.source,
        event_id=incoming.event_id,
        inquiry=inquiry,
        happening=incoming.happening.value,
        version=incoming.version,
        occurred_at=incoming.occurred_at,
        received_at=now,
        detail=incoming.detail,
        is_applied=trouble is None and not is_old,
        trouble=trouble[0][:300] if trouble else "",
        trouble_en=trouble[1][:300] if trouble else "",
        settled_at=now if is_old else None,
    )
