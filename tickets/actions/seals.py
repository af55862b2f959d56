"""Seals close batches of the journal, and a signed copy of the newest stands outside the database (the checkpoint file)."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from tickets.domain import chain
from tickets.models import Event, Seal

BATCH = 20_000
SEALER = 7_204_118
LINE = 4096  # bytes; no line of the checkpoint file is longer


def seal(*, now: datetime) -> Seal | None:
    """Seal every event that is not sealed yet and write the checkpoint. Returns the newest seal; None when there is no event at all.

    Safe to run twice at once: on PostgreSQL an advisory lock, on SQLite its one writer, keeps sealers apart.
    """
    newest = Seal.objects.order_by("-id").first()
    while True:
        made = _seal_batch(now)
        if made is None:
            break
        newest = made
    write_checkpoint(newest, now)
    return newest


@transaction.atomic
def _seal_batch(now: datetime) -> Seal | None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER])
    rows = list(Event.objects.filter(seal__isnull=True).order_by("id").values_list("id", "digest")[:BATCH])
    if not rows:
        return None
    last = Seal.objects.order_by("-id").first()
    previous = last.root if last else chain.GENESIS
    made = Seal.objects.create(
        id=(last.pk if last else 0) + 1,
        count=len(rows),
        total=(last.total if last else 0) + len(rows),
        previous=previous,
        root=chain.root(previous, rows),
        sealed_at=now,
    )
    Event.objects.filter(id__in=[number for number, _ in rows]).update(seal=made)
    return made


def write_checkpoint(newest: Seal | None, now: datetime) -> dict[str, Any]:
    """Append the newest seal, signed with the journal key, to the checkpoint file; nothing is written when it, or a newer one, stands
    there already. What a power failure left of a line is cut off first."""
    line: dict[str, Any] = {
        "seal": newest.pk if newest else 0,
        "total": newest.total if newest else 0,
        "root": newest.root if newest else chain.GENESIS,
    }
    signed = {**line, "at": now.isoformat(), "mac": signature(line)}
    path = Path(settings.CHECKPOINT_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if _last(file) >= line["seal"]:
            return line
        file.write(json.dumps(signed, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return signed


def signature(line: dict[str, Any]) -> str:
    """HMAC of a checkpoint's facts under the journal key."""
    facts = {key: line[key] for key in ("seal", "total", "root")}
    return chain.mac(chain.sha256(chain.canonical(facts)), settings.JOURNAL_KEY)


def _last(file: IO[bytes]) -> int:
    """The seal the last whole line names; -1 when there is none. Reads only the end: the file grows by a line a minute, for years."""
    start = max(0, file.seek(0, os.SEEK_END) - 2 * LINE)
    file.seek(start)
    whole, newline, torn = file.read().rpartition(b"\n")
    if torn:
        file.truncate(start + len(whole) + len(newline))
    try:
        return int(json.loads(whole.rpartition(b"\n")[2])["seal"]) if whole else -1
    except (ValueError, KeyError, TypeError):  # not ours: verify names it, the next line stands behind it
        return -1
