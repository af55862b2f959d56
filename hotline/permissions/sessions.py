"""How long a session lives: so long without a click, so long in all; told without a write on every request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.http import HttpRequest

from hotline.models import User
from tickets import clock

from . import deputies

BEGAN, SEEN = "began", "seen"
#: The stamp in the row is renewed when it is older than this part of the idle limit: one write in two minutes of work.
RENEWED = 15
UNATTENDED = "X-Unattended"  # sent by the script for what no person has asked for (polling)
LAST = "last_account"
LAST_FOR = timedelta(days=7)


def begin(*, request: HttpRequest | None, user: Any, **_: Any) -> None:
    """Stamp a session that has just been opened, by whatever door."""
    if request is not None and hasattr(request, "session"):
        now = clock.now()
        request.session[BEGAN] = request.session[SEEN] = now.timestamp()
        request.session[deputies.OFFERED] = deputies.offered(user, now)
        request.has_entered = True  # type: ignore[attr-defined]


def is_over(request: HttpRequest, now: datetime) -> bool:
    """Has the session gone on too long, or lain idle too long?"""
    moment, session = now.timestamp(), request.session
    began, seen = session.get(BEGAN, moment), session.get(SEEN, moment)
    return moment - seen > idle().total_seconds() or moment - began > settings.SESSION_HOURS * 3600


def idle() -> timedelta:
    """How long a session may lie without a click."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def touch(request: HttpRequest, now: datetime) -> bool:
    """Somebody clicked: renew the stamp if it has grown old. True when it was renewed."""
    moment, session = now.timestamp(), request.session
    if UNATTENDED in request.headers or moment - session.get(SEEN, 0) < idle().total_seconds() / RENEWED:
        return False
    session.setdefault(BEGAN, moment)
    session[SEEN] = moment
    return True


# --- who was here last: so that a form that comes after the end is kept for its writer ---------------------------------------


def remember(response: Any, user: User) -> None:
    """Say in a signed cookie whose browser this is; it opens nothing."""
    response.set_cookie(
        LAST,
        signing.dumps(user.pk, salt=LAST),
        max_age=LAST_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def last_user(request: HttpRequest) -> User | None:
    """Who sat at this browser last, within a week."""
    try:
        pk = signing.loads(request.COOKIES.get(LAST, ""), salt=LAST, max_age=LAST_FOR)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


def listen() -> None:
    """Stamp every session that Django opens; called once, when the application is ready."""
    user_logged_in.connect(begin, dispatch_uid="hotline.permissions.sessions")
