"""The guide: how each desk does its day, in the reader's language."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse

from hotline.telling import guide as telling

from . import shell
from .visit import Visit, page


@page("page.guide")
def guide(visit: Visit) -> HttpResponse:
    """The one of the reader's own desk."""
    first = shell.own(visit.actor)
    return visit.go(reverse("guide_of", args=[first.code if first else "start"]))


@page("page.guide")
def guide_of(visit: Visit, code: str) -> HttpResponse:
    """One page of it, with the others beside it."""
    if code not in telling.CODES:
        raise Http404
    return visit.page("guide.html", {"guide": telling.guide(code), "guides": telling.guides()})
