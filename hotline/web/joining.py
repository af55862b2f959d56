"""By a one-time link: the owner of an account sets his password; the first administrators are named."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from hotline.acting import accounts, links
from hotline.models import LinkKind, OneTimeLink, User
from hotline.permissions import passwords
from hotline.wording import language_of, said
from tickets import clock
from tickets.domain.states import UnableToMove
from tickets.domain.words import Role

from . import refusals
from .own_password import NewPasswordForm, password_field

FIRST = ((Role.SYSADMIN, "system"), (Role.SECURITY, "security"))


def _text(label: Any, longest: int) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, widget=widget)


class FirstForm(forms.Form):
    """Two people: user name, name and password of each."""

    system_username = _text(gettext_lazy("User name"), 30)
    system_name = _text(gettext_lazy("Name"), 40)
    system_password1 = password_field(gettext_lazy("New password"), "new-password")
    system_password2 = password_field(gettext_lazy("The new password once more"), "new-password")
    security_username = _text(gettext_lazy("User name"), 30)
    security_name = _text(gettext_lazy("Name"), 40)
    security_password1 = password_field(gettext_lazy("New password"), "new-password")
    security_password2 = password_field(gettext_lazy("The new password once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError by field: rules of passwords, twice the same, two people with two passwords."""
        cleaned: dict[str, Any] = super().clean() or {}
        for _role, who in FIRST:
            self._check(who, cleaned)
        first, second = (cleaned.get(f"{who}_password1") for _role, who in FIRST)
        if first and first == second:
            self.add_error("security_password1", _("Two people have two passwords."))
        return cleaned

    def _check(self, who: str, cleaned: dict[str, Any]) -> None:
        username, password = cleaned.get(f"{who}_username", ""), cleaned.get(f"{who}_password1")
        if username and (
            not accounts.NAME.fullmatch(username) or User.objects.filter(username__iexact=username).exists()
        ):
            self.add_error(
                f"{who}_username", _("2 to 30 letters, figures, dots, dashes or underscores, not taken yet.")
            )
        if not password:
            return
        if password != cleaned.get(f"{who}_password2"):
            self.add_error(f"{who}_password2", _("The two do not agree."))
        try:
            password_validation.validate_password(
                password, User(username=username, name=cleaned.get(f"{who}_name", ""))
            )
        except ValidationError as error:
            self.add_error(f"{who}_password1", error)

    def people(self) -> list[tuple[Role, str, str, str]]:
        """What accounts.first takes."""
        return [
            (
                role,
                self.cleaned_data[f"{who}_username"],
                self.cleaned_data[f"{who}_name"],
                self.cleaned_data[f"{who}_password1"],
            )
            for role, who in FIRST
        ]

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields by person, for the page."""
        return [(said(role), [self[name] for name in self.fields if name.startswith(f"{who}_")]) for role, who in FIRST]


@never_cache
@sensitive_post_parameters()
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link; one that is used, cut or too old says so."""
    translation.activate(language_of(request, request.user))
    now = clock.now()
    try:
        link = links.find(token, now)
        if link.kind == LinkKind.FIRST:
            return _first(request, link)
        return _own(request, link)
    except UnableToMove as refusal:
        return refusals.stopped(request, _("This link does not open"), said(refusal))


def _own(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    user = link.user
    assert user is not None  # noqa: S101 - only the first administrators' link is for nobody
    form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        accounts.set_password(link=link, password=form.chosen, now=clock.now())
        return _in_front(request, _("Your password is set. Sign in with it."))
    facts = {"form": form, "person": user, "rules": passwords.rules()}
    return render(request, "hotline/join/password.html", facts, status=422 if form.errors else 200)


def _first(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    form = FirstForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.first(link=link, people=form.people(), now=clock.now())
        except UnableToMove as refusal:
            if refusal.code != "apart":
                raise
            form.add_error(None, said(refusal))
        else:
            return _in_front(request, _("Both accounts are made. Sign in, set up sections and people, then the roles."))
    facts = {"form": form, "rules": passwords.rules()}
    return render(request, "hotline/join/first.html", facts, status=422 if form.errors else 200)


def _in_front(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("account_login"))
