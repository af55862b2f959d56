"""By Excel: a sheet is read, each row tried by the very acts that would write it and undone again, and shown; then written, or left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.acting.fields import Misread
from hotline.models import LinkKind, User
from hotline.wording import said
from hotline.wording.names import LABELS
from tickets.actions import ledger
from tickets.documents import Row, read_xlsx
from tickets.domain.actors import Actor
from tickets.domain.chain import sha256
from tickets.domain.states import UnableToMove
from tickets.models import Section
from tickets.queries import offices

from . import drafts, links
from .kinds import PEOPLE, Kind

MOST_ROWS = 2_000
REASON = "Excel"
#: What becomes of a line.
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass(slots=True)
class Line:
    """A row of the sheet: its number there, its cells as written by field, what becomes of it, and why not."""

    number: int
    cells: dict[str, str]
    state: str = SAME
    errors: dict[str, list[str]] = field(default_factory=dict)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    link: str = ""
    row: Any = None


@dataclass(slots=True)
class Sheet:
    """A sheet that was tried or written: its columns, those nobody knows, those that are missing, and its lines."""

    kind: Kind
    columns: list[str]
    unknown: list[str]
    missing: list[str]
    lines: list[Line]

    @property
    def counts(self) -> Counter[str]:
        """How many lines of each state."""
        return Counter(line.state for line in self.lines)

    @property
    def writes(self) -> int:
        """How many lines would be, or were, written."""
        return self.counts[NEW] + self.counts[CHANGED]


class _Undone(Exception):
    """Everything was tried; nothing stays."""


# --- read, kept between the look and the writing ------------------------------------------------------------------------------


def read(data: bytes, name: str) -> list[Row]:
    """The rows of the first visible sheet. Raises FileRefused, or ValidationError for one that is empty or too long."""
    sheets = read_xlsx(data, name)
    rows = [row for row in (sheets[0].rows if sheets else ()) if any(row)]
    if len(rows) < 2:
        raise serializers.ValidationError({"file": [_("The sheet has no row below its headings.")]})
    if len(rows) > MOST_ROWS + 1:
        raise serializers.ValidationError({"file": [_("At most %d rows at a time: split the sheet.") % MOST_ROWS]})
    return rows


def keep(*, user: User, kind: Kind, rows: Sequence[Row], now: datetime) -> None:
    """Keep the rows, sealed, until they are written or left."""
    drafts.keep(user=user, place=f"sheet/{kind.code}", typed={"rows": [json.dumps(row) for row in rows]}, now=now)


def kept(user: User, kind: Kind) -> list[Row] | None:
    """The rows that were kept; None when there are none."""
    found = drafts.find(user, f"sheet/{kind.code}")
    return [tuple(json.loads(row)) for row in found[0]["rows"]] if found is not None else None


def drop(user: User, kind: Kind) -> None:
    """They were written, or left."""
    drafts.drop(user=user, place=f"sheet/{kind.code}")


# --- tried and written ---------------------------------------------------------------------------------------------------------


def try_out(*, kind: Kind, rows: Sequence[Row], actor: Actor, now: datetime) -> Sheet:
    """What would become of each row: everything is done as it would be, and then undone."""
    try:
        with transaction.atomic():
            sheet = _run(kind, rows, actor, now)
            raise _Undone
    except _Undone:
        return sheet


@transaction.atomic
def write(*, kind: Kind, rows: Sequence[Row], actor: Actor, now: datetime) -> Sheet:
    """Write the rows that can be; the others are told and left. New accounts come back with their links. Journalled as a whole too."""
    sheet = _run(kind, rows, actor, now)
    if kind is PEOPLE:
        for line in sheet.lines:
            if line.state == NEW:
                line.row = kind.find(line.cells)
                line.link = links.make(kind=LinkKind.ACCOUNT, user=line.row, by=actor, now=now)
    refs = {**sheet.counts, "kind": kind.code, "digest": sha256(json.dumps(list(rows), ensure_ascii=False))}
    ledger.record(chain_name="organisation", action="sheet_written", actor=actor, now=now, refs=refs)
    return sheet


def _run(kind: Kind, rows: Sequence[Row], actor: Actor, now: datetime) -> Sheet:
    columns, unknown, missing = headings(kind, rows[0])
    lines = list(_lines(columns, rows))
    sheet = Sheet(kind, [name for name in columns if name], unknown, missing, lines)
    if missing:
        for line in lines:
            line.state, line.errors = WRONG, {"": [_("Columns are missing.")]}
        return sheet
    seen: dict[tuple[str, ...], int] = {}
    with offices.held():
        for line in lines:
            _one(kind, line, actor, now, seen)
    return sheet


def headings(kind: Kind, row: Row) -> tuple[list[str], list[str], list[str]]:
    """The field of each column ('' for an unknown one), the unknown headings, and the labels of needed fields without a column."""
    fields = kind.form().get_fields()
    known = {name: name for name in fields}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            known |= {str(LABELS[name]).lower(): name for name in fields}
    columns = [known.get(cell.strip().rstrip("*＊ ").lower(), "") for cell in row]
    unknown = [cell for cell, name in zip(row, columns, strict=True) if cell and not name]
    missing = [str(LABELS[name]) for name, field_ in fields.items() if field_.required and name not in columns]
    return columns, unknown, missing


def _lines(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[Line]:
    for number, row in enumerate(rows[1:], start=2):
        yield Line(number, {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name})


def _one(kind: Kind, line: Line, actor: Actor, now: datetime, seen: dict[tuple[str, ...], int]) -> None:
    """One line, in a savepoint of its own: what is refused leaves no trace and does not hinder the next."""
    key = tuple(line.cells.get(name, "").lower() for name in kind.keys)
    if key in seen:
        line.state, line.errors = WRONG, {kind.keys[0]: [_("The same as row %d.") % seen[key]]}
        return
    seen[key] = line.number
    try:
        with transaction.atomic():
            _save(kind, line, actor, now)
    except serializers.ValidationError as error:
        line.state, line.errors = WRONG, _flat(error.detail)
    except (UnableToMove, Misread) as error:
        line.state, line.errors = WRONG, _refused(error)


def _save(kind: Kind, line: Line, actor: Actor, now: datetime) -> None:
    there = _found(kind, line.cells)
    typed = _typed(kind, line.cells, there)
    if there is not None:
        changes = kind.differences(there, typed)
        line.differences = [
            (str(LABELS[name]), kind.text(name, old), kind.text(name, new)) for name, (old, new) in changes.items()
        ]
        if not changes:
            return
    kind.save(there, typed, actor, now, REASON)
    line.state = CHANGED if there is not None else NEW


def _found(kind: Kind, cells: Mapping[str, str]) -> Any:
    """The row that a line is about, by its keys as the form reads them."""
    fields = kind.form().get_fields()
    try:
        keys = {name: fields[name].run_validation(cells.get(name, "")) for name in kind.keys}
    except serializers.ValidationError as error:
        raise serializers.ValidationError({kind.keys[0]: error.detail}) from error
    return kind.find(keys)


def _typed(kind: Kind, cells: Mapping[str, str], there: Any) -> dict[str, Any]:
    """The checked values of a line. A column that the sheet does not have leaves what is there; an empty cell empties."""
    fields = kind.form().get_fields()
    base = kind.given(there) if there is not None else {}
    data = {name: base[name] for name in base if name not in cells}
    data |= {name: cell for name, cell in cells.items() if cell or fields[name].required}
    form = kind.form(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _flat(detail: Any) -> dict[str, list[str]]:
    found = detail if isinstance(detail, Mapping) else {"": detail}
    return {
        str(name): [str(each) for each in (texts if isinstance(texts, list) else [texts])]
        for name, texts in found.items()
    }


def _refused(error: UnableToMove | Misread) -> dict[str, list[str]]:
    if isinstance(error, Misread):
        return {each["field"]: [each["reason"]] for each in error.errors}
    return {str(error.facts.get("field", "")): [said(error)]}


def existing(kind: Kind) -> list[list[str]]:
    """What is there, as rows of texts in the order of the form, for a sheet that can be changed and sent back."""
    with offices.held():
        found = []
        for row in kind.rows(""):
            if isinstance(row, (Section, User)) and not row.is_active:
                continue
            given = kind.given(row)
            found.append([kind.text(name, given[name]) for name in kind.fields])
        return found
