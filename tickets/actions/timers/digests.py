"""Digests instead of storms: where one moment has more for one addressee than a person reads, one line counts them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tickets.models import Notice

#: So many lines of one kind for one addressee, fired by one batch, are told one by one.
FEW = 20
#: What of the lines the one line still says, where all say the same.
TOLD = ("clock", "card")


def gather(notices: Iterable[Notice], now: datetime, *, is_alone: bool = False) -> list[Notice]:
    """The lines to write: of a kind for an addressee that has more than FEW, one that counts them (``facts["count"]``).

    Every batch of one drain has the same ``now``: the later ones add to the line of the first, which is not looked for when there is
    but one (``is_alone``). Which tickets they were stands in the journal and in the list of what is overdue.
    """
    heaps: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        heaps[_key(notice, now)].append(notice)
    begun = set(Notice.objects.filter(key__in=heaps).values_list("key", flat=True)) if heaps and not is_alone else set()
    few: list[Notice] = []
    for key, heap in heaps.items():
        if len(heap) > FEW or key in begun:
            _count(key, heap, now)
        else:
            few += heap
    return few


def _key(notice: Notice, now: datetime) -> str:
    to = f"{notice.section_id or ''}:{notice.user_id or ''}"
    return f"digest:{notice.kind}:{notice.role}:{to}:{now:%Y%m%d%H%M%S%f}"


def _count(key: str, heap: list[Notice], now: datetime) -> None:
    """Add to the one line, under its lock; on SQLite the transaction is the only writer."""
    first, facts = heap[0], _common([notice.facts for notice in heap])
    line = Notice(
        key=key, kind=first.kind, role=first.role, section_id=first.section_id, user_id=first.user_id,
        facts={**facts, "count": 0}, created_at=now,
    )  # fmt: skip
    Notice.objects.bulk_create([line], ignore_conflicts=True)
    kept = Notice.objects.select_for_update().get(key=key)
    kept.facts = {**_common([kept.facts, facts]), "count": kept.facts["count"] + len(heap)}
    kept.save(update_fields=["facts"])


def _common(heap: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all of them say of the clock and the card."""
    return {
        name: heap[0][name]
        for name in TOLD
        if name in heap[0] and all(each.get(name) == heap[0][name] for each in heap)
    }
