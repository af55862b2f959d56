"""人员账号: the list, a new account, one account; roles beside it for the security administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from hotline.acting import accounts, choosing, links
from hotline.acting.fields import Strict, Text
from hotline.acting.kinds import PEOPLE
from hotline.acting.kinds.base import section_of
from hotline.acting.kinds.people import PersonForm
from hotline.models import User
from hotline.telling import account_changes
from hotline.wording import listed, said, whole
from tickets.domain.states import UnableToMove
from tickets.domain.words import Role
from tickets.models import Section

from ..asking import Asking
from ..visit import Visit
from ..visit import page as desk_page
from .tabs import page, tabs

SIZE = 60
LAST_PAGE = 10_000
STATES = ("in_service", "waiting", "off")


class Known(PersonForm):
    """An account that is there: its user name stays."""

    username = None  # type: ignore[assignment]


class RolesForm(Strict):
    """All roles of an account."""

    roles = serializers.ListField(child=serializers.CharField(max_length=24), required=False, default=list)
    reason = Text(200, required=True)


class ReasonForm(Strict):
    """Why."""

    reason = Text(200, required=True)


def found(pk: int) -> User:
    """The account. Raises Http404."""
    user = User.objects.select_related("section").filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


@desk_page("page.setup.people")
def people(visit: Visit) -> HttpResponse:
    """Everybody, those in service first; narrowed by a word, a section, a state."""
    asked = visit.request.GET
    rows = PEOPLE.rows(asked.get("q", "").strip()[:40])
    rows = _narrowed(rows, asked)
    has_factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    start = (min(whole(asked.get("page", "")) or 1, LAST_PAGE) - 1) * SIZE
    shown = list(rows.annotate(has_factor=Exists(has_factor))[start : start + SIZE + 1])
    facts = {
        "rows": [_row(user) for user in shown[:SIZE]],
        "next": start // SIZE + 2 if len(shown) > SIZE else None,
        "sections": choosing.sections(),
        "asked": {name: asked.get(name, "") for name in ("q", "unit", "state")},
        "states": [("in_service", _("in service")), ("waiting", _("without roles")), ("off", _("switched off"))],
        "makes": visit.actor.has(Role.SYSADMIN),
    }
    return page(visit, "people.html", facts)


def _narrowed(rows: Any, asked: Mapping[str, str]) -> Any:
    if asked.get("unit"):
        rows = rows.filter(section__code=asked["unit"])
    state = asked.get("state", "")
    if state in STATES:
        rows = rows.filter(
            {"in_service": Q(is_active=True), "waiting": Q(is_active=True, roles=[]), "off": Q(is_active=False)}[state]
        )
    return rows


def _row(user: User) -> dict[str, Any]:
    roles = listed(said(role) for role in Role if role.value in user.roles)
    return {"user": user, "roles": roles, "has_factor": getattr(user, "has_factor", False)}


@desk_page("page.setup.people")
def new_person(visit: Visit) -> HttpResponse:
    """A new account; its link is shown once."""
    asking = Asking(
        visit,
        "setup/new_person.html",
        PersonForm,
        {"tabs": tabs(visit)},
        choices={"unit": choosing.sections},
    )
    return asking.answer(lambda typed: _made(visit, typed))


def _made(visit: Visit, typed: dict[str, Any]) -> HttpResponse:
    user, token = accounts.create(
        username=typed["username"],
        name=typed["name"],
        section=section_of(typed["unit"]),
        actor=visit.actor,
        now=visit.now,
    )
    return shown_once(visit, user, token)


def shown_once(visit: Visit, user: User, token: str) -> HttpResponse:
    """The link, to be handed to the owner of the account; it is not kept and cannot be shown again."""
    address = visit.request.build_absolute_uri(reverse("join", args=[token]))
    facts = {"person": user, "address": address, "hours": int(links.GOOD_FOR.total_seconds() // 3600)}
    return page(visit, "link.html", facts)


@desk_page("page.setup.people")
def person(visit: Visit, pk: int) -> HttpResponse:
    """One account: who he is and where he works; moving away from open work leads to handing it over."""
    user = found(pk)
    asking = Asking(
        visit,
        "setup/person.html",
        Known,
        _facts(visit, user),
        given={"name": user.name, "unit": user.section.code if user.section else ""},
        choices={"unit": choosing.sections},
    )
    return asking.answer(lambda typed: _changed(visit, user, typed))


def _facts(visit: Visit, user: User) -> dict[str, Any]:
    return {
        "tabs": tabs(visit),
        "person": user,
        "roles": [(role.value, said(role), role.value in user.roles) for role in accounts.GRANTED],
        "held": listed(said(role) for role in Role if role.value in user.roles),
        "is_machine": Role.ADAPTER.value in user.roles,
        "factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first(),
        "link": links.open_for(user, visit.now),
        "changes": account_changes.of(user),
        "makes": visit.actor.has(Role.SYSADMIN) and visit.user.pk != user.pk,
        "grants": visit.actor.has(Role.SECURITY) and visit.user.pk != user.pk,
        "is_me": visit.user.pk == user.pk,
    }


def _changed(visit: Visit, user: User, typed: dict[str, Any]) -> HttpResponse:
    section: Section | None = section_of(typed["unit"])
    try:
        accounts.change(user=user, name=typed["name"], section=section, actor=visit.actor, now=visit.now)
    except UnableToMove as refusal:
        if refusal.code != "open_work":
            raise
        asked = urlencode({"to": typed["unit"] or "-", "name": typed["name"]})
        return visit.go(f"{reverse('setup_leave', args=[user.pk])}?{asked}")
    messages.success(visit.request, _("Saved."))
    return visit.go(reverse("setup_person", args=[user.pk]))


@desk_page("page.setup.people")
def link(visit: Visit, pk: int) -> HttpResponse:
    """A link for a new password, or the account switched on again with one."""
    user = found(pk)
    if visit.request.method != "POST":
        return visit.go(reverse("setup_person", args=[pk]))
    act = accounts.reset if user.is_active else accounts.switch_on
    return shown_once(visit, user, act(user=user, actor=visit.actor, now=visit.now))


@desk_page("page.setup.people")
def roles(visit: Visit, pk: int) -> HttpResponse:
    """The roles, by the security administrator; what is refused stands beside them."""
    user = found(pk)
    asking = Asking(
        visit,
        "setup/roles.html",
        RolesForm,
        _facts(visit, user),
        given={"roles": list(user.roles)},
        choices={"roles": lambda: [(role.value, said(role)) for role in accounts.GRANTED]},
    )
    return asking.answer(lambda typed: _granted(visit, user, typed))


def _granted(visit: Visit, user: User, typed: dict[str, Any]) -> HttpResponse:
    accounts.grant(user=user, roles=typed["roles"], actor=visit.actor, now=visit.now, reason=typed["reason"])
    messages.success(visit.request, _("The roles hold from now on."))
    return visit.go(reverse("setup_person", args=[user.pk]))


@desk_page("page.setup.people")
def factor(visit: Visit, pk: int) -> HttpResponse:
    """Take the second factor off an account whose owner has lost telephone and codes."""
    user = found(pk)
    asking = Asking(visit, "setup/factor.html", ReasonForm, _facts(visit, user))
    return asking.answer(lambda typed: _dropped(visit, user, typed))


def _dropped(visit: Visit, user: User, typed: dict[str, Any]) -> HttpResponse:
    accounts.drop_factor(user=user, actor=visit.actor, now=visit.now, reason=typed["reason"])
    messages.success(visit.request, _("Taken off; its sessions have ended."))
    return visit.go(reverse("setup_person", args=[user.pk]))
