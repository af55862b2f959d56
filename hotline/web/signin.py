"""Signing in and out by pages: django-allauth's flow in our look, under the same lock-out and journal as the API."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hotline.models import User
from hotline.permissions import UnableToSignIn, sign_out, signin
from hotline.wording import language_of
from tickets import clock

from .adapters import as_error


class SignInForm(LoginForm):
    """User name and password; every try goes through permissions.signin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["password"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = "input"
        self.fields["login"].widget.attrs["autofocus"] = True


class _Code:
    """The second factor is asked of permissions.signin."""

    user: User
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = _("Code")
        field.widget.attrs = {
            "class": "input",
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autofocus": True,
            "maxlength": 12,
        }

    def clean_code(self) -> str:
        """Raises ValidationError in the reader's language."""
        code = str(self.cleaned_data["code"])
        try:
            self.authenticator = signin.check_code(context.request, user=self.user, code=code, now=clock.now())
        except UnableToSignIn as refusal:
            raise as_error(refusal) from refusal
        return code


class CodeForm(_Code, mfa_forms.AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(_Code, mfa_forms.ReauthenticateForm):
    """The code once more, before something that matters."""


class SignIn(LoginView):
    """The page of signing in; single sign-on stands beside it where it is set up."""

    template_name = "account/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """In the reader's language."""
        translation.activate(language_of(request, request.user))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the doors of single sign-on."""
        apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
        return {**super().get_context_data(**kwargs), "doors": [(app["provider_id"], app["name"]) for app in apps]}

    def form_valid(self, form: Any) -> HttpResponse:
        """In, and in the language of the account unless this browser has chosen one."""
        response: HttpResponse = super().form_valid(form)
        wanted = getattr(form.user, "language", "")
        if wanted and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, samesite="Lax")
        return response


class EnterCode(AuthenticateView):
    """The page of the second factor."""

    template_name = "mfa/authenticate.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """In the reader's language."""
        translation.activate(language_of(request, request.user))
        return super().dispatch(request, *args, **kwargs)


class SignOut(LogoutView):
    """Leaving, by POST only."""

    next_page = "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Journalled like the coming."""
        if isinstance(request.user, User):
            sign_out(request, request.user, clock.now())
        return super().post(request, *args, **kwargs)
