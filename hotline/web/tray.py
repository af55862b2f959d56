"""The in-tray: what the house tells a person, the newest first; and how much of it is unread."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from hotline.telling import tray as telling
from hotline.wording import whole
from tickets.actions.notices import mark_read
from tickets.queries import trays
from tickets.queries.pages import BadCursor

from .queue import shown
from .visit import Visit, page

SIZE = 40


@page("page.tray")
def tray(visit: Visit) -> HttpResponse:
    """A page of it; by POST what is picked, or all of the page, is read."""
    if visit.request.method == "POST":
        wanted = [pk for each in visit.request.POST.getlist("notice") if (pk := whole(each))]
        mark_read(actor=visit.actor, notices=wanted, now=visit.now)
        return visit.go(reverse("tray"))
    unread = visit.request.GET.get("all") != "1"
    try:
        found = trays.page(actor=visit.actor, unread_only=unread, after=visit.request.GET.get("after", ""), size=SIZE)
    except BadCursor:
        return visit.go(reverse("tray"))
    rows = [telling.told(row, visit.actor) for row in found.rows]
    for row in rows:
        row["more"] = telling.more(row["facts"])
    return visit.page("tray.html", {"rows": rows, "next": found.next, "unread": unread})


@page("page.tray")
def tray_count(visit: Visit) -> HttpResponse:
    """How many are unread; nothing where there are none."""
    count = trays.unread(actor=visit.actor)
    return HttpResponse(f"<b>{shown(count)}</b>" if count else "")
