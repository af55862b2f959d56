"""平台运行: how each platform stands (last pull, breaker, what waits to leave, what waits for a person), and lifting a stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from integrations import breaker, masking
from integrations.models import Breaker, Cursor, InboxItem, Lot
from integrations.parked import FOR_A_PERSON
from tickets.actions import delivery, ledger
from tickets.domain.actors import Actor
from tickets.domain.words import Labelled, Role
from tickets.models import OutboxRow, Post, Source

CHAIN = "platforms"
#: Without a pull for so long something is wrong, though nothing failed.
LATE = timedelta(minutes=30)
LIFTERS = (Role.DISPATCHER, Role.SYSADMIN)
TO_LEAVE = (Post.PENDING.value, Post.SENDING.value)


class Health(Labelled):
    """How a platform stands."""

    WELL = "well", "正常", "Well"
    LATE = "late", "长时间未拉取", "No pull for long"
    PAUSED = "paused", "暂停访问", "Left alone for a while"
    STOPPED = "stopped", "已停止访问，待人工处理", "Stopped, waits for a person"
    OFF = "off", "未启用", "Not connected"


class UnableToLift(Exception):
    """The stop cannot be lifted by this actor: ``code``, both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True, slots=True)
class Standing:
    """One platform. ``trouble`` is covered; counts of what is ``parked``, ``unread``, ``to_leave`` (with the ``oldest``), ``dead``."""

    code: str
    zh: str
    en: str
    health: Health
    pulled_at: datetime | None
    trouble: str
    failures: int
    open_until: datetime | None
    parked: int
    unread: int
    to_leave: int
    oldest: datetime | None
    dead: int


def standings(now: datetime) -> list[Standing]:
    """Every platform, those that need a person first; five statements whatever waits."""
    cursors, breakers = Cursor.objects.in_bulk(), Breaker.objects.in_bulk()
    incoming = _by_source(
        InboxItem.objects.filter(lot__in=[*FOR_A_PERSON, Lot.WAITING.value]),
        parked=Count("id", filter=Q(lot__in=FOR_A_PERSON)),
        unread=Count("id", filter=Q(lot=Lot.WAITING.value)),
    )
    outgoing = _by_source(
        OutboxRow.objects.filter(post__in=[*TO_LEAVE, *delivery.FOR_A_PERSON]),
        to_leave=Count("id", filter=Q(post__in=TO_LEAVE)),
        oldest=Min("created_at", filter=Q(post__in=TO_LEAVE)),
        dead=Count("id", filter=Q(post__in=delivery.FOR_A_PERSON)),
    )
    found = [
        _standing(source, cursors.get(source.pk), breakers.get(source.pk), incoming.get(source.pk, {}), outgoing.get(source.pk, {}), now)
        for source in Source.objects.filter(is_platform=True).order_by("code")
    ]  # fmt: skip
    return sorted(found, key=lambda each: ORDER.index(each.health))


ORDER = (Health.STOPPED, Health.PAUSED, Health.LATE, Health.WELL, Health.OFF)


def _by_source(rows: QuerySet[Any, Any], **wanted: Any) -> dict[str, dict[str, Any]]:
    """The aggregates of the rows for each source."""
    return {row["source"]: row for row in rows.order_by().values("source").annotate(**wanted)}


def _standing(
    source: Source,
    cursor: Cursor | None,
    row: Breaker | None,
    incoming: Mapping[str, Any],
    outgoing: Mapping[str, Any],
    now: datetime,
) -> Standing:
    trouble = (row.trouble if row else "") or (cursor.trouble if cursor else "")
    return Standing(
        source.pk, source.name_zh, source.name_en, _health(source, cursor, row, now), cursor.pulled_at if cursor else None,
        masking.record(trouble), row.failures if row else 0, row.open_until if row else None,
        incoming.get("parked", 0), incoming.get("unread", 0), outgoing.get("to_leave", 0), outgoing.get("oldest"), outgoing.get("dead", 0),
    )  # fmt: skip


def _health(source: Source, cursor: Cursor | None, row: Breaker | None, now: datetime) -> Health:
    if not source.is_active:
        return Health.OFF
    if row is not None and row.is_stopped:
        return Health.STOPPED
    if row is not None and row.open_until is not None and row.open_until > now:
        return Health.PAUSED
    if cursor is None or cursor.pulled_at is None or now - cursor.pulled_at > LATE:
        return Health.LATE
    return Health.WELL


@transaction.atomic
def lift(*, source: str, actor: Actor, now: datetime) -> None:
    """A person says: try again. Journalled on the chain ``platforms``. Raises UnableToLift."""
    if not actor.has(*LIFTERS):
        raise UnableToLift(
            "role", "须由派单员或系统管理员恢复。", "This is for the dispatcher or the system administrator."
        )
    if not Source.objects.filter(pk=source, is_platform=True).exists():
        raise UnableToLift("unknown", "没有这个平台。", "There is no such platform.")
    breaker.resumed(source)
    ledger.record(chain_name=CHAIN, action="breaker_lifted", actor=actor, now=now, refs={"source": source})
