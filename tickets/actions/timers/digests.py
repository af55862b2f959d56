"""Digests instead of storms: where one moment has more for one addressee than a person reads, one line counts them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from tickets.models import Notice

#: So many lines of one kind for one addressee, fired by one batch, are told one by one.
FEW = 20


def gather(notices: Iterable[Notice], now: datetime) -> list[Notice]:
    """The lines to write: of a kind for an addressee that has more than FEW, one that counts them (``facts["count"]``).

    Every batch of one drain has the same ``now``: the later ones add to the line of the first. Which tickets they were
    stands in the journal and in the list of what is overdue.
    """
    heaps: dict[tuple[str, str, int | None, int | None], list[Notice]] = defaultdict(list)
    for notice in notices:
        heaps[notice.kind, notice.role, notice.section_id, notice.user_id].append(notice)
    return [line for heap in heaps.values() for line in _lines(heap, now)]


def _lines(heap: list[Notice], now: datetime) -> list[Notice]:
    key = _key(heap[0], now)
    if len(heap) <= FEW and not Notice.objects.filter(key=key).exists():
        return heap
    first = heap[0]
    digest = Notice(
        key=key, kind=first.kind, role=first.role, section_id=first.section_id, user_id=first.user_id,
        facts={"count": 0, "clock": first.facts["clock"] if _is_one_clock(heap) else ""}, created_at=now,
    )  # fmt: skip
    Notice.objects.bulk_create([digest], ignore_conflicts=True)
    _add(key, len(heap), is_one_clock=_is_one_clock(heap))
    return []


def _key(notice: Notice, now: datetime) -> str:
    to = f"{notice.section_id or ''}:{notice.user_id or ''}"
    return f"digest:{notice.kind}:{notice.role}:{to}:{now:%Y%m%d%H%M%S%f}"


def _is_one_clock(heap: list[Notice]) -> bool:
    return len({notice.facts["clock"] for notice in heap}) == 1


def _add(key: str, more: int, *, is_one_clock: bool) -> None:
    """Under the row's lock; on SQLite the transaction is the only writer."""
    rows = Notice.objects.filter(key=key)
    row = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    row.facts = {**row.facts, "count": row.facts["count"] + more, "clock": row.facts["clock"] if is_one_clock else ""}
    row.save(update_fields=["facts"])
