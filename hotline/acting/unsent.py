"""未提交的内容: what was posted when the session had ended already, sealed, and offered to the same person after signing in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from hotline.models import Draft, User

from . import drafts

PLACE = "unsent/"
#: Never kept, wherever they are typed.
SECRETS = ("password", "csrfmiddlewaretoken", "code")
MOST = 20


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that came too late: where it was going, what was in it, when."""

    pk: int
    path: str
    typed: drafts.Lists
    saved_at: datetime


def keep(*, user: User, path: str, typed: drafts.Lists, now: datetime) -> bool:
    """Keep what was posted to ``path``; the newest of a path replaces the one before. True when there was anything to keep."""
    plain = {name: texts for name, texts in typed.items() if not any(secret in name for secret in SECRETS)}
    if not any(text.strip() for texts in plain.values() for text in texts):
        return False
    place = PLACE + hashlib.sha256(path.encode()).hexdigest()[:24]
    drafts.keep(user=user, place=place, typed={"": [path], **plain}, now=now)
    return True


def of(user: User) -> list[Unsent]:
    """What is kept for this person, the newest first."""
    rows = Draft.objects.filter(user=user, place__startswith=PLACE).order_by("-saved_at")[:MOST]
    return [found for row in rows if (found := _opened(row)) is not None]


def _opened(row: Draft) -> Unsent | None:
    typed = drafts.opened(row)
    if typed is None:
        return None
    path = typed.pop("", [""])[0]
    return Unsent(row.pk, path, typed, row.saved_at)


def is_there(user: User) -> bool:
    """Is anything kept for this person?"""
    return Draft.objects.filter(user=user, place__startswith=PLACE).exists()


def drop(user: User, pk: int) -> None:
    """It was sent, or thrown away."""
    Draft.objects.filter(user=user, pk=pk, place__startswith=PLACE).delete()
