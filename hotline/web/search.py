"""Search: a number, words of two characters and more, or a telephone number where one may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.permissions import find_ticket
from hotline.telling import finding, rows
from hotline.wording import said
from tickets.queries.pages import BadCursor, Page

from .visit import Visit, page

SIZE, LEAST = 30, 2


@page("page.search")
def search(visit: Visit) -> HttpResponse:
    """What was found; a whole ticket number goes straight there."""
    text = visit.request.GET.get("q", "").strip()[:60]
    given: dict[str, Any] = {"q": text, "rows": [], "kind": "", "wrong": ""}
    if len(text) < LEAST:
        given["wrong"] = _("Two characters at the least.") if text else ""
        return visit.page("search.html", given)
    kind, found = "", Page()
    try:
        kind, found = finding.find(
            text,
            actor=visit.actor,
            scope=visit.scope,
            now=visit.now,
            after=visit.request.GET.get("after", ""),
            size=SIZE,
        )
    except BadCursor:
        given["wrong"] = _("This page of the list is not there any more: search again.")
    except finding.NotForYou as refusal:
        given["wrong"] = said(refusal)
    if kind == "number" and len(found.rows) == 1 and found.rows[0]["number"] == text.upper():
        return visit.go(reverse("ticket", args=[find_ticket(visit.actor, text.upper()).number]))
    given |= {"kind": kind, "rows": rows.shown(found.rows, visit.actor)}
    given["next"] = f"{reverse('search')}?{urlencode({'q': text, 'after': found.next})}" if found.next else ""
    return visit.page("search.html", given)
