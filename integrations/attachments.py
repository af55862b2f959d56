"""The bytes of the sources' files, fetched after their matter was taken in: later when not ready, refused with the reason when unfit."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from integrations import breaker, lease, masking, registry
from integrations.models import Lease
from integrations.protocol import Adapter, AdapterError
from tickets import clock as house_clock
from tickets.actions import files
from tickets.domain.actors import platform
from tickets.models import Attachment, FileState

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
AGAIN = timedelta(seconds=60)  # between two looks for files that were not ready
PATIENCE = timedelta(days=7)
LONGEST = timedelta(seconds=60)
BATCH = 200


def waiting(source: str) -> list[Attachment]:
    """Files of a platform whose bytes are still to be fetched, those never tried first."""
    rows = Attachment.objects.filter(state=FileState.WAITING.value, inquiry__source_id=source)
    rows = rows.select_related("inquiry").order_by("pk")
    return [*rows.filter(trouble="")[:BATCH], *rows.exclude(trouble="")[:BATCH]]


def fetch_files(source: str, *, clock: Clock = house_clock.now, longest: timedelta = LONGEST) -> Counter[str]:
    """Fetch what waits. Returns how many were stored, refused or put off (``later``). Raises registry.UnknownPlatform."""
    adapter, done = registry.adapter(source), Counter[str]()
    with lease.held(Lease.objects, f"files:{source}", clock=clock) as grip:
        if grip is None:
            return done
        again = lease.take(Lease.objects, f"files-again:{source}", clock=clock, span=AGAIN)
        end = clock() + longest
        for file in waiting(source):
            if clock() >= end or not grip.keep() or breaker.is_open(source, clock()):
                break
            if file.trouble and again is None:
                break
            done[_fetch(adapter, file, clock)] += 1
    return done


def _fetch(adapter: Adapter, file: Attachment, clock: Clock) -> str:
    try:
        content = _download(adapter, file)
        files.fetched(attachment=file, content=content, actor=platform(adapter.code), now=clock())
    except files.UnableToStore as error:
        return _refuse(file, error.zh, clock())
    except AdapterError as error:
        return _put_off(adapter.code, file, error, clock())
    except Exception as error:  # noqa: BLE001 - one poisoned file never stops the rest
        told = masking.trouble(error)
        log.error("attachment %s refused: %s", file.pk, told)
        return _refuse(file, told, clock())
    return "stored"


def _download(adapter: Adapter, file: Attachment) -> bytes:
    """The bytes; where a link has run out, by a fresh one from the ticket as the platform holds it now."""
    try:
        return adapter.download(file.source_ref, file.source_url)
    except AdapterError as error:
        fresh = _fresh_link(adapter, file) if error.code == "link_expired" else ""
        if not fresh or fresh == file.source_url:
            raise
    Attachment.objects.filter(pk=file.pk).update(source_url=fresh[:500])
    return adapter.download(file.source_ref, fresh)


def _fresh_link(adapter: Adapter, file: Attachment) -> str:
    number = file.inquiry.number if file.inquiry else ""
    for item in adapter.fetch_one(number):
        for incoming in adapter.read(item):
            for ref in incoming.matter.files if incoming.matter else ():
                if ref.ref == file.source_ref and ref.url:
                    return ref.url
    return ""


def _put_off(source: str, file: Attachment, error: AdapterError, now: datetime) -> str:
    if error.stop:
        breaker.stopped(source, str(error))
    elif error.permanent or now - file.added_at > PATIENCE:
        return _refuse(file, str(error), now)
    elif error.retry_after is None:
        breaker.failed(source, f"{error.code} {error}", now)
    Attachment.objects.filter(pk=file.pk).update(trouble=str(error)[:200] or "later")
    return "later"


def _refuse(file: Attachment, trouble: str, now: datetime) -> str:
    files.refused(attachment=file, trouble=trouble, now=now)
    return "refused"
