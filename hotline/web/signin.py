"""Signing in and out by pages, under the same lock-out and journal as the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from hotline.models import User
from hotline.permissions import UnableToSignIn, sign_in, sign_out
from hotline.wording import said
from tickets import clock


class SignInForm(AuthenticationForm):
    """User name and password; every try goes through permissions.sign_in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")

    def clean(self) -> dict[str, Any]:
        """The account behind the two fields. Raises ValidationError in the reader's language."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password or self.request is None:
            return self.cleaned_data
        try:
            self.user_cache = sign_in(self.request, username=name, password=password, now=clock.now())
        except UnableToSignIn as refusal:
            raise ValidationError(said(refusal), code=refusal.code) from refusal
        return self.cleaned_data


class SignIn(LoginView):
    """The page of signing in."""

    template_name = "hotline/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """In, and in the language of the account unless this browser has chosen one."""
        response = super().form_valid(form)
        wanted = getattr(form.get_user(), "language", "")
        if wanted and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, samesite="Lax")
        return response


class SignOut(LogoutView):
    """Leaving, by POST only."""

    next_page = "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Journalled like the coming."""
        if isinstance(request.user, User):
            sign_out(request, request.user, clock.now())
        return super().post(request, *args, **kwargs)
