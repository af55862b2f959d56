"""What was sent too late and is kept: shown to its writer, to be sent again or thrown away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from hotline.acting import unsent as acting
from hotline.models import User
from hotline.wording import listed
from hotline.wording.names import LABELS

from .visit import Visit, page

#: Fields that steer a form and say nothing to a reader.
UNSAID = ("version", "back", "do", "next")


def address(user: User) -> str:
    """The page, when something is kept for this person; else ''."""
    return reverse("unsent") if acting.is_there(user) else ""


@page("page.unsent")
def unsent(visit: Visit) -> HttpResponse:
    """The list; by POST one is thrown away."""
    if visit.request.method == "POST":
        wanted = visit.request.POST.get("drop", "")
        if wanted.isdigit():
            acting.drop(visit.user, int(wanted))
        return visit.go(reverse("unsent"))
    return visit.page("unsent.html", {"rows": [_shown(row) for row in acting.of(visit.user)]})


def _shown(row: acting.Unsent) -> dict[str, Any]:
    path, _, query = row.path.partition("?")
    kept = "&".join(part for part in (query, urlencode({"unsent": row.pk})) if part)
    told = [
        (str(LABELS.get(name, name)), listed(texts))
        for name, texts in row.typed.items()
        if name not in UNSAID and any(text.strip() for text in texts)
    ]
    hidden = [(name, text) for name, texts in row.typed.items() for text in texts]
    return {"pk": row.pk, "path": f"{path}?{kept}", "at": row.saved_at, "told": told, "hidden": hidden}
