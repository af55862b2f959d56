"""The session between the browser and the desks: it ends when it has lain idle or gone on too long, and knows whose desk it is at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from hotline.models import User
from hotline.permissions import deputies, sessions, sign_out
from tickets import clock


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
