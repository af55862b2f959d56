"""Before any page: what no database can hold is refused, and the session between browser and desks ends when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError

from hotline.models import User
from hotline.permissions import deputies, sessions, sign_out
from hotline.web import refusals
from tickets import clock

NUL = "\x00"


class NulMiddleware:
    """A NUL in the address or in a form is answered 400: no text of a database holds one. The body is read only of requests whose
    form the protection against forged ones reads as well, so that the API and the pushes of platforms get theirs untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Before the view, when reader and language are known."""
        if NUL in request.path_info or _holds_nul(request.GET) or _holds_nul(_form(request, view)):
            return refusals.bad_request(request)
        return None


def _form(request: HttpRequest, view: Any) -> QueryDict:
    if request.method != "POST" or getattr(view, "csrf_exempt", False):
        return QueryDict()
    try:
        return request.POST
    except UnreadablePostError:
        return QueryDict()


def _holds_nul(given: QueryDict) -> bool:
    return any(NUL in text for name, texts in given.lists() for text in (name, *map(str, texts)))


class SessionMiddleware:
    """Asks nothing of a request without a session; writes to it once in some minutes of work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            self._arrive(request, request.user, clock.now())
        response = self.get_response(request)
        if getattr(request, "has_entered", False) and isinstance(request.user, User):
            sessions.remember(response, request.user)
        return response

    def _arrive(self, request: HttpRequest, user: User, now: datetime) -> None:
        if sessions.is_over(request, now):
            request.left_user = user  # type: ignore[attr-defined]
            sign_out(request, user, now, "session_over")
            logout(request)
            return
        if sessions.touch(request, now):
            request.session[deputies.OFFERED] = deputies.offered(user, now)
        if chosen := request.session.get(deputies.ACTS_FOR):
            user.stand_in = deputies.stand_in(user, chosen, now)
            if user.stand_in is None:
                del request.session[deputies.ACTS_FOR]
