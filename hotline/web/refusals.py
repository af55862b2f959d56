"""What cannot be shown: one shape for pages, JSON under /api/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.acting import unsent
from hotline.models import User
from hotline.permissions import sessions
from hotline.wording import said
from tickets import clock


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return _told(request, 404, "not_found", _("Nothing here"), _("There is nothing here, or nothing that you may see."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _told(request, 403, "forbidden", _("Not allowed"), _("Your roles do not allow this."))


def waiting(request: HttpRequest) -> HttpResponse:
    """403 of an account that has no role yet: nothing is wrong, and there is nothing to do here but to go."""
    title = _("The account is open: the security administrator has yet to give it a role")
    message = _("Ask the security administrator; once a role is given, open this page again.")
    return _shown(request, 403, {"title": title, "message": message}, "hotline/waiting.html")


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _told(request, 400, "invalid", _("Cannot be read"), _("The request cannot be read."))


def broken(request: HttpRequest) -> HttpResponse:
    """500: nothing was done, the fault is in the log."""
    message = _("A fault on our side: nothing was changed. Please try again, and tell the administrator if it stays.")
    if request.path.startswith("/api/"):
        return _json(500, "fault", message)
    return HttpResponse(message, status=500, content_type="text/plain; charset=utf-8")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that came without its token; what was typed on a page of ours is kept for whoever sits there."""
    if _is_from_here(request) and keep_unsent(request):
        return HttpResponseRedirect(reverse("unsent"))
    return _told(
        request, 403, "csrf", _("Please try again"), _("The page was open too long: go back, reload it, try again.")
    )


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this house sent the form; one that says nothing is believed nothing."""
    try:
        sender = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    except ValueError:
        return False
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return f"{sender.scheme}://{sender.netloc}" in ours


def keep_unsent(request: HttpRequest) -> bool:
    """Keep what was posted to a page, for the person whose session this is or was; pages of one's own account keep nothing, and a
    draft stays on the page that wanted to keep it."""
    endpoint = getattr(getattr(request.resolver_match, "func", None), "endpoint", "page.profile")
    if request.method != "POST" or "X-Draft" in request.headers or endpoint.startswith("page.profile"):
        return False
    user = request.user if isinstance(request.user, User) else getattr(request, "left_user", None)
    user = user or sessions.last_user(request)
    if user is None:
        return False
    typed = {name: [str(each) for each in texts] for name, texts in request.POST.lists()}
    return unsent.keep(user=user, path=request.get_full_path(), typed=typed, now=clock.now())


def stopped(request: HttpRequest, title: str, message: str) -> HttpResponse:
    """403 with its own words: why somebody does not come in, and whom to ask."""
    return _shown(request, 403, {"title": title, "message": message})


def refused(request: HttpRequest, error: Any) -> HttpResponse:
    """409 of an act that the domain refuses: its own words, and what would be possible."""
    possible = [said(action) for action in getattr(error, "possible", ())]
    facts = {"title": _("This is not possible now"), "message": said(error), "possible": possible}
    return _shown(request, 409, facts)


def _told(request: HttpRequest, status: int, code: str, title: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _json(status, code, message)
    return _shown(request, status, {"title": title, "message": message})


def is_fragment(request: HttpRequest) -> bool:
    """HTMX asks for a part of the page; what it restores from history or boosts is a whole one."""
    headers = request.headers
    return "HX-Request" in headers and "HX-Boosted" not in headers and "HX-History-Restore-Request" not in headers


def _shown(
    request: HttpRequest, status: int, facts: Mapping[str, Any], template: str = "hotline/refusal.html"
) -> HttpResponse:
    """A page; where a part was asked for, a line among the messages of the page, and nothing where nobody has asked."""
    if not is_fragment(request):
        return render(request, template, facts, status=status)
    if "X-Unattended" in request.headers:
        return HttpResponse(status=status, headers={"HX-Reswap": "none"})
    answer = render(request, "hotline/parts/refused.html", facts, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#said", "innerHTML"
    return answer


def _json(status: int, code: str, message: str) -> JsonResponse:
    body = {"code": code, "message": message}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
