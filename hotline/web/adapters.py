"""Where django-allauth asks this house: who may come in, how often he may try, what is kept sealed, who is not made by itself."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from hotline.models import User
from hotline.permissions import UnableToSignIn, address_of, signin
from hotline.wording import said
from tickets import clock
from tickets.actions import ledger
from tickets.domain.words import Role
from tickets.models import vault

from . import refusals, unsent


def as_error(refusal: UnableToSignIn) -> ValidationError:
    """A refusal of signing in, for a form."""
    return ValidationError(said(refusal), code=refusal.code)


class AccountAdapter(DefaultAccountAdapter):
    """Name and password under our lock-out; no sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the system administrator."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The account behind the fields. Raises ValidationError in the reader's language."""
        try:
            return signin.check_password(
                request, username=credentials["username"], password=credentials["password"], now=clock.now()
            )
        except UnableToSignIn as refusal:
            raise as_error(refusal) from refusal

    def pre_login(self, request: HttpRequest, user: Any, **_: Any) -> HttpResponse | None:
        """Also by single sign-on: neither a platform nor an account that was switched off."""
        try:
            signin.refuse_machines(request, user, clock.now())
        except UnableToSignIn as refusal:
            return refusals.refused(request, refusal)
        return None if user.is_active else self.respond_user_inactive(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Said plainly: the person stands outside with a right password."""
        return refusals.stopped(request, _("The account is switched off"), _("Ask the system administrator."))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Everything asked was shown: in, and journalled."""
        signin.enter(request, user, clock.now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To what was typed and came too late, else to one's own desk."""
        return unsent.address(request.user) or "/"  # type: ignore[arg-type]

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the lock-out sees it."""
        return address_of(request) or "0.0.0.0"  # noqa: S104 - a socket has no address

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *_: Any, **__: Any
    ) -> None:
        """Our pages say what happened themselves."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed like personal data; the name in the authenticator is the house's."""

    def encrypt(self, text: str) -> str:
        """Sealed under the vault's key."""
        return base64.b64encode(vault.seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return vault.unseal(base64.b64decode(encrypted_text)).decode()

    def get_totp_issuer(self) -> str:
        """What the telephone shows above the code."""
        return _("Public inquiries")


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """An account is matched by its user name and never made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts are made by the system administrator."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link the account of that name the first time. Raises ImmediateHttpResponse where there is none."""
        if sociallogin.is_existing:
            return
        user = User.objects.filter(username=_claimed(sociallogin), is_active=True).first()
        if user is None or Role.ADAPTER in user.actor().roles:
            title, message = (
                _("No account here"),
                _("You are known there, but have no account here: ask the system administrator."),
            )
            raise ImmediateHttpResponse(refusals.stopped(request, title, message))
        sociallogin.connect(request, user)
        refs = {"user": user.pk, "provider": sociallogin.account.provider}
        ledger.record(chain_name="accounts", action="sign_on_linked", actor=user.actor(), now=clock.now(), refs=refs)


def _claimed(sociallogin: Any) -> str:
    """The user name that the other side tells; '' matches nobody."""
    provider = sociallogin.account.get_provider()
    told = sociallogin.account.extra_data
    claims = told.get("userinfo") or told.get("id_token") or told
    return str(claims.get(provider.app.settings.get("username", "preferred_username")) or "")
