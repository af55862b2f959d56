"""One person at one page: who asks, what he sees, when, and how the answer is given to a browser with or without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from hotline.models import User
from hotline.permissions import actor_of, may, scope_of
from hotline.wording import label, language_of
from tickets import clock
from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.queries.freshness import held
from tickets.queries.scopes import Scope

from . import refusals, shell

SEE_OTHER = 303


@dataclass(frozen=True)
class Visit:
    """A request by somebody who may be here. ``params`` are the parts of the address."""

    request: HttpRequest
    user: User
    actor: Actor
    now: datetime
    endpoint: str

    @cached_property
    def scope(self) -> Scope:
        """Which tickets he sees."""
        return scope_of(self.actor)

    @property
    def at(self) -> str:
        """Where he works: his section, else what he does."""
        return self.user.section.name if self.user.section else self.roles.split("、")[0]

    @property
    def who(self) -> str:
        """工程一科 · 测试乙."""
        return " · ".join(part for part in (self.at, str(self.user)) if part)

    @cached_property
    def roles(self) -> str:
        """What the account is for."""
        return "、".join(label(Role, code) for code in self.user.roles)

    @property
    def may_search(self) -> bool:
        """Whether the field of the head is for him."""
        return may(self.actor, "page.search", signed_in=True)

    @property
    def themes(self) -> list[tuple[str, str]]:
        """How pages may look."""
        return [("auto", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))]

    @property
    def is_fragment(self) -> bool:
        """HTMX asks for a part of the page; what it restores from history or boosts is a whole one."""
        headers = self.request.headers
        return "HX-Request" in headers and "HX-Boosted" not in headers and "HX-History-Restore-Request" not in headers

    def page(self, template: str, facts: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """The template with the head of the house around it."""
        given = {"visit": self, "shell": shell.of(self), **(facts or {})}
        return render(self.request, f"hotline/{template}", given, status=status)

    def part(self, template: str, facts: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """A part alone, for HTMX to put in its place."""
        return render(self.request, f"hotline/{template}", {"visit": self, **(facts or {})}, status=status)

    def go(self, address: str) -> HttpResponse:
        """On to another page, by GET: also when HTMX asked, which would follow a redirect silently."""
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponse(status=SEE_OTHER, headers={"Location": address})


Answer = Callable[..., HttpResponse]


def page(endpoint: str) -> Callable[[Answer], Answer]:
    """A view of ``(visit, **params)`` under its name in permissions.PAGES: signed in, allowed, in the reader's language; what the
    domain refuses is said on a page with what to do."""

    def decorate(view: Answer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest, **params: Any) -> HttpResponse:
            user = request.user
            translation.activate(language_of(request, user))
            if not isinstance(user, User) or not user.is_active:
                return _sign_in_first(request)
            actor = actor_of(user)
            if not may(actor, endpoint, signed_in=True):
                return refusals.forbidden(request)
            return _told(view, Visit(request, user, actor, clock.now(), endpoint), params)

        answer.endpoint = endpoint  # type: ignore[attr-defined]
        return answer

    return decorate


def _told(view: Answer, visit: Visit, params: Mapping[str, Any]) -> HttpResponse:
    try:
        with held():
            response = view(visit, **params)
    except (Http404, NotFound):
        response = refusals.not_found(visit.request)
    except Exception as error:
        if not (hasattr(error, "zh") and hasattr(error, "en")):
            raise
        response = refusals.refused(visit.request, error)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if "ETag" not in response.headers:
        add_never_cache_headers(response)
    return response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the page of signing in and back; HTMX is told, so that what was typed stays on the page until then."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Trigger": "signed-out"})
    target = request.get_full_path() if request.method in ("GET", "HEAD") else request.META.get("HTTP_REFERER", "/")
    return redirect_to_login(target)
