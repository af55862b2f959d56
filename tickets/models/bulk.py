"""Many rows written by one statement whose cost does not grow with the text of a value list or a CASE; sums added to by one.

The rows travel as one JSON text: a driver that puts values into the statement's text itself spends longer on an array's quotes than
PostgreSQL on the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

#: What JSON carries to PostgreSQL as it stands on the row.
CARRIED = (
    models.AutoField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.IntegerField,
    models.JSONField,
    models.TextField,
)


def insert_rows(model: type[models.Model], rows: Sequence[Any], *, ignore_conflicts: bool = False) -> None:
    """Insert ``rows`` (of the model, or with its attributes), in one statement; their ids are not told. With ``ignore_conflicts`` a row
    that stands already under a unique key is left as it is. Like every bulk path it writes no history."""
    if not rows:
        return
    names = tuple(each.attname for each in model._meta.concrete_fields if not each.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, names, ignore_conflicts), [_json(model, rows, names)])


def update_columns(model: type[models.Model], rows: Sequence[Any], names: Sequence[str]) -> int:
    """Write the columns ``names`` of ``rows`` (of the model, or with its attributes) back, in one statement; how many rows there were.
    Like every bulk path it writes no history: for columns that are no person's edit."""
    if not rows:
        return 0
    columns = ("id", *names)
    with connection.cursor() as cursor:
        cursor.execute(_update(model, columns), [_json(model, rows, columns)])
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


def shape(model: type[models.Model], *names: str) -> str:
    """The columns (by attribute) as the shape of PostgreSQL's ``jsonb_to_recordset``."""
    return ", ".join(
        f"{each.column} {each.rel_db_type(connection) if each.primary_key else each.db_type(connection)}"
        for each in _fields(model, names)
    )


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    known: dict[str, Any] = {each.attname: each for each in model._meta.concrete_fields}
    return [known[name] for name in names]


def _json(model: type[models.Model], rows: Sequence[Any], names: Sequence[str]) -> str:
    fields = _fields(model, names)
    if connection.vendor == "postgresql" and all(isinstance(each, CARRIED) for each in fields):
        plain: list[Any] = [{name: getattr(row, name) for name in names} for row in rows]
    else:
        plain = [{each.attname: _prepared(each, row) for each in fields} for row in rows]
    return orjson.dumps(plain, default=str).decode()


def _prepared(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    return value if isinstance(field, models.JSONField) else field.get_db_prep_save(value, connection)


@cache
def _insert(model: type[models.Model], names: tuple[str, ...], ignore_conflicts: bool) -> str:
    columns, values = ", ".join(_columns(model, names)), ", ".join(_values(model, names))
    insert = f"INSERT INTO {_table(model)} ({columns}) SELECT {values} FROM {_given(model, names)}"  # noqa: S608 (our own names)
    # An ON right behind FROM would be read as a join's (SQLite).
    return f"{insert} WHERE true ON CONFLICT DO NOTHING" if ignore_conflicts else insert


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    table, (key, *values) = _table(model), _values(model, names)
    sets = ", ".join(f"{column} = {value}" for column, value in zip(_columns(model, names)[1:], values, strict=True))
    return f"UPDATE {table} SET {sets} FROM {_given(model, names)} WHERE {table}.id = {key}"  # noqa: S608 (our own names)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [connection.ops.quote_name(each.column) for each in _fields(model, names)]


def _given(model: type[models.Model], names: Sequence[str]) -> str:
    """The rows of the one parameter."""
    if connection.vendor == "postgresql":
        return f"jsonb_to_recordset(%s::jsonb) AS given({shape(model, *names)})"
    return "json_each(%s) AS given"


def _values(model: type[models.Model], names: Sequence[str]) -> list[str]:
    """The columns of a given row."""
    if connection.vendor == "postgresql":
        return [f"given.{name}" for name in _columns(model, names)]
    return [f"json_extract(given.value, '$.{name}')" for name in names]
