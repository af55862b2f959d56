"""The same sheets without COPY: on SQLite each table one statement, for a single opening on PostgreSQL all of them one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from .copying import NULL, Sheet

ESCAPED = re.compile(r"\\(.)")
SIGNS = {"t": "\t", "n": "\n", "r": "\r"}


def plain(cell: str) -> str:
    """A text without COPY's escapes."""
    return ESCAPED.sub(lambda found: SIGNS.get(found[1], found[1]), cell) if "\\" in cell else cell


def _moment(cell: str) -> Any:
    return connection.ops.adapt_datetimefield_value(datetime.fromisoformat(plain(cell)))


def _flag(cell: str) -> int:
    return int(cell in ("True", "t", "true", "1"))


def _blob(cell: str) -> bytes:
    return bytes.fromhex(plain(cell)[2:])


READERS: dict[type[models.Field[Any, Any]], Callable[[str], Any]] = {
    models.DateTimeField: _moment,
    models.BooleanField: _flag,
    models.BinaryField: _blob,
    models.IntegerField: int,
}


def insert(sheets: Iterable[Sheet]) -> None:
    """Send the sheets in order, inside the caller's transaction. Raises Django's database errors."""
    with connection.cursor() as cursor:
        for sheet in sheets:
            if sheet.lines:
                names = ", ".join(connection.ops.quote_name(column) for column in sheet.columns)
                places = ", ".join(["%s"] * len(sheet.columns))
                statement = f"INSERT INTO {connection.ops.quote_name(sheet.table)} ({names}) VALUES ({places})"  # noqa: S608
                cursor.executemany(statement, _rows(sheet))


def insert_at_once(sheets: Iterable[Sheet]) -> None:
    """All sheets of one opening, inside the caller's transaction; on PostgreSQL in one statement of data-modifying CTEs, whose text
    is always the same, so that it is planned once."""
    if connection.vendor != "postgresql":
        return insert(sheets)
    by_table: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_table.setdefault(sheet.table, []).append(sheet)
    parts = [_insertion(place, same[0]) for place, same in enumerate(by_table.values())]
    given = [json.dumps([row for sheet in same for row in _as_json(sheet)]) for same in by_table.values()]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT 1", given)
    return None


def _insertion(place: int, sheet: Sheet) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in sheet.columns)
    shape = ", ".join(f"{quote(column)} {kind}" for column, kind in zip(sheet.columns, _kinds(sheet), strict=True))
    return (
        f"i{place} AS (INSERT INTO {quote(sheet.table)} ({names}) SELECT {names}"  # noqa: S608 (our own names)
        f" FROM jsonb_to_recordset(%s::jsonb) AS given({shape}))"
    )


def _kinds(sheet: Sheet) -> list[str]:
    """The database's type of each column."""
    types = _types(sheet.table)
    return [types[column] for column in sheet.columns]


@cache
def _types(table: str) -> dict[str, str]:
    return {
        str(field.column): str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
        for field in _model(table)._meta.concrete_fields
    }


def _as_json(sheet: Sheet) -> list[dict[str, Any]]:
    """The lines as JSON objects: a document stays one, everything else is the text that the column's type reads."""
    documents = _documents(sheet.table)
    return [
        {
            column: None if cell == NULL else json.loads(plain(cell)) if column in documents else plain(cell)
            for column, cell in zip(sheet.columns, line.split("\t"), strict=True)
        }
        for line in sheet.lines
    ]


@cache
def _documents(table: str) -> frozenset[str]:
    fields = _model(table)._meta.concrete_fields
    return frozenset(str(field.column) for field in fields if isinstance(field, models.JSONField))


def _rows(sheet: Sheet) -> list[list[Any]]:
    readers = [_readers(sheet.table).get(column, plain) for column in sheet.columns]
    return [
        [None if cell == NULL else read(cell) for read, cell in zip(readers, line.split("\t"), strict=True)]
        for line in sheet.lines
    ]


@cache
def _readers(table: str) -> dict[str, Callable[[str], Any]]:
    """By column, for those that are no texts (SQLite's column affinity turns the '7' of a foreign key into 7)."""
    return {
        str(field.column): reader
        for field in _model(table)._meta.concrete_fields
        for kind, reader in READERS.items()
        if isinstance(field, kind)
    }


def _model(table: str) -> type[models.Model]:
    return next(each for each in apps.get_models(include_auto_created=True) if each._meta.db_table == table)
