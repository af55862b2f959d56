"""Where a person begins: his own desk; who has not signed in learns what this is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hotline.models import User
from hotline.permissions import actor_of

from . import shell
from .visit import Visit, page

THEMES = ("auto", "light", "dark")


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The first desk of this person; else what runs here."""
    if isinstance(request.user, User):
        first = shell.own(actor_of(request.user))
        return HttpResponseRedirect(reverse(first.first.removeprefix("page.") if first else "tray"))
    return render(request, "hotline/home.html", {"is_demonstration": settings.DEMONSTRATION})


@page("page.home")
def appearance(visit: Visit) -> HttpResponse:
    """Light, dark, or as the system has it; kept on the account."""
    post = visit.request.POST
    if visit.request.method == "POST" and post.get("theme") in THEMES:
        visit.user.theme = post["theme"]
        visit.user.save(update_fields=["theme"])
    wanted = post.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wanted, {visit.request.get_host()})
    return visit.go(wanted if is_ours else "/")
