"""The form in which somebody changes his own password: the present one is asked under the lock-out of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hotline.models import User
from hotline.permissions import UnableToSignIn, signin
from tickets import clock

from .adapters import as_error


def password_field(label: Any, autocomplete: str) -> forms.CharField:
    """A password, never shown again by the page."""
    widget = forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class NewPasswordForm(forms.Form):
    """A password twice, as the validators want it."""

    password1 = password_field(_("New password"), "new-password")
    password2 = password_field(_("The new password once more"), "new-password")

    def __init__(self, user: User, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.user = user

    @property
    def chosen(self) -> str:
        """The password of a valid form."""
        return str(self.cleaned_data["password1"])

    def clean_password1(self) -> str:
        """Raises ValidationError with every rule that is not kept."""
        password = str(self.cleaned_data["password1"])
        password_validation.validate_password(password, self.user)
        return password

    def clean_password2(self) -> str:
        """Raises ValidationError when the two differ."""
        first, second = self.cleaned_data.get("password1"), str(self.cleaned_data["password2"])
        if first and first != second:
            raise ValidationError(_("The two do not agree."), code="password_mismatch")
        return second


class OwnPasswordForm(NewPasswordForm):
    """The present password first."""

    present = password_field(_("Present password"), "current-password")
    field_order = ("present", "password1", "password2")

    def __init__(self, user: User, request: HttpRequest, data: Any = None) -> None:
        super().__init__(user, data)
        self.request = request

    def clean_present(self) -> str:
        """Raises ValidationError; five failures lock the account as at the door."""
        password = str(self.cleaned_data["present"])
        try:
            signin.check_password(self.request, username=self.user.username, password=password, now=clock.now())
        except UnableToSignIn as refusal:
            wrong = ValidationError(_("The present password is not right."), code=refusal.code)
            raise (wrong if refusal.code == "credentials" else as_error(refusal)) from refusal
        return password
