"""The Excel sheets that people fill in: headings, a line of help, drop-downs for words and sections, and what is there already."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.acting.kinds import Kind
from hotline.acting.kinds.base import OneWord, Several, Unit
from hotline.wording import listed, said
from hotline.wording.names import LABELS
from tickets.queries import offices

#: Cells are always texts: a value that begins with = or + is no formula.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ROWS = 2_000
LONGEST_LIST = 255  # what Excel takes as a list of words


def made(kind: Kind, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """The sheet of a kind with these rows; a second sheet explains each column."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    head = book.add_format({"bold": True, "bg_color": "#E5EEF6", "border": 1, "border_color": "#B9C2CA"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    fields = kind.form().get_fields()
    sheet = book.add_worksheet(str(kind.label)[:31])
    sheet.freeze_panes(1, 0)
    for column, (name, field) in enumerate(fields.items()):
        sheet.set_column(column, column, 40 if name == "body" else 20, text)
        sheet.write_string(0, column, _heading(name, field), head)
        _choices(sheet, column, field)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, text)
    _explained(book, fields, head, text)
    book.close()
    return target.getvalue()


def _heading(name: str, field: Any) -> str:
    return f"{LABELS[name]} *" if field.required else str(LABELS[name])


def _choices(sheet: Any, column: int, field: Any) -> None:
    words = _words(field)
    if words and len(",".join(words)) <= LONGEST_LIST:
        sheet.data_validation(1, column, ROWS, column, {"validate": "list", "source": words, "error_type": "warning"})


def _words(field: Any) -> list[str]:
    if isinstance(field, Unit):
        return [section.name for section in offices.sections().values() if section.is_active]
    if isinstance(field, OneWord):
        return [said(word) for word in field.words]
    if isinstance(field, serializers.BooleanField):
        return [_("Yes"), _("No")]
    return []


def _explained(book: Any, fields: dict[str, Any], head: Any, text: Any) -> None:
    sheet = book.add_worksheet(_("How to fill it in"))
    sheet.set_column(0, 0, 22, text)
    sheet.set_column(1, 1, 90, text)
    for column, words in enumerate((_("Column"), _("What goes in"))):
        sheet.write_string(0, column, words, head)
    for number, (name, field) in enumerate(fields.items(), start=1):
        sheet.write_string(number, 0, _heading(name, field), text)
        sheet.write_string(number, 1, _help(field), text)


def _help(field: Any) -> str:
    said_of = [_("Needed.") if field.required else "", str(field.help_text or "")]
    words = _words(field)
    if isinstance(field, Several) and field.vocabulary is not None:
        words = [said(word) for word in field.vocabulary]
        said_of.append(_("Several, parted by 、"))
    if words:
        said_of.append(_("One of: %s") % listed(words))
    return " ".join(part for part in said_of if part)
