"""Keyset pages: the next page begins after the last row, so that every page costs the same at any depth."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from tickets.domain.moments import FIRST_YEAR, LAST_YEAR

from .together import Columns

MOST = 200
COUNTED = 1_001
LONGEST = 200


class BadCursor(ValueError):
    """A page mark that is none of ours."""


@dataclass(frozen=True, slots=True)
class Page:
    """Plain rows, and the mark of the next page ('' when there is none)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    next: str = ""


def by_due(rows: QuerySet[Any], columns: Columns, after: str, size: int) -> Page:
    """The chosen rows by due moment, then id; those without one come last, asked for where a page is not full without them. The
    columns hold ``due_at`` and ``id``."""
    size = min(size, MOST)
    due, pk = _opened_due(after) if after else (None, 0)
    found: list[dict[str, Any]] = []
    if not after or due is not None:
        dated = rows.filter(due_at__isnull=False)
        if due is not None:
            dated = dated.filter(TupleGreaterThan(Tuple(F("due_at"), F("id")), (due, pk)))
        found = columns.of(dated.order_by("due_at", "id")[: size + 1])
        found.sort(key=lambda row: (row["due_at"], row["id"]))
        pk = 0
    if len(found) <= size:
        undated = rows.filter(due_at__isnull=True, id__gt=pk).order_by("id")[: size + 1 - len(found)]
        found += sorted(columns.of(undated), key=lambda row: int(row["id"]))
    return _cut(found, size, lambda row: [row["due_at"].isoformat() if row["due_at"] else None, row["id"]])


def by_newest(rows: QuerySet[Any], columns: Columns, after: str, size: int) -> Page:
    """The chosen rows by id, the newest first."""
    size = min(size, MOST)
    if after:
        rows = rows.filter(id__lt=_whole(_opened(after, 1)[0]))
    found = columns.of(rows.order_by("-id")[: size + 1])
    return _cut(sorted(found, key=lambda row: -int(row["id"])), size, lambda row: [row["id"]])


def by_oldest(rows: QuerySet[Any, dict[str, Any]], after: str, size: int) -> Page:
    """By id, the oldest first."""
    size = min(size, MOST)
    if after:
        rows = rows.filter(id__gt=_whole(_opened(after, 1)[0]))
    return _cut(list(rows.order_by("id")[: size + 1]), size, lambda row: [row["id"]])


def count(rows: QuerySet[Any, Any]) -> int:
    """How many, counted to 1,001 at the most: a page never counts the world."""
    return rows.order_by()[:COUNTED].count()


def counts(lists: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """``count`` of several lists in one statement."""
    found: dict[str, int] = {}
    parts, params = [], list[Any]()
    for name, rows in lists.items():
        try:
            sql, given = rows.order_by().values("pk")[:COUNTED].query.sql_with_params()
        except EmptyResultSet:
            found[name] = 0
            continue
        found[name] = -1
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 (Django's own text)
        params += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            values = iter(cursor.fetchone())
        found = {name: next(values) if value < 0 else value for name, value in found.items()}
    return found


def _cut(found: list[dict[str, Any]], size: int, mark: Any) -> Page:
    if len(found) <= size:
        return Page(found)
    kept = found[:size]
    return Page(kept, base64.urlsafe_b64encode(json.dumps(mark(kept[-1])).encode()).decode().rstrip("="))


def _opened_due(after: str) -> tuple[datetime | None, int]:
    due, pk = _opened(after, 2)
    return None if due is None else _moment(due, after), _whole(pk)


def _moment(text: Any, after: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        year = moment.astimezone(UTC).year
    except (TypeError, ValueError, OverflowError) as error:
        raise BadCursor(after) from error
    if moment.tzinfo is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadCursor(after)
    return moment


def _opened(after: str, parts: int) -> list[Any]:
    if len(after) > LONGEST:
        raise BadCursor(after[:LONGEST])
    try:
        values = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadCursor(after) from error
    if not isinstance(values, list) or len(values) != parts:
        raise BadCursor(after)
    return values


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise BadCursor(str(value))
    return value
