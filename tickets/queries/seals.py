"""The journal's seals against its events, and the checkpoint file outside the database against the seals."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from tickets.domain import chain
from tickets.models import Event, Seal

CHUNK = 2000
SEALER_WRITES = 2.0  # seconds a sealer may take between its commit and its line in the checkpoint file


class BadRow(Exception):
    """The first row that does not prove itself, in words."""


def check_seals() -> int:
    """Each seal's root over exactly the events it took, in one pass over both; the newest seal's number, 0 without any."""
    previous, total, newest = chain.GENESIS, 0, 0
    batches = _sealed()
    number, rows = next(batches, (0, []))
    for seal in Seal.objects.order_by("id").iterator(CHUNK):
        newest, total = newest + 1, total + seal.count
        if (seal.pk, seal.previous, seal.total) != (newest, previous, total):
            raise BadRow(f"seal {seal.pk}: does not follow the seal before it")
        there = rows if number == seal.pk else []
        if len(there) != seal.count:
            raise BadRow(f"seal {seal.pk}: covers {seal.count} events, {len(there)} are there")
        if chain.root(previous, there) != seal.root:
            raise BadRow(f"seal {seal.pk}: events {there[0][0]}–{there[-1][0]} are not the ones that were sealed")
        previous = seal.root
        number, rows = next(batches, (0, []))
    if rows:
        raise BadRow(f"event {rows[0][0]}: names seal {number}, which is not there")
    return newest


def _sealed() -> Iterator[tuple[int | None, list[tuple[int, str]]]]:
    """(seal, its events) in order."""
    rows = Event.objects.filter(seal__isnull=False).order_by("seal_id", "id").values_list("seal_id", "id", "digest")
    for number, members in groupby(rows.iterator(CHUNK), key=lambda row: row[0]):
        yield number, [(pk, digest) for _, pk, digest in members]


def check_checkpoints(path: Path, size: int, newest: int) -> None:
    """The file outside the database: each line signed by us, and the seal it names still there with the same root. Lines
    after the first ``size`` bytes were written while we looked and may name seals we do not see."""
    deadline = time.monotonic() + SEALER_WRITES
    while (covered := _covered(path, size, newest)) < newest:
        if time.monotonic() > deadline:
            missing = "" if path.exists() else f"; the checkpoint file {path} is missing"
            raise BadRow(f"seal {newest}: newer than the newest checkpoint (seal {covered}){missing}")
        time.sleep(0.2)


def _covered(path: Path, size: int, newest: int) -> int:
    """The newest seal a line names; every line is checked."""
    covered = number = offset = 0
    if not path.exists():
        return 0
    with path.open("rb") as file:
        while texts := file.readlines(CHUNK * 200):
            lines = {}
            for text in texts:
                number, offset = number + 1, offset + len(text)
                line = _line(number, text)
                if offset <= size or line["seal"] <= newest:
                    lines[number] = line
                covered = max(covered, line["seal"])
            _compare(lines)
    return covered


def _compare(lines: dict[int, dict[str, Any]]) -> None:
    wanted = Seal.objects.filter(pk__in={line["seal"] for line in lines.values()})
    seals = {pk: (total, root) for pk, total, root in wanted.values_list("pk", "total", "root")}
    for number, line in lines.items():
        if line["seal"] and seals.get(line["seal"]) != (line["total"], line["root"]):
            raise BadRow(
                f"checkpoint line {number}: seal {line['seal']} of {line['total']} events is not in the database as it was"
            )


def _line(number: int, text: bytes) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(text)
        facts = chain.canonical({key: line[key] for key in ("seal", "total", "root")})
        mac = str(line["mac"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadRow(f"checkpoint line {number}: unreadable") from error
    if not hmac.compare_digest(mac.encode(), chain.mac(chain.sha256(facts), settings.JOURNAL_KEY).encode()):
        raise BadRow(f"checkpoint line {number}: not signed by us")
    return line
