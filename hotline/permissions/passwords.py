"""Passwords: what they must be made of, none of the last ones again, and when a new one is due."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hotline.models import UsedPassword, User
from tickets.actions import ledger
from tickets.domain.actors import Actor

from . import tokens

CHAIN = "accounts"
LEAST_KINDS = 3
#: From this length on a password of fewer kinds is as good: a sentence is easier to keep in mind.
SENTENCE = 20


def _kind(sign: str) -> str:
    """Small letters, capitals, figures, other writing, signs."""
    category = unicodedata.category(sign)
    return {"Ll": "small", "Lu": "capital", "Nd": "figure", "Lo": "writing"}.get(category, "sign")


class Length(MinimumLengthValidator):
    """Django's validator in our words: its Chinese has none for this one."""

    def get_error_message(self) -> str:
        """What is asked."""
        return _("Too short: %d characters at least.") % self.min_length


class Kinds:
    """A validator: at least three of capitals, small letters, figures, Chinese characters and signs, or twenty characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if len(password) < SENTENCE and len({_kind(sign) for sign in password}) < LEAST_KINDS:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        """What is asked."""
        return (
            _(
                "Use three of these at least: capitals, small letters, figures, Chinese characters, signs; or a sentence of %d."
            )
            % SENTENCE
        )


class NotUsedBefore:
    """A validator: neither the present password nor one of the last ones."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if not isinstance(user, User) or user.pk is None:
            return
        used = UsedPassword.objects.filter(user=user)[: settings.PASSWORDS_REMEMBERED - 1]
        kept = [user.password, *(row.password for row in used)]
        if any(check_password(password, each) for each in kept if each):
            raise ValidationError(_("You have used this password before: choose a new one."), code="password_used")

    def get_help_text(self) -> str:
        """What is asked."""
        return _("None of your last %d passwords.") % settings.PASSWORDS_REMEMBERED


def rules() -> list[str]:
    """What is asked of a password, before anybody has typed one."""
    return [
        _("Ten characters at least."),
        Kinds().get_help_text(),
        _("Not like your name or user name, and not one that everybody uses."),
        NotUsedBefore().get_help_text(),
    ]


@transaction.atomic
def change(*, user: User, password: str, actor: Actor, now: datetime, action: str = "password_changed") -> None:
    """Set a password that the validators have seen; the one before is remembered, its token ends, the act is journalled."""
    if user.has_usable_password():
        UsedPassword.objects.create(user=user, password=user.password, replaced_at=now)
        kept = UsedPassword.objects.filter(user=user).values_list("pk", flat=True)[: settings.PASSWORDS_REMEMBERED]
        UsedPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.password_set_at = now
    ledger.save_with_history(user, actor=actor, now=now, reason=action)
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs={"user": user.pk})
    tokens.drop(user=user, actor=actor, now=now)


def is_due(user: User, now: datetime) -> bool:
    """Is a new password due (PASSWORD_DAYS)? Never for an account that signs in elsewhere."""
    if not settings.PASSWORD_DAYS or user.password_set_at is None or not user.has_usable_password():
        return False
    return now - user.password_set_at > timedelta(days=settings.PASSWORD_DAYS)
