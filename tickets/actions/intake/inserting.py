"""The same sheets on SQLite: its INSERT knows no COPY, so each cell is read back and bound, a table one statement."""

from __future__ import annotations

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


def _rows(sheet: Sheet) -> list[list[Any]]:
    readers = [_readers(sheet.table).get(column, plain) for column in sheet.columns]
    return [
        [None if cell == NULL else read(cell) for read, cell in zip(readers, line.split("\t"), strict=True)]
        for line in sheet.lines
    ]


@cache
def _readers(table: str) -> dict[str, Callable[[str], Any]]:
    """By column, for those that are no texts (SQLite's column affinity turns the '7' of a foreign key into 7)."""
    model = next(each for each in apps.get_models(include_auto_created=True) if each._meta.db_table == table)
    return {
        str(field.column): reader
        for field in model._meta.concrete_fields
        for kind, reader in READERS.items()
        if isinstance(field, kind)
    }
