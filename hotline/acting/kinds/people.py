"""人员账号 and 岗位权限 as kinds of rows: accounts by the system administrator, their roles by the security administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from hotline.acting import accounts
from hotline.acting.fields import Strict, Text
from hotline.models import User
from tickets.domain.actors import Actor
from tickets.domain.words import Role

from .base import Kind, Several, Typed, Unit, section_of


class PersonForm(Strict):
    """Who, and in which section."""

    username = Text(30, required=True, help_text=_("For signing in; it stays for good and is never given again."))
    name = Text(40, required=True)
    unit = Unit(help_text=_("Handlers and chiefs need one; leaders and administrators may have none."))


class RightsForm(Strict):
    """An account and all its roles."""

    username = Text(30, required=True)
    roles = Several(Role)


def _find(typed: Mapping[str, Any]) -> User | None:
    return User.objects.select_related("section").filter(username__iexact=typed["username"]).first()


def find_account(typed: Mapping[str, Any]) -> User:
    """The account that roles are for. Raises ValidationError when there is none."""
    found = _find(typed)
    if found is None:
        raise serializers.ValidationError({"username": [_("No account has this name.")]})
    return found


def _given(row: User) -> Typed:
    return {"username": row.username, "name": row.name, "unit": row.section.code if row.section else ""}


def _rights(row: User) -> Typed:
    return {"username": row.username, "roles": [role.value for role in Role if role.value in row.roles]}


def _save(row: User | None, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    section = section_of(typed["unit"])
    facts: dict[str, Any] = {"name": typed["name"], "section": section, "actor": actor, "now": now, "reason": reason}
    if row is None:
        accounts.create(username=typed["username"], **facts)
        return True
    before = _given(row)
    return _given(accounts.change(user=row, **facts)) != before


def _save_rights(row: User, typed: Typed, actor: Actor, now: datetime, reason: str) -> bool:
    before = sorted(row.roles)
    return sorted(accounts.grant(user=row, roles=typed["roles"], actor=actor, now=now, reason=reason).roles) != before


def _rows(word: str) -> Any:
    rows = User.objects.select_related("section").order_by("-is_active", "section__order", "id")
    return rows.filter(Q(name__icontains=word) | Q(username__icontains=word)) if word else rows


PEOPLE = Kind(
    "people",
    _("Accounts"),
    _(
        "User name, name and section. Each new account gets a one-time link; roles come from the security administrator."
    ),
    Role.SYSADMIN,
    PersonForm,
    ("username",),
    _find,
    _given,
    _save,
    _rows,
)
RIGHTS = Kind(
    "rights",
    _("Roles"),
    _("User name and all roles of the account, parted by 、. What is not named is taken away."),
    Role.SECURITY,
    RightsForm,
    ("username",),
    find_account,
    _rights,
    _save_rights,
    _rows,
)
