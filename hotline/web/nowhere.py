"""An address that is none, told inside the house to whoever is in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from hotline.models import User

from . import refusals
from .visit import Visit, page


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponseBase:
    """404: with the desks in its head for somebody who is signed in."""
    is_inside = isinstance(getattr(request, "user", None), User)
    return nothing(request) if is_inside else refusals.not_found(request, exception)


@page("page.profile")
def nothing(visit: Visit, **params: Any) -> HttpResponseBase:
    """What is open to everybody who is in, and is not there."""
    raise Http404(visit.request.path)
