"""一次性链接: a link that lets somebody set his password once, within a day; nobody gets a password from anybody."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from hotline.models import LinkKind, OneTimeLink, User
from tickets.domain.actors import Actor
from tickets.domain.states import UnableToMove

GOOD_FOR = timedelta(hours=24)
SALT = "hotline.link"


def make(*, kind: LinkKind, now: datetime, user: User | None = None, by: Actor | None = None) -> str:
    """A new link's token; every earlier one for the same account, or of the same kind without one, opens no longer."""
    OneTimeLink.objects.filter(kind__in=_same(kind), user=user, used_at__isnull=True, expires_at__gt=now).update(
        expires_at=now
    )
    nonce = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(
        kind=kind.value,
        user=user,
        digest=_digest(nonce),
        made_by_id=by.user_id if by is not None else None,
        made_at=now,
        expires_at=now + GOOD_FOR,
    )
    return signing.dumps(nonce, salt=SALT)


def _same(kind: LinkKind) -> list[str]:
    return [kind.value] if kind is LinkKind.FIRST else [LinkKind.ACCOUNT.value, LinkKind.RESET.value]


def _digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def find(token: str, now: datetime) -> OneTimeLink:
    """The link behind a token. Raises UnableToMove when it is none of ours, was used, or is too old."""
    try:
        nonce = str(signing.loads(token, salt=SALT))
    except signing.BadSignature as error:
        raise _unknown() from error
    link = OneTimeLink.objects.select_related("user__section").filter(digest=_digest(nonce)).first()
    if link is None:
        raise _unknown()
    if link.used_at is not None:
        raise UnableToMove(
            "link_used",
            "这个链接已经使用过。如果不是您本人使用的，请立即联系系统管理员。",
            "This link was used. If it was not you, tell the system administrator at once.",
        )
    if link.expires_at <= now or (link.user is not None and not link.user.is_active):
        raise UnableToMove(
            "link_over",
            "链接已失效，请联系系统管理员重新发给您。",
            "This link opens no longer: ask the system administrator for a new one.",
        )
    return link


def _unknown() -> UnableToMove:
    return UnableToMove(
        "link", "链接不完整或不正确，请完整复制后再打开。", "This link is cut or wrong: copy all of it."
    )


@transaction.atomic
def use(*, link: OneTimeLink, now: datetime) -> None:
    """It is used up. Raises UnableToMove for the second of two at once."""
    if not OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now):
        raise UnableToMove("link_used", "这个链接已经使用过。", "This link was used.")


def open_for(user: User, now: datetime) -> OneTimeLink | None:
    """The link that waits for this account, if one does."""
    return OneTimeLink.objects.filter(user=user, used_at__isnull=True, expires_at__gt=now).order_by("-id").first()
