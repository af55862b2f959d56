"""Lists as Excel files: one writer, in whose cells nothing is ever a formula, and one record in the journal of what has left."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.core.cache import cache
from django.http import FileResponse
from django.utils.translation import gettext as _

from hotline.wording import sign
from tickets.actions import ledger
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHAIN = "export"
MOST = 50_000
LONGEST = 32_767
#: What a spreadsheet takes for the beginning of a formula, also written wide, once a file has become CSV.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
STEP, PART = 1_000, 1 << 20
KEPT = 600  # seconds that progress can be asked for
Cell = str | int | float | Decimal | date | None


class UnableToExport(Exception):
    """Too much at once."""

    def __init__(self) -> None:
        self.zh = f"超过 {MOST:,} 行，请先用筛选缩小范围，再分次导出。"
        self.en = f"More than {MOST:,} rows: narrow the list first, and export it in parts."
        super().__init__(self.zh)


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in characters."""

    title: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``rows`` may come one by one; ``notes`` stand above it: what it is, how narrowed, as of when."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = field(default=())


Told = Callable[[int], None]


def workbook(sheets: Sequence[Sheet], *, who: str, told: Told | None = None) -> tuple[BinaryIO, int]:
    """The file, at its beginning, and how many rows it holds. ``who`` and the moment stand at the foot of each printed page; ``told``
    is called with the number of rows written so far."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        styles = {
            "head": book.add_format(
                {"bold": True, "bg_color": "#E5EEF6", "border": 1, "valign": "top", "text_wrap": True}
            ),
            "cell": book.add_format({"valign": "top", "text_wrap": True}),
            "note": book.add_format({"font_color": "#566573"}),
        }
        count = 0
        for sheet in sheets:
            count = _write(book.add_worksheet(_name(sheet.name)), sheet, styles, who, count, told)
    file.seek(0)
    return file, count


def _name(name: str) -> str:
    """A name that a sheet may have."""
    return "".join(sign for sign in name if sign not in "[]:*?/\\'")[:31] or "Sheet"


def _write(page: Any, sheet: Sheet, styles: Mapping[str, Any], who: str, count: int, told: Told | None) -> int:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    line = 0
    for note in sheet.notes:
        page.write_string(line, 0, harmless(note), styles["note"])
        line += 1
    for place, column in enumerate(sheet.columns):
        page.write_string(line, place, harmless(column.title), styles["head"])
    page.freeze_panes(line + 1, 0)
    page.repeat_rows(line)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{who.replace('&', '&&')}&C&P / &N")
    for row in sheet.rows:
        line, count = line + 1, count + 1
        for place, value in enumerate(row):
            _cell(page, line, place, value, styles["cell"])
        if told is not None and count % STEP == 0:
            told(count)
    return count


def _cell(page: Any, line: int, place: int, value: Cell, style: Any) -> None:
    """Numbers as numbers, all else as text."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        page.write_number(line, place, value, style)
    elif value not in (None, ""):
        page.write_string(line, place, harmless(plain(value)), style)


def plain(value: Any) -> str:
    """Moments in Shanghai time, days as days, all else as it is."""
    if isinstance(value, datetime):
        return f"{to_local(value):%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula, in this file or in a CSV made of it."""
    kept = text[: LONGEST - 1]
    return f"'{kept}" if kept.lstrip(" 　").startswith(FORMULA) or kept.startswith(FORMULA) else kept


def record(*, what: str, narrowed: Mapping[str, Any], rows: int, file: BinaryIO, actor: Actor, now: datetime) -> None:
    """The journal's line: what was exported, how narrowed, how many rows, and the digest of the file."""
    digest = hashlib.sha256()
    while part := file.read(PART):
        digest.update(part)
    file.seek(0)
    refs = {
        "what": what,
        "filter": {name: str(value) for name, value in narrowed.items()},
        "rows": rows,
        "sha256": digest.hexdigest(),
    }
    ledger.record(chain_name=CHAIN, action="export", actor=actor, now=now, refs=refs)


def answer(file: BinaryIO, name: str, now: datetime) -> FileResponse:
    """The file as a download, under its name and moment."""
    return FileResponse(
        file, as_attachment=True, filename=f"{name}-{to_local(now):%Y%m%d-%H%M}.xlsx", content_type=TYPE
    )


def head(narrowed: Mapping[str, str], who: str, now: datetime) -> list[str]:
    """What stands above a table: how it was narrowed; by whom and when it was taken out."""
    chosen = sign(";").join(f"{name}{sign(':')}{value}" for name, value in narrowed.items())
    return [
        _("Narrowed by: %s") % chosen if chosen else _("Not narrowed"),
        _("Exported by %(who)s at %(when)s. Recorded in the journal; personal data covered as on the page.")
        % {"who": who, "when": plain(now)},
    ]


class Progress:
    """How far an export is, for the page that waits for it."""

    def __init__(self, user_id: int, token: str, total: int) -> None:
        self._key, self._total = f"export:{user_id}:{token[:40]}", total
        self._is_asked = token.isascii() and token.isalnum()

    def told(self, done: int) -> None:
        """So many rows are written."""
        if self._is_asked:
            cache.set(self._key, [done, self._total], KEPT)

    @staticmethod
    def of(user_id: int, token: str) -> tuple[int, int]:
        """(rows written, rows in all); (0, 0) where nothing is known."""
        done, total = cache.get(f"export:{user_id}:{token[:40]}") or (0, 0)
        return done, total
