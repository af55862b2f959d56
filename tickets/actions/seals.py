"""Seals close batches of the journal, and a signed copy of the newest stands outside the database (the checkpoint file)."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tickets.domain import chain
from tickets.models import Event, Seal

BATCH = 20_000
SEALER = 7_204_118


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
    """Append the newest seal, signed with the journal key, to the checkpoint file; nothing is written when it stands there already."""
    line = {
        "seal": newest.pk if newest else 0,
        "total": newest.total if newest else 0,
        "root": newest.root if newest else chain.GENESIS,
    }
    path = Path(settings.CHECKPOINT_FILE)
    if _last(path).get("seal") == line["seal"]:
        return line
    signed = {**line, "at": now.isoformat(), "mac": signature(line)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(signed, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return signed


def signature(line: dict[str, Any]) -> str:
    """HMAC of a checkpoint's facts under the journal key."""
    facts = {key: line[key] for key in ("seal", "total", "root")}
    return chain.mac(chain.sha256(chain.canonical(facts)), settings.JOURNAL_KEY)


def _last(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(json.loads(lines[-1])) if lines else {}
