"""Rows become the bytes of PostgreSQL's COPY (text format); a new column of a model is carried by itself, with its default."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Self

from django.db import connection, models

from ..aside import Aside

NULL = r"\N"
HISTORY = ("history_date", "history_change_reason", "history_type", "history_user_id")


def text(value: str) -> str:
    """A text with COPY's own signs escaped."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def moment(value: datetime) -> str:
    """A moment, in UTC: the quickest to write and to read."""
    return value.astimezone(UTC).isoformat()


def _bytes(value: bytes) -> str:
    return r"\\x" + value.hex()


def _json(value: Any) -> str:
    return text(json.dumps(value)) if value else ("{}" if isinstance(value, dict) else "[]")


def _nothing(_: None) -> str:
    return NULL


WRITERS: dict[type, Callable[[Any], str]] = {
    str: text,
    int: str,
    bool: str,
    datetime: moment,
    date: str,
    Decimal: str,
    bytes: _bytes,
    dict: _json,
    list: _json,
    type(None): _nothing,
}


def written(value: Any) -> str:
    """One value in COPY's text format; a word of a vocabulary is its text. Raises KeyError for a type no column here has."""
    return text(str(value)) if isinstance(value, str) else WRITERS[type(value)](value)


class Sheet:
    """The lines of one table. ``given``: the attributes every line brings, as written text or numbers; all others hold the
    model's defaults, so a new column needs nothing here. ``leave_out`` is filled by the database (serial ids)."""

    def __init__(self, model: type[models.Model], *given: str, leave_out: tuple[str, ...] = ()) -> None:
        fields = [each for each in model._meta.concrete_fields if each.attname not in leave_out]
        if unknown := set(given) - {each.attname for each in fields}:
            raise KeyError(f"{model._meta.db_table} has no {sorted(unknown)}")
        blank = model()
        self.table = model._meta.db_table
        self.columns = [str(each.column) for each in fields]
        self.lines: list[str] = []
        self._template = "\t".join(
            f"%({each.attname})s" if each.attname in given else written(getattr(blank, each.attname)).replace("%", "%%")
            for each in fields
        )

    def line(self, values: Mapping[str, Any]) -> str:
        """A line; KeyError when a given attribute is missing."""
        return self._template % values

    def add(self, values: Mapping[str, Any]) -> str:
        """``line``, kept; it is also returned for the row's history."""
        line = self._template % values
        self.lines.append(line)
        return line

    @cached_property
    def payload(self) -> bytes:
        """All lines as they go over the wire; asked for when the sheet is full."""
        return ("\n".join(self.lines) + "\n").encode() if self.lines else b""


class HistorySheet(Sheet):
    """The history beside a sheet: the row's own line with who, when and why behind it."""

    def __init__(self, of: Sheet, model: type[models.Model]) -> None:
        self.table = model.history.model._meta.db_table  # type: ignore[attr-defined]
        self.columns = [*of.columns, *HISTORY]
        self.lines = []

    def keep(self, line: str, behind: str) -> None:
        """Add the state ``line``; ``behind`` is made by ``tail``."""
        self.lines.append(f"{line}\t{behind}")


def tail(now: datetime, reason: str, user_id: int | None, kind: str = "+") -> str:
    """Who, when and why; ``kind`` + for a row's first state, ~ for a later one."""
    return "\t".join(written(value) for value in (now, reason, kind, user_id))


class Sender(Aside):
    """Sends sheets while the caller makes the next ones. Raises Django's database errors, at the next ``put`` or at the end."""

    def __enter__(self) -> Self:
        self._sent = list[Future[None]]()
        return super().__enter__()

    def put(self, sheets: Iterable[Sheet]) -> None:
        """Queue the sheets, in order."""
        for each in self._sent:
            if each.done():
                self.answer(each)
        self._sent.append(self.send(partial(_send_all, sheets=list(sheets))))

    def __exit__(self, kind: type[BaseException] | None, *more: object) -> None:
        super().__exit__(kind, *more)
        if kind is None:
            for each in self._sent:
                self.answer(each)


def _send_all(link: Any, sheets: Iterable[Sheet]) -> None:
    """The sheets, and the foreign keys that they leave to be checked at the end: checked now, while Python makes what comes next."""
    with link.cursor() as cursor:
        for sheet in sheets:
            if not sheet.lines:
                continue
            names = ", ".join(connection.ops.quote_name(column) for column in sheet.columns)
            with cursor.copy(f"COPY {connection.ops.quote_name(sheet.table)} ({names}) FROM STDIN") as sink:
                sink.write(sheet.payload)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def copy(sheets: Iterable[Sheet]) -> None:
    """Send the sheets in order, inside the caller's transaction. Raises Django's database errors."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        _send_all(connection.connection, sheets)
