"""Several lists of plain rows in one statement: a page asks once for all that hangs on a ticket, whatever the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from tickets.domain.moments import SHANGHAI

from .freshness import Cached, brought, unasked

# ruff: noqa: S608 (Django's own text and names of our own)

Rows = list[dict[str, Any]]
Read = Callable[[Any], Any]


def together(asked: Mapping[str, QuerySet[Any, dict[str, Any]]]) -> dict[str, Rows]:
    """The rows of each ``.values(...)`` queryset under its name, in the order it gives them; no columns of bytes. Moments come
    in Shanghai time.

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
            found[parts[place].name].append(parts[place].row(row))
    return found


class Columns:
    """The columns of tickets (or other rows) that a list chooses elsewhere: the long part of its statement, compiled once.

    ``along``: what showing the rows asks for anyway; inside ``held`` its version comes with them.
    """

    def __init__(
        self,
        listed: Callable[[QuerySet[Any]], QuerySet[Any, dict[str, Any]]],
        model: type[models.Model],
        along: Sequence[Cached[Any]] = (),
    ) -> None:
        self._listed, self._model, self._along = listed, model, along
        self._compiled: dict[str, _Part] = {}

    def of(self, chosen: QuerySet[Any]) -> Rows:
        """The rows that the queryset chooses, in no order; one statement."""
        return list(map(self._part().row, self.written(chosen)))

    def values(self, loaded: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """The values of rows as ``written`` gives them, read from JSON, in the order of the columns."""
        return map(self._part().read, loaded)

    def written(self, chosen: QuerySet[Any]) -> list[str]:
        """The same not yet read: JSON arrays. For who has something else to do between asking and reading."""
        along = unasked(*self._along)
        asked = self.asked(chosen, along)
        if asked is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(*asked)
            found = cursor.fetchall()
        if along and found:
            brought(along, orjson.loads(found[0][2]))
        return [row for _, row, *_ in found]

    def asked(self, chosen: QuerySet[Any], along: Sequence[Cached[Any]] = ()) -> tuple[str, list[Any]] | None:
        """The statement and its parameters, for who sends it himself: it answers (0, JSON array), and with each row what comes along.
        None when the queryset can choose nothing."""
        ids = _ids(chosen)
        if ids is None:
            return None
        statement, params = _statement([self._part()], [column for each in along for column in each.parts])
        return f"WITH chosen(id) AS ({ids[0]}), {statement.removeprefix('WITH ')}", [*ids[1], *params]

    def _part(self) -> _Part:
        vendor = connection.vendor
        if vendor not in self._compiled:
            found = _part("rows", self._listed(QuerySet(self._model).filter(_chosen(self._model))).order_by())
            if found is None:
                raise ValueError(f"{self._model} chooses nothing")
            self._compiled[vendor] = found
        return self._compiled[vendor]


def _chosen(model: type[models.Model]) -> Any:
    """Rows that are chosen. PostgreSQL looks an array up in the primary key without planning how to join it."""
    if connection.vendor != "postgresql":
        return models.Q(pk__in=RawSQL("SELECT id FROM chosen", []))
    table = connection.ops.quote_name(model._meta.db_table)
    return RawSQL(f"{table}.id = ANY(ARRAY(SELECT id FROM chosen))", [], models.BooleanField())  # noqa: S611 (our own names)


def _ids(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]] | None:
    try:
        return rows.values("id").query.sql_with_params()
    except EmptyResultSet:
        return None


class _Part:
    """One list: its statement, the names of its columns, and how each value is read back from JSON."""

    def __init__(
        self, name: str, keys: list[str], reads: list[tuple[int, Read]], sql: str, params: tuple[Any, ...]
    ) -> None:
        self.name, self.keys, self.reads, self.sql, self.params = name, keys, reads, sql, params

    def row(self, written: str) -> dict[str, Any]:
        """One JSON array as a row."""
        return dict(zip(self.keys, self.values(written), strict=True))

    def values(self, written: str) -> list[Any]:
        """Its values in the order of the keys."""
        return self.read(orjson.loads(written))

    def read(self, values: list[Any]) -> list[Any]:
        """The same of the array."""
        for column, read in self.reads:
            if values[column] is not None:
                values[column] = read(values[column])
        return values


def _part(name: str, rows: QuerySet[Any, dict[str, Any]]) -> _Part | None:
    compiler = rows.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    keys = [*(rows.query.selected or rows.query.values_select)]
    fields = [expression.output_field for expression, _, _ in compiler.select[: len(keys)]]
    reads = [(place, read) for place, field in enumerate(fields) if (read := _reader(field)) is not None]
    return _Part(name, keys, reads, sql, tuple(params))


def _statement(parts: list[_Part], along: Sequence[str] = ()) -> tuple[str, list[Any]]:
    """The parts one after another; ``along``: what each row is told with, asked once (as a row of its own it costs PostgreSQL
    about twice as much)."""
    array, cast = ("json_build_array", "::text") if connection.vendor == "postgresql" else ("json_array", "")
    beside = f", (SELECT {array}({', '.join(along)}){cast})" if along else ""
    tables, lines, params = [], [], list[Any]()
    for place, part in enumerate(parts):
        columns = [f"c{number}" for number in range(len(part.keys))]
        tables.append(f"p{place}({', '.join(columns)}) AS ({part.sql})")
        lines.append(f"SELECT {place}, {array}({', '.join(columns)}){cast}{beside} FROM p{place}")
        params += part.params
    return f"WITH {', '.join(tables)} {' UNION ALL '.join(lines)}", params


def _reader(field: models.Field[Any, Any]) -> Read | None:
    """How a value of this column comes back from JSON; None: as it is."""
    return next((read for kind, read in READS[connection.vendor] if isinstance(field, kind)), None)


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime:
    """In Shanghai time; SQLite writes no time zone. Rows of one list share many."""
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI)


@lru_cache(maxsize=256)
def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _json(value: Any) -> Any:
    """SQLite keeps JSON as text."""
    return orjson.loads(value) if isinstance(value, str) else value


#: A moment is a day as well, so it is asked first.
READS: Mapping[str, tuple[tuple[type[models.Field[Any, Any]], Read], ...]] = {
    "postgresql": (
        (models.DateTimeField, _moment),
        (models.DateField, date.fromisoformat),
        (models.DecimalField, _number),
    ),
    "sqlite": (
        (models.DateTimeField, _moment),
        (models.DateField, date.fromisoformat),
        (models.DecimalField, _number),
        (models.BooleanField, bool),
        (models.JSONField, _json),
    ),
}
