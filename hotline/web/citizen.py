"""The callers' own page: look up a matter by its code, read where it stands and what was answered, rate it. Nobody signs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hotline.permissions import lookups
from hotline.telling import standing
from hotline.wording import language_of, said
from hotline.wording.satisfaction import satisfactions
from tickets import clock
from tickets.actions import ratings
from tickets.domain.states import UnableToMove
from tickets.models import Inquiry

#: What the session of a caller knows, and for how long (seconds).
LOOKED_UP, OPEN_FOR = "looked_up", 15 * 60
Answer = Callable[[HttpRequest], HttpResponse]


def open_page(endpoint: str) -> Callable[[Answer], Answer]:
    """A page for anybody, in the language of the browser, kept by no cache."""

    def decorate(view: Answer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            translation.activate(language_of(request, request.user))
            return view(request)

        answer.endpoint = endpoint  # type: ignore[attr-defined]
        return never_cache(require_http_methods(["GET", "HEAD", "POST"])(answer))

    return decorate


@open_page("page.citizen")
def citizen(request: HttpRequest) -> HttpResponse:
    """The two fields; a right pair leads on to the matter."""
    if request.method != "POST":
        return render(request, "hotline/citizen/ask.html", {"code": request.GET.get("code", "")[:40]})
    typed = {name: request.POST.get(name, "") for name in ("code", "digits")}
    now = clock.now()
    try:
        inquiry = lookups.look_up(request, **typed, now=now)
    except lookups.UnableToLookUp as refusal:
        status = 429 if refusal.code == "locked" else 400
        return render(request, "hotline/citizen/ask.html", {**typed, "refusal": said(refusal)}, status=status)
    ratings.look_up(inquiry=inquiry, now=now)
    request.session[LOOKED_UP] = [inquiry.pk, now.timestamp()]
    return HttpResponseRedirect(reverse("citizen_matter"), status=303)


@open_page("page.citizen.matter")
def matter(request: HttpRequest) -> HttpResponse:
    """Where it stands; a rating comes by POST."""
    now = clock.now()
    inquiry = _looked_up(request, now)
    if inquiry is None:
        return HttpResponseRedirect(reverse("citizen"), status=303)
    if request.method != "POST":
        return _page(request, inquiry, now)
    typed = {name: request.POST.get(name, "") for name in ("solved", "satisfaction", "comment")}
    wrong = _misread(typed)
    try:
        if not wrong:
            _rate(inquiry, typed, now)
    except UnableToMove as refusal:
        wrong = said(refusal)
    if wrong:
        return _page(request, inquiry, now, {"typed": typed, "refusal": wrong}, status=400)
    return HttpResponseRedirect(f"{reverse('citizen_matter')}?rated=1", status=303)


def _looked_up(request: HttpRequest, now: datetime) -> Inquiry | None:
    """The inquiry this browser has just shown to be its caller's."""
    pk, since = request.session.get(LOOKED_UP) or (0, 0.0)
    if not 0 <= now.timestamp() - since < OPEN_FOR:
        return None
    return Inquiry.objects.select_related("ticket", "source").filter(pk=pk).first()


def _page(
    request: HttpRequest, inquiry: Inquiry, now: datetime, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    facts = {
        "matter": standing.told(inquiry, now),
        "satisfactions": satisfactions(),
        "is_rated": "rated" in request.GET,
    }
    return render(request, "hotline/citizen/matter.html", {**facts, "now": now, **(more or {})}, status=status)


def _misread(typed: Mapping[str, str]) -> str:
    if typed["solved"] not in ("true", "false") or typed["satisfaction"] not in dict(satisfactions()):
        return _("Say whether it is solved and how satisfied you are.")
    if len(typed["comment"]) > ratings.COMMENT:
        return _("At most %d signs, please.") % ratings.COMMENT
    return ""


def _rate(inquiry: Inquiry, typed: Mapping[str, str], now: datetime) -> None:
    figure, is_solved = int(typed["satisfaction"]), typed["solved"] == "true"
    ratings.rate(inquiry=inquiry, is_solved=is_solved, satisfaction=figure, comment=typed["comment"], now=now)
