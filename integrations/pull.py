"""Pulling: page after page is stored raw with its cursor, then taken in; two pulls of one platform never run together."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from integrations import breaker, inbox, lease, masking, registry
from integrations.models import Cursor, Lease
from integrations.protocol import Adapter, AdapterError, Page
from tickets import clock as house_clock

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
LONGEST = timedelta(seconds=120)


@dataclass
class Pulled:
    """What one run did. ``busy``: another run is at it; ``more``: the platform has more, run again; ``trouble``: why it ended early."""

    source: str
    busy: bool = False
    more: bool = False
    pages: int = 0
    new: int = 0
    again: int = 0
    trouble: str = ""
    lots: Counter[str] = field(default_factory=Counter)


def pull(source: str, *, clock: Clock = house_clock.now, longest: timedelta = LONGEST) -> Pulled:
    """Fetch, store and take in what a platform has, for at most about ``longest``. Raises registry.UnknownPlatform."""
    adapter = registry.adapter(source)
    done = Pulled(source)
    with lease.held(Lease.objects, f"pull:{source}", clock=clock) as grip:
        if grip is None:
            done.busy = True
            return done
        done.lots += inbox.take_in(adapter, clock, keep=grip.keep)  # what an earlier run had stored but not read
        end = clock() + longest
        while grip.keep() and _one_page(adapter, done, clock):
            done.lots += inbox.take_in(adapter, clock, keep=grip.keep)
            if not done.more or clock() >= end:
                break
    return done


def _one_page(adapter: Adapter, done: Pulled, clock: Clock) -> bool:
    """Fetch and store one page; False when there is none to be had now."""
    done.more = False
    if not breaker.allows(adapter.code, clock()):
        done.trouble = done.trouble or "平台暂停访问 / the platform is being left alone"
        return False
    cursor = Cursor.objects.filter(pk=adapter.code).values_list("cursor", flat=True).first() or ""
    try:
        page = adapter.fetch(cursor)
    except AdapterError as error:
        _note_failure(adapter.code, error, clock())
        done.trouble = str(error)
        return False
    except Exception as error:  # noqa: BLE001 - a poisoned page must not kill the run
        done.trouble = masking.trouble(error)
        log.error("pull %s: %s", adapter.code, done.trouble)
        breaker.failed(adapter.code, done.trouble, clock())
        _remember_trouble(adapter.code, done.trouble, clock())
        return False
    _keep(adapter.code, page, done, clock())
    breaker.succeeded(adapter.code)
    done.more = page.more and (page.cursor != cursor or (bool(page.items) and done.new > 0))
    return True


def _keep(source: str, page: Page, done: Pulled, now: datetime) -> None:
    """The page and its cursor in one transaction: after a crash the same page is asked for again."""
    with transaction.atomic():
        stored = inbox.store(source, page.items, now)
        values = {"cursor": page.cursor, "pulled_at": now, "trouble": "; ".join(page.notes)[:400]}
        Cursor.objects.update_or_create(source=source, defaults=values)
    done.pages, done.new, done.again = done.pages + 1, done.new + stored.new, done.again + stored.again


def _note_failure(source: str, error: AdapterError, now: datetime) -> None:
    told = f"{error.code} {error}".strip()
    if error.stop:
        breaker.stopped(source, told)
    elif error.retry_after is not None:
        breaker.paused(source, now + timedelta(seconds=error.retry_after), told)
    else:
        breaker.failed(source, told, now)
    _remember_trouble(source, told, now)


def _remember_trouble(source: str, told: str, now: datetime) -> None:
    Cursor.objects.get_or_create(source=source)
    Cursor.objects.filter(pk=source).update(trouble=told[:400])
