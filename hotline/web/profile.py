"""One's own account: language, appearance, password, second factor, open sessions, the token for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as mfa_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import alerting
from hotline.permissions import factors, passwords, tokens
from hotline.wording import said, whole

from .own_password import OwnPasswordForm
from .visit import Visit, page


@page("page.profile")
def profile(visit: Visit) -> HttpResponse:
    """All of it on one page; by POST the language."""
    if visit.request.method == "POST":
        return _language(visit)
    user = visit.user
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    facts = {
        "languages": settings.LANGUAGES,
        "factor": found,
        "is_factor_asked": factors.is_asked_of(user),
        "sessions": UserSession.objects.purge_and_list(user),
        "token_at": tokens.made_at(user),
        "password_days": settings.PASSWORD_DAYS,
        "idle_minutes": int(settings.SESSION_IDLE_MINUTES),
        "hours": int(settings.SESSION_HOURS),
        "roads": [(road.value, said(road)) for road in alerting.roads()],
        "quiet": [each.strftime("%H:%M") for each in settings.ALERT_QUIET],
    }
    return visit.page("profile/page.html", facts)


def _language(visit: Visit) -> HttpResponse:
    """Kept on the account, and in this browser."""
    response = visit.go(reverse("profile"))
    chosen = visit.request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        visit.user.language = chosen
        visit.user.save(update_fields=["language"])
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax")
    return response


@page("page.profile")
def alerts(visit: Visit) -> HttpResponse:
    """How this person is told outside the house what waits in the tray."""
    if visit.request.method == "POST":
        road, address = visit.request.POST.get("road", ""), visit.request.POST.get("address", "").strip()
        if trouble := alerting.choose(user=visit.user, road=road, address=address, now=visit.now):
            messages.error(visit.request, trouble)
        else:
            messages.success(visit.request, _("Kept.") if road else _("Nothing is told outside the house any more."))
    return visit.go(f"{reverse('profile')}#alerts")


@page("page.profile.password")
def password(visit: Visit) -> HttpResponse:
    """A new password, after the present one; every other session ends."""
    form = OwnPasswordForm(visit.user, visit.request, visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        passwords.change(user=visit.user, password=form.chosen, actor=visit.user.actor(), now=visit.now)
        update_session_auth_hash(visit.request, visit.user)
        messages.success(visit.request, _("The new password holds. Sessions on other machines have ended."))
        return visit.go(reverse("profile"))
    facts = {"form": form, "rules": passwords.rules()}
    return visit.page("profile/password.html", facts, status=422 if form.errors else 200)


@page("page.profile")
def end_sessions(visit: Visit) -> HttpResponse:
    """End one session, or all but this one."""
    if visit.request.method == "POST":
        mine = UserSession.objects.filter(user=visit.user).exclude(session_key=visit.request.session.session_key)
        wanted = visit.request.POST.get("session", "")
        for each in mine.filter(pk=whole(wanted) or 0) if wanted else mine:
            each.end()
        messages.success(visit.request, _("Ended."))
    return visit.go(f"{reverse('profile')}#sessions")


@reauthentication_required
def _token(request: HttpRequest, visit: Visit) -> HttpResponse:
    key = tokens.give(user=visit.user, actor=visit.user.actor(), now=visit.now)
    return visit.page("profile/token.html", {"key": key})


@page("page.token")
def token(visit: Visit) -> HttpResponse:
    """Make a token and show it this once, or drop it."""
    if visit.request.method != "POST":
        return visit.go(reverse("profile"))
    if visit.request.POST.get("do") == "drop":
        tokens.drop(user=visit.user, actor=visit.user.actor(), now=visit.now)
        return visit.go(reverse("profile"))
    response: HttpResponse = _token(visit.request, visit)
    return response


def _ours(endpoint: str, view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """A page of django-allauth behind our door: its flow, our templates and head."""

    @page(endpoint)
    def answer(visit: Visit) -> Any:
        return view(visit.request)

    return answer


FACTOR = "page.profile.factor"
factor_on = _ours(FACTOR, totp_views.activate_totp)
factor_off = _ours(FACTOR, totp_views.deactivate_totp)
codes = _ours(FACTOR, codes_views.view_recovery_codes)
new_codes = _ours(FACTOR, codes_views.generate_recovery_codes)
codes_as_file = _ours(FACTOR, codes_views.download_recovery_codes)
again = _ours("page.profile.again", account_views.reauthenticate)
again_by_code = _ours("page.profile.again", mfa_views.reauthenticate)
