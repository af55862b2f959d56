"""Tokens for programs: one an account, shown once, kept as a digest, journalled."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token

from hotline.models import User
from tickets.actions import ledger
from tickets.domain.actors import Actor

CHAIN = "accounts"
LENGTH = 40


class ByToken(TokenAuthentication):
    """``Authorization: Token …`` as it was shown; the table knows its digest."""

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        """The account behind the token. Raises AuthenticationFailed."""
        return super().authenticate_credentials(_digest(key))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:LENGTH]


@transaction.atomic
def give(*, user: User, actor: Actor, now: datetime) -> str:
    """A new token for the account's programs; the one before is good no longer."""
    key = secrets.token_hex(LENGTH // 2)
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=_digest(key))
    ledger.record(chain_name=CHAIN, action="token_given", actor=actor, now=now, refs={"user": user.pk})
    return key


@transaction.atomic
def drop(*, user: User, actor: Actor, now: datetime) -> None:
    """No program comes in under this account any more."""
    if Token.objects.filter(user=user).delete()[0]:
        ledger.record(chain_name=CHAIN, action="token_dropped", actor=actor, now=now, refs={"user": user.pk})


def made_at(user: User) -> datetime | None:
    """When its token was made; None without one."""
    return Token.objects.filter(user=user).values_list("created", flat=True).first()
