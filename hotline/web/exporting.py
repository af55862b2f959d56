"""Lists as files: what stands on the page, as the page shows it, with a record of who took how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline import exports
from hotline.exports import Cell, Column, Progress, Sheet
from hotline.telling import rows
from hotline.wording import said
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.models import Ticket
from tickets.queries import worklists

from . import queue
from .visit import Visit, page

Row = dict[str, Any]
Told = Callable[[Row], Cell]
TAKE = "take"


def columns() -> list[tuple[Column, Told]]:
    """The columns of a list of tickets, in the reader's language."""

    def named(name: str) -> Told:
        return lambda row: row.get(name)

    return [
        (Column(_("Number"), 18), named("number")),
        (Column(_("Channel"), 12), named("channel_label")),
        (Column(_("Matter"), 44), named("title")),
        (Column(_("Place"), 28), named("place")),
        (Column(_("Type"), 10), named("type_label")),
        (Column(_("Urgency"), 9), named("urgency_label")),
        (Column(_("Marks"), 18), _marks),
        (Column(_("Lead section"), 14), named("section_name")),
        (Column(_("Colleague"), 12), named("handler_name")),
        (Column(_("State"), 12), named("state_label")),
        (Column(_("Due at"), 17), lambda row: _end(row["due_at"])),
        (Column(_("Limit"), 22), named("left_words")),
        (Column(_("Overdue"), 8), lambda row: _("yes") if row["is_overdue"] else ""),
        (Column(_("Registered at"), 17), named("registered_at")),
        (Column(_("Dispatched at"), 17), named("dispatched_at")),
        (Column(_("Answered at"), 17), named("sent_at")),
        (Column(_("Closed at"), 17), named("closed_at")),
    ]


def _end(moment: datetime | None) -> str:
    """Midnight belongs to the day it ends."""
    if moment is None:
        return ""
    local = to_local(moment)
    ends = (local.hour, local.minute) == (0, 0)
    return f"{local.date() - timedelta(days=1):%Y-%m-%d} 24:00" if ends else exports.plain(moment)


def _marks(row: Row) -> str:
    marks = [
        (_("Confidential"), row["is_confidential"]),
        (_("Supervised"), row["is_supervised"]),
        (_("Chases: %d") % (row["chase_count"] or 0), row["chase_count"]),
        (_("Redos: %d") % (row["redo_count"] or 0), row["redo_count"]),
        (_("Extension asked"), row["extension_asked"]),
        (_("Suspension asked"), row["suspension_asked"]),
    ]
    return " ".join(str(words) for words, holds in marks if holds)


def lines(found: Iterable[Row], actor: Actor) -> Iterator[list[Cell]]:
    """Rows of tickets as cells, masked for this reader."""
    told, rest = [tell for _, tell in columns()], iter(found)
    while part := list(islice(rest, worklists.PART)):
        for shown in rows.shown(part, actor):
            yield [tell(shown) for tell in told]


def tickets_as_file(
    visit: Visit, chosen: QuerySet[Ticket], *, title: str, what: str, narrowed: Mapping[str, str], by_due: bool = True
) -> HttpResponseBase:
    """These tickets as an Excel file, recorded. Raises UnableToExport where they are too many."""
    total, found = worklists.every(chosen, scope=visit.scope, now=visit.now, most=exports.MOST, by_due=by_due)
    if total > exports.MOST:
        raise exports.UnableToExport
    progress = Progress(visit.user.pk, visit.request.POST.get(TAKE, ""), total)
    progress.told(0)
    notes = [f"{title}  {_('%d rows') % total}", *exports.head(narrowed, visit.who, visit.now)]
    sheet = Sheet(title, [column for column, _ in columns()], lines(found, visit.actor), notes)
    who = f"{visit.who} {exports.plain(visit.now)}"
    file, count = exports.workbook([sheet], who=who, told=progress.told)
    exports.record(what=what, narrowed=narrowed, rows=count, file=file, actor=visit.actor, now=visit.now)
    progress.told(count)
    return exports.answer(file, title, visit.now)


@page("page.queue.export")
def queue_as_file(visit: Visit) -> HttpResponseBase:
    """The list as it is narrowed now."""
    if visit.request.method != "POST":
        return visit.go(reverse("queue"))
    asked = visit.request.GET
    chosen, filters = queue.chosen_of(visit), queue.filters_of(asked)
    narrowed = {each["label"]: dict(each["choices"]).get(each["value"], "") for each in queue.choosable(asked)}
    narrowed = {name: value for name, value in narrowed.items() if value}
    tickets = worklists.tickets(chosen, visit.scope, visit.actor.in_place_of, filters)
    return tickets_as_file(
        visit, tickets, title=said(chosen), what=f"queue:{chosen.value}", narrowed=narrowed,
        by_due=chosen is not worklists.Worklist.ALL,
    )  # fmt: skip


@page("page.queue.export")
def progress(visit: Visit) -> HttpResponse:
    """How many rows of the export that this page waits for are written, and of how many."""
    done, total = Progress.of(visit.user.pk, visit.request.GET.get(TAKE, ""))
    return JsonResponse({"done": done, "total": total})
