"""The second factor: who has one, who owes one, and whether a code is right; what changes of it is journalled."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from hotline.models import User
from tickets import clock
from tickets.actions import ledger

CHAIN = "accounts"
CODES = Authenticator.Type.RECOVERY_CODES


def has(user: User) -> bool:
    """Has he set up an authenticator?"""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def find(user: User, code: str) -> Authenticator | None:
    """Whose code it is: the authenticator's of now, not used yet, or an unused recovery code. What is found is used up."""
    plain = code.strip().replace(" ", "")
    rows = Authenticator.objects.filter(user_id=user.pk, type__in=(Authenticator.Type.TOTP, CODES))
    return next((row for row in rows if row.wrap().validate_code(plain)), None)


def is_asked_of(user: User) -> bool:
    """Must somebody with his roles have one (SECOND_FACTOR_ROLES)?"""
    return not set(settings.SECOND_FACTOR_ROLES).isdisjoint(user.roles)


def is_owed(request: HttpRequest, user: User) -> bool:
    """He must have one and has come in without: asked without a query of whoever came in with his code."""
    if not is_asked_of(user):
        return False
    shown = any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
    return not shown and not has(user)


def drop(user: User) -> None:
    """Without second factor until he sets up a new one; the caller journals it."""
    Authenticator.objects.filter(user_id=user.pk).delete()


def _journal(action: str) -> Any:
    def receiver(*, user: User, authenticator: Authenticator, **_: Any) -> None:
        refs = {"user": user.pk, "kind": str(authenticator.type)}
        ledger.record(chain_name=CHAIN, action=action, actor=user.actor(), now=clock.now(), refs=refs)

    return receiver


#: Kept here, because signals hold their receivers weakly.
RECEIVERS = {
    signal: _journal(action)
    for signal, action in (
        (signals.authenticator_added, "factor_added"),
        (signals.authenticator_removed, "factor_removed"),
        (signals.authenticator_reset, "factor_renewed"),
    )
}


def listen() -> None:
    """Journal what is added, removed or made anew; called once, when the application is ready."""
    for signal, receiver in RECEIVERS.items():
        signal.connect(receiver, dispatch_uid="hotline.permissions.factors")
