"""Does the newest part of a long journal prove itself? The newest seals and what is not sealed yet, in a bounded time."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.models import Event, Seal

from . import journal, seals
from .seals import BadRow

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Newest:
    """``seals`` and ``events`` were looked at; ``bad``: the first bad row in words, '' when all holds, ``bad_zh`` in Chinese."""

    seals: int
    events: int
    bad: str = ""
    bad_zh: str = ""


def verify(most: int = MOST) -> Newest:
    """The newest seals with about ``most`` events between them (at least one seal), and the newest ``most`` without a seal. What
    is older, the rows of the tickets and the checkpoint file are not looked at."""
    chosen = _chosen(most)
    looked = 0
    try:
        for seal in reversed(chosen):
            looked += _check_seal(seal)
        for event in Event.objects.filter(seal__isnull=True).order_by("-id")[:most]:
            journal.check_link(event, event.previous, event.seq)
            looked += 1
    except BadRow as bad:
        return Newest(len(chosen), looked, str(bad), bad.zh)
    except (ValueError, TypeError) as error:
        return Newest(len(chosen), looked, str(seals.unreadable(error)), seals.unreadable(error).zh)
    return Newest(len(chosen), looked)


def _chosen(most: int) -> list[Seal]:
    """The newest first."""
    chosen: list[Seal] = []
    for seal in Seal.objects.order_by("-id")[:most]:
        if chosen and sum(each.count for each in chosen) + seal.count > most:
            break
        chosen.append(seal)
    return chosen


def _check_seal(seal: Seal) -> int:
    rows: list[tuple[int, str]] = []
    for event in Event.objects.filter(seal=seal).order_by("id"):
        journal.check_link(event, event.previous, event.seq)
        rows.append((event.pk, event.digest))
    seals.check_cover(seal, rows)
    return len(rows)
