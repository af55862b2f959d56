"""Whatever else is asked under /api/: the same address with or without its last slash, or a 404 in JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from hotline.wording import language_of

from .base import Endpoint


class Nowhere(Endpoint):
    """There is nothing here."""

    endpoints = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), "nowhere")
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask for."""
        translation.activate(language_of(request._request, request.user))  # noqa: SLF001
        raise NotFound


@csrf_exempt
def nowhere(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """A forgotten or superfluous last slash is forgiven (a redirect would lose the body of a POST)."""
    path = request.path_info
    other = path[:-1] if path.endswith("/") else path + "/"
    try:
        found = resolve(other)
    except Resolver404:
        found = None
    if found is None or found.func is nowhere:
        return Nowhere.as_view()(request)
    return found.func(request, *found.args, **found.kwargs)
