"""Whether a platform may be called now: a row per platform, opened by failures in a row, asked by pull and push."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from integrations.models import Breaker

LIMIT = 3
FIRST, LONGEST = timedelta(seconds=10), timedelta(minutes=10)
PROBE = timedelta(seconds=30)


def backoff(attempt: int, first: timedelta, longest: timedelta, seed: str) -> timedelta:
    """Doubling from ``first`` (attempt 1) up to ``longest``, spread by a quarter either way; the same seed gives the same spread."""
    doublings: int = 2 ** min(max(attempt - 1, 0), 20)
    plain = min(first * doublings, longest)
    return plain * (0.75 + 0.5 * zlib.crc32(f"{seed}:{attempt}".encode()) / 2**32)


def allows(source: str, now: datetime) -> bool:
    """May the platform be called? When the pause is over one caller at a time may try (half open)."""
    row = Breaker.objects.filter(pk=source).first()
    if row is None:
        return True
    if row.is_stopped or (row.open_until is not None and row.open_until > now):
        return False
    if row.open_until is None:
        return True
    mine = Breaker.objects.filter(pk=source, is_stopped=False, open_until=row.open_until)
    return mine.update(open_until=now + PROBE) == 1


def is_open(source: str, now: datetime) -> bool:
    """Is it closed to callers, without claiming the probe?"""
    return Breaker.objects.filter(Q(is_stopped=True) | Q(open_until__gt=now), pk=source).exists()


def succeeded(source: str) -> None:
    """The platform answered: failures are forgotten. A stop stays until a person lifts it."""
    Breaker.objects.filter(Q(failures__gt=0) | Q(open_until__isnull=False), pk=source, is_stopped=False).update(
        failures=0, open_until=None, trouble=""
    )


def failed(source: str, trouble: str, now: datetime) -> bool:
    """Count a failure; True when the platform is now left alone for a while."""
    row = _row(source)
    row.filter(is_stopped=False).update(failures=F("failures") + 1, trouble=trouble[:400])
    failures = row.values_list("failures", flat=True).get()
    if failures < LIMIT:
        return is_open(source, now)
    row.update(open_until=now + backoff(failures - LIMIT + 1, FIRST, LONGEST, source))
    return True


def paused(source: str, until: datetime, trouble: str) -> None:
    """The platform asked to be left alone until a moment (429, 503)."""
    _row(source).filter(Q(open_until=None) | Q(open_until__lt=until)).update(open_until=until, trouble=trouble[:400])


def stopped(source: str, trouble: str) -> None:
    """A wrong key: no call until a person has mended it and says so."""
    _row(source).update(is_stopped=True, trouble=trouble[:400])


def resumed(source: str) -> None:
    """A person says: try again."""
    _row(source).update(is_stopped=False, failures=0, open_until=None, trouble="")


def _row(source: str) -> QuerySet[Breaker]:
    Breaker.objects.bulk_create([Breaker(source=source)], ignore_conflicts=True)
    return Breaker.objects.filter(pk=source)
