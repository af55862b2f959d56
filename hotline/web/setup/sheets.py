"""Set-up by Excel: take the sheet along, fill it in, send it back, look at what would become of each row, write it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.acting import sheet_files, sheets
from hotline.acting.kinds import KINDS, Kind
from hotline.wording import said, sign
from hotline.wording.names import LABELS
from tickets.actions import ledger
from tickets.documents import FileRefused

from ..fields import errors_of
from ..visit import Visit
from ..visit import page as desk_page
from .tabs import page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 300
ORDER = (sheets.WRONG, sheets.CHANGED, sheets.NEW, sheets.SAME)


def mine(visit: Visit) -> list[Kind]:
    """The kinds that this person writes."""
    return [kind for kind in KINDS.values() if visit.actor.has(kind.role)]


def one(visit: Visit, code: str) -> Kind:
    """One of them. Raises Http404."""
    kind = KINDS.get(code)
    if kind is None or not visit.actor.has(kind.role):
        raise Http404
    return kind


@desk_page("page.setup.sheets")
def all_sheets(visit: Visit) -> HttpResponse:
    """Every sheet that is this person's, to take along and to send back."""
    return page(visit, "sheets.html", {"kinds": mine(visit)})


@desk_page("page.setup.sheets")
def template(visit: Visit, kind: str) -> HttpResponse:
    """The empty sheet; with ``?with=rows`` what is there already, which is an export and recorded."""
    chosen = one(visit, kind)
    rows = sheets.existing(chosen) if visit.request.GET.get("with") == "rows" else []
    if rows:
        refs = {"what": f"setup.{chosen.code}", "rows": len(rows)}
        ledger.record(chain_name="export", action="export", actor=visit.actor, now=visit.now, refs=refs)
    response = HttpResponse(sheet_files.made(chosen, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{chosen.code}.xlsx"'
    return response


@desk_page("page.setup.sheets")
def sheet(visit: Visit, kind: str) -> HttpResponse:
    """Send a sheet, look at it, write it or leave it."""
    chosen = one(visit, kind)
    do = visit.request.POST.get("do", "")
    if visit.request.method == "POST" and do == "write":
        return _written(visit, chosen)
    if visit.request.method == "POST" and do == "leave":
        sheets.drop(visit.user, chosen)
        return visit.go(reverse("setup_sheets"))
    if visit.request.method == "POST":
        return _sent(visit, chosen)
    rows = sheets.kept(visit.user, chosen)
    if rows is None:
        return visit.go(reverse("setup_sheets"))
    tried = sheets.try_out(kind=chosen, rows=rows, actor=visit.actor, now=visit.now)
    return page(visit, "sheet.html", _shown(tried, is_written=False))


def _sent(visit: Visit, kind: Kind) -> HttpResponse:
    file = visit.request.FILES.get("file")
    try:
        if file is None:
            raise ValidationError({"file": [_("Choose a file.")]})
        rows = sheets.read(file.read(), file.name or "")
    except FileRefused as refusal:
        return _refused(visit, kind, [said(refusal)])
    except ValidationError as error:
        return _refused(visit, kind, [text for texts in errors_of(error.detail).values() for text in texts])
    sheets.keep(user=visit.user, kind=kind, rows=rows, now=visit.now)
    return visit.go(reverse("setup_sheet", args=[kind.code]))


def _refused(visit: Visit, kind: Kind, errors: list[str]) -> HttpResponse:
    return page(visit, "sheets.html", {"kinds": mine(visit), "wrong": kind.code, "errors": errors}, status=422)


def _written(visit: Visit, kind: Kind) -> HttpResponse:
    rows = sheets.kept(visit.user, kind)
    if rows is None:
        messages.error(visit.request, _("Nothing is kept here any more: send the sheet again."))
        return visit.go(reverse("setup_sheets"))
    done = sheets.write(kind=kind, rows=rows, actor=visit.actor, now=visit.now)
    sheets.drop(visit.user, kind)
    facts = _shown(done, is_written=True)
    facts["links"] = [
        (line.row, visit.request.build_absolute_uri(reverse("join", args=[line.link])))
        for line in done.lines
        if line.link
    ]
    return page(visit, "sheet.html", facts)


def _shown(sheet: sheets.Sheet, *, is_written: bool) -> dict[str, Any]:
    """The lines, those that are wrong first; those that change nothing only as a count."""
    lines = sorted(sheet.lines, key=lambda line: (ORDER.index(line.state), line.number))
    worth = [line for line in lines if line.state != sheets.SAME]
    return {
        "sheet": sheet,
        "counts": {state: sheet.counts[state] for state in ORDER},
        "labels": [LABELS[name] for name in sheet.columns],
        "lines": [_line(sheet, line) for line in worth[:SHOWN]],
        "more": max(0, len(worth) - SHOWN),
        "is_written": is_written,
    }


def _line(sheet: sheets.Sheet, line: sheets.Line) -> dict[str, Any]:
    errors = [
        f"{LABELS[name]}{sign(':')}{text}" if name in LABELS else text
        for name, texts in line.errors.items()
        for text in texts
    ]
    cells = [(line.cells.get(name, ""), name in line.errors) for name in sheet.columns]
    return {
        "number": line.number,
        "state": line.state,
        "cells": cells,
        "errors": errors,
        "differences": line.differences,
    }
