"""The sweep: everything that has fallen due, drained in one go, in batches that survive a crash, a rival and a poison row."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import InterfaceError, OperationalError, transaction

from tickets.domain.words import Role
from tickets.models import Timer

from .. import notices
from .firing import fire

log = logging.getLogger(__name__)
SET_ASIDE = timedelta(hours=1)
Candidate = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Swept:
    """``fired``: clocks that had something to do; ``set_aside``: clocks put off because they raise; ``remaining``: the time ran
    out, or somebody else holds a ticket."""

    fired: int = 0
    set_aside: int = 0
    remaining: bool = False


def sweep(now: datetime, limit: int = 500, seconds: float | None = None) -> Swept:
    """Fire what is due at ``now``, ``limit`` clocks a transaction, until nothing is left or ``seconds`` are over.

    With nothing due it is one look-up in the partial index. Candidates of tickets that are held by somebody else are passed
    over and left for the next sweep.
    """
    until = None if seconds is None else monotonic() + seconds
    fired = aside = 0
    is_held = False
    after: tuple[datetime, int] | None = None
    while True:
        rows = _due(now, limit, after)
        if not rows:
            return Swept(fired, aside, is_held)
        is_alone = after is None and len(rows) < limit
        done, put_off = _fire_or_split([(pk, ticket) for pk, ticket, _ in rows], now, is_alone=is_alone)
        fired, aside = fired + done, aside + put_off
        is_held = is_held or done + put_off < len(rows)
        if len(rows) < limit:
            return Swept(fired, aside, is_held)
        after = (rows[-1][2], rows[-1][0])
        if until is not None and monotonic() >= until:
            return Swept(fired, aside, is_held or next_moment_is_due(now))


def _due(now: datetime, limit: int, after: tuple[datetime, int] | None) -> list[tuple[int, int, datetime]]:
    """The next candidates in the order of the index. ``now`` is a parameter: ``clock_timestamp()`` could not use it."""
    rows = Timer.objects.filter(next_at__isnull=False, next_at__lte=now).order_by("next_at", "id")
    if after is not None:
        rows = rows.filter(next_at__gte=after[0]).exclude(next_at=after[0], id__lte=after[1])
    return [(pk, ticket, at) for pk, ticket, at in rows.values_list("id", "ticket_id", "next_at")[:limit] if at]


def _fire_or_split(candidates: Sequence[Candidate], now: datetime, *, is_alone: bool = False) -> tuple[int, int]:
    """(fired, set aside). A batch that fails is halved until the poison row stands alone; a lost database is no poison."""
    try:
        return fire(candidates, now, is_alone=is_alone), 0
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 (whatever a row raises, the others must not wait for it)
        if len(candidates) == 1:
            _set_aside(candidates[0], now, error)
            return 0, 1
    middle = len(candidates) // 2
    first, second = _fire_or_split(candidates[:middle], now), _fire_or_split(candidates[middle:], now)
    return first[0] + second[0], first[1] + second[1]


@transaction.atomic
def _set_aside(candidate: Candidate, now: datetime, error: Exception) -> None:
    timer, ticket = candidate
    log.error("clock %s of ticket %s cannot fire and is put off by an hour", timer, ticket, exc_info=error)
    Timer.objects.filter(pk=timer, next_at__lte=now).update(next_at=now + SET_ASIDE)
    notices.tell(
        key=f"clock:{timer}:trouble:{now:%Y%m%d%H}", kind="clock_trouble", role=Role.DISPATCHER, now=now,
        facts={"timer": timer, "ticket": ticket, "trouble": f"{type(error).__name__}: {error}"[:200]},
    )  # fmt: skip


def next_moment() -> datetime | None:
    """When the next clock has something to do; None when nothing is to come. One look-up in the partial index."""
    return (
        Timer.objects.filter(next_at__isnull=False).order_by("next_at", "id").values_list("next_at", flat=True).first()
    )


def next_moment_is_due(now: datetime) -> bool:
    """Whether something is left to fire at ``now``."""
    moment = next_moment()
    return moment is not None and moment <= now
