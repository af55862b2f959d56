"""One person at one page: who asks, what he sees, when, and how the answer is given to a browser with or without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from hotline.acting import unsent
from hotline.models import User
from hotline.permissions import Owed, actor_of, deputies, may, owed, scope_of
from hotline.wording import language_of, listed, said, whole
from tickets import clock
from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Section
from tickets.queries import offices
from tickets.queries.freshness import held
from tickets.queries.scopes import Scope

from . import refusals

SEE_OTHER, BAD_REQUEST = 303, 400
#: Open also to somebody who still owes a new password or a second factor: where he sets them.
FREE = ("page.profile",)


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
    def desk_of(self) -> User:
        """Whose desk he is at: his own, or that of somebody who is away."""
        return self.user.stand_in.absent if self.user.stand_in is not None else self.user

    @property
    def section(self) -> Section | None:
        """The section of that desk."""
        number = self.desk_of.section_id
        return None if number is None else offices.sections().get(number)

    @property
    def at(self) -> str:
        """Where he works: his section, else what he does."""
        return self.section.name if self.section else self._roles[0] if self._roles else ""

    @property
    def who(self) -> str:
        """工程一科 · 测试乙; of a deputy also for whom."""
        acting = _("acting for %s") % self.desk_of if self.user.stand_in is not None else ""
        return " · ".join(part for part in (self.at, str(self.user), acting) if part)

    @cached_property
    def roles(self) -> str:
        """What the account, or the deputy, is for."""
        return listed(self._roles)

    @cached_property
    def _roles(self) -> list[str]:
        return [said(role) for role in Role if role in self.actor.roles]

    @property
    def may_act_for(self) -> list[dict[str, Any]]:
        """The desks of people who are away that he may sit at (permissions.deputies.offered)."""
        return list(self.request.session.get(deputies.OFFERED, []))

    @property
    def may_search(self) -> bool:
        """Whether the field of the head is for him."""
        return may(self.actor, "page.search", signed_in=True)

    @property
    def sees_proposals(self) -> bool:
        """Whether proposed changes of calendar and limits are for him."""
        return may(self.actor, "page.rules.proposals", signed_in=True)

    @property
    def may_propose(self) -> bool:
        """Whether he may propose one."""
        return may(self.actor, "page.rules.propose", signed_in=True)

    @property
    def themes(self) -> list[tuple[str, str]]:
        """How pages may look."""
        return [("auto", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))]

    @property
    def is_fragment(self) -> bool:
        """HTMX asks for a part of the page."""
        return refusals.is_fragment(self.request)

    def page(self, template: str, facts: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """The template with the head of the house around it."""
        return render(self.request, f"hotline/{template}", {"visit": self, **(facts or {})}, status=status)

    def part(self, template: str, facts: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """A part alone, for HTMX to put in its place."""
        return render(self.request, f"hotline/{template}", {"visit": self, **(facts or {})}, status=status)

    def back(self, otherwise: str) -> str:
        """Where the person came from in this house, as the form or the address says; else there."""
        wanted = self.request.POST.get("back") or self.request.GET.get("back") or ""
        is_ours = url_has_allowed_host_and_scheme(wanted, {self.request.get_host()})
        return wanted if is_ours else otherwise

    def go(self, address: str) -> HttpResponse:
        """On to another page, by GET: also when HTMX asked, which would follow a redirect silently."""
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address, status=SEE_OTHER)


Answer = Callable[..., HttpResponseBase]


def page(endpoint: str) -> Callable[[Answer], Answer]:
    """A view of ``(visit, **params)`` under its name in permissions.PAGES: signed in, allowed, in the reader's language; what the
    domain refuses is said on a page with what to do."""

    def decorate(view: Answer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest, **params: Any) -> HttpResponseBase:
            user = request.user
            translation.activate(language_of(request, user))
            if not isinstance(user, User) or not user.is_active:
                return _sign_in_first(request)
            visit = Visit(request, user, actor_of(user), clock.now(), endpoint)
            request.visit = visit  # type: ignore[attr-defined]
            if not may(visit.actor, endpoint, signed_in=True):
                return refusals.forbidden(request) if visit.actor.roles else refusals.waiting(request)
            if not endpoint.startswith(FREE) and (due := owed(request, user, visit.now)) is not None:
                return _pay_first(visit, due)
            return _told(view, visit, params)

        answer.endpoint = endpoint  # type: ignore[attr-defined]
        return answer

    return decorate


def _told(view: Answer, visit: Visit, params: Mapping[str, Any]) -> HttpResponseBase:
    response: HttpResponseBase
    try:
        with offices.held_for_a_page() if visit.request.method == "GET" else held():
            response = view(visit, **params)
    except (Http404, NotFound):
        response = refusals.not_found(visit.request)
    except Exception as error:
        if not (hasattr(error, "zh") and hasattr(error, "en")):
            raise
        response = refusals.refused(visit.request, error)
    _sent_after_all(visit, response)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if "ETag" not in response.headers:
        add_never_cache_headers(response)
    return response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the page of signing in and back. A script is told, so that what was typed stays on the page until then; what a form has
    posted is kept, sealed, for the person whose session has ended."""
    if "HX-Request" in request.headers or "X-Draft" in request.headers:
        return HttpResponse(status=401, headers={"HX-Trigger": "signed-out"})
    if refusals.keep_unsent(request):
        messages.warning(request, _("Your session had ended. What you sent is kept: sign in, and send it again."))
        return redirect_to_login(reverse("unsent"))
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def _pay_first(visit: Visit, due: Owed) -> HttpResponse:
    """To where a new password is set, or the second factor."""
    messages.warning(visit.request, said(due))
    refusals.keep_unsent(visit.request)
    return visit.go(reverse("account_change_password" if due.code == "new_password" else "mfa_activate_totp"))


def _sent_after_all(visit: Visit, response: HttpResponseBase) -> None:
    """A kept form that has gone through now is kept no longer."""
    kept = whole(visit.request.GET.get("unsent", ""))
    if visit.request.method == "POST" and kept and response.status_code < BAD_REQUEST:
        unsent.drop(visit.user, kept)
