"""What was sent too late and is kept: shown to its writer, to be sent again or thrown away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse

from hotline.acting import unsent as acting
from hotline.models import User
from hotline.telling.changes import WORDS
from hotline.wording import label, listed, whole
from hotline.wording.names import LABELS
from tickets.domain.states import Action

from .visit import Visit, page

#: Fields that steer a form and say nothing to a reader.
UNSAID = ("version", "back", "do", "next")
DOT = " · "


def address(user: User) -> str:
    """The page, when something is kept for this person; else ''."""
    return reverse("unsent") if acting.is_there(user) else ""


@page("page.unsent")
def unsent(visit: Visit) -> HttpResponse:
    """The list; by POST one is thrown away."""
    if visit.request.method == "POST":
        if wanted := whole(visit.request.POST.get("drop", "")):
            acting.drop(visit.user, wanted)
        return visit.go(reverse("unsent"))
    return visit.page("unsent.html", {"rows": [_shown(row) for row in acting.of(visit.user)]})


def _shown(row: acting.Unsent) -> dict[str, Any]:
    path, _, query = row.path.partition("?")
    kept = "&".join(part for part in (query, urlencode({"unsent": row.pk})) if part)
    told = [
        (str(LABELS.get(name, name)), listed(label(WORDS[name], text) if name in WORDS else text for text in texts))
        for name, texts in row.typed.items()
        if name not in UNSAID and any(text.strip() for text in texts)
    ]
    hidden = [(name, text) for name, texts in row.typed.items() for text in texts]
    where = _where(path)
    return {"pk": row.pk, "path": f"{path}?{kept}", "at": row.saved_at, "where": where, "told": told, "hidden": hidden}


def _where(path: str) -> str:
    """SZ-2026-0000006 · 联系群众: for which ticket and act it was meant."""
    try:
        meant = resolve(path).kwargs
    except Resolver404:
        return ""
    return DOT.join(filter(None, (meant.get("number"), label(Action, meant.get("action", "")))))
