"""Several lists of plain rows in one statement: a page asks once for all that hangs on a ticket, whatever the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

Rows = list[dict[str, Any]]
Read = Callable[[Any], Any]


def together(asked: Mapping[str, QuerySet[Any, dict[str, Any]]]) -> dict[str, Rows]:
    """The rows of each ``.values(...)`` queryset under its name, in the order it gives them; no columns of bytes.

    Each becomes a common table expression, each of its rows one JSON array: PostgreSQL and SQLite both make them.
    """
    parts = [part for name, rows in asked.items() if (part := _part(name, rows)) is not None]
    found: dict[str, Rows] = {name: [] for name in asked}
    if not parts:
        return found
    statement, params = _statement(parts)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for place, row in cursor.fetchall():
            part = parts[place]
            values = json.loads(row) if isinstance(row, str) else row
            found[part.name].append(
                {key: read(value) for key, read, value in zip(part.keys, part.reads, values, strict=True)}
            )
    return found


class _Part:
    """One list: its statement, the names of its columns, and how each value is read back from JSON."""

    def __init__(self, name: str, keys: list[str], reads: list[Read], sql: str, params: tuple[Any, ...]) -> None:
        self.name, self.keys, self.reads, self.sql, self.params = name, keys, reads, sql, params


def _part(name: str, rows: QuerySet[Any, dict[str, Any]]) -> _Part | None:
    compiler = rows.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    keys = [*(rows.query.selected or rows.query.values_select)]
    reads = [_reader(expression.output_field) for expression, _, _ in compiler.select[: len(keys)]]
    return _Part(name, keys, reads, sql, tuple(params))


def _statement(parts: list[_Part]) -> tuple[str, list[Any]]:
    array = "jsonb_build_array" if connection.vendor == "postgresql" else "json_array"
    tables, lines, params = [], [], list[Any]()
    for place, part in enumerate(parts):
        columns = [f"c{number}" for number in range(len(part.keys))]
        tables.append(f"p{place}({', '.join(columns)}) AS ({part.sql})")
        lines.append(f"SELECT {place}, {array}({', '.join(columns)}) FROM p{place}")  # noqa: S608 (numbers of our own)
        params += part.params
    return f"WITH {', '.join(tables)} {' UNION ALL '.join(lines)}", params


def _reader(field: models.Field[Any, Any]) -> Read:
    """How a value of this column comes back from JSON."""
    for kind, read in READS:
        if isinstance(field, kind):
            return read
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)


def _json(value: Any) -> Any:
    """SQLite keeps JSON as text."""
    return json.loads(value) if isinstance(value, str) and connection.vendor != "postgresql" else value


#: A moment is a day as well, so it is asked first.
READS: tuple[tuple[type[models.Field[Any, Any]], Read], ...] = (
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.DecimalField, _number),
    (models.BooleanField, _flag),
    (models.JSONField, _json),
)
