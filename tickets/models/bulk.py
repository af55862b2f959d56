"""Many rows changed by one statement whose cost does not grow with the text of a CASE per row and column; sums added to by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models


def update_columns(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> int:
    """Write the columns ``names`` of ``rows`` back, in one statement; how many rows there were. Like every bulk path it writes no
    history: for columns that are no person's edit."""
    if not rows:
        return 0
    columns: list[Any] = [model._meta.get_field(name) for name in ("id", *names)]
    values = json.dumps([{column.attname: _plain(column, row) for column in columns} for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, columns), [values])
        return int(cursor.rowcount)


def add_to_sums(
    model: type[models.Model], rows: Sequence[Sequence[Any]], names: Sequence[str], sums: Sequence[str]
) -> None:
    """Add to the columns ``sums`` of the rows known by ``names`` (a unique constraint); a row that is not there yet begins with what is
    added. ``rows`` hold the values of names and sums, in this order, each combination once."""
    if not rows:
        return
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in (*names, *sums)]
    columns = [quote(field.column) for field in fields]
    table, known = quote(model._meta.db_table), columns[: len(names)]
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns[len(names) :])
    line = f"({', '.join(['%s'] * len(columns))})"
    values = [
        field.get_db_prep_save(value, connection) for row in rows for field, value in zip(fields, row, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([line] * len(rows))}"  # noqa: S608 (our own names)
            f" ON CONFLICT ({', '.join(known)}) DO UPDATE SET {added}",
            values,
        )


def _plain(column: Any, row: models.Model) -> Any:
    if isinstance(column, models.JSONField):
        return getattr(row, column.attname)
    value = column.get_db_prep_save(getattr(row, column.attname), connection)
    return value.isoformat() if isinstance(value, datetime) else value


def _statement(model: type[models.Model], columns: Sequence[Any]) -> str:
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), [quote(column.column) for column in columns]
    if connection.vendor == "postgresql":
        types = [
            column.rel_db_type(connection) if column.primary_key else column.db_type(connection) for column in columns
        ]
        shape = ", ".join(f"{name} {type_}" for name, type_ in zip(names, types, strict=True))
        sets = ", ".join(f"{name} = given.{name}" for name in names[1:])
        return f"UPDATE {table} SET {sets} FROM jsonb_to_recordset(%s::jsonb) AS given({shape}) WHERE {table}.id = given.id"  # noqa: S608 (our own names)
    sets = ", ".join(
        f"{name} = json_extract(given.value, '$.{column.attname}')"
        for name, column in zip(names[1:], columns[1:], strict=True)
    )
    return f"UPDATE {table} SET {sets} FROM json_each(%s) AS given WHERE {table}.id = json_extract(given.value, '$.id')"  # noqa: S608
