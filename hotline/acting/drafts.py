"""Drafts: what is typed is kept until it is sent, also when the session ends or the connection drops."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from hotline.models import Draft, User
from hotline.wording import moments
from tickets.domain.moments import to_local
from tickets.models import vault

KEPT_FOR = timedelta(days=30)
LARGEST = 2 * 1024 * 1024  # more than a request may carry
Lists = dict[str, list[str]]


def keep(*, user: User, place: str, typed: Lists, now: datetime) -> None:
    """Keep what was typed into the form at ``place``; an empty form keeps nothing."""
    if not any(text.strip() for texts in typed.values() for text in texts):
        return drop(user=user, place=place)
    written = json.dumps(typed, ensure_ascii=False).encode()[:LARGEST]
    Draft.objects.filter(saved_at__lt=now - KEPT_FOR).delete()
    Draft.objects.update_or_create(
        user=user, place=place[:120], defaults={"sealed": vault.seal(written), "saved_at": now}
    )
    return None


def find(user: User, place: str) -> tuple[Lists, datetime] | None:
    """What was kept there and when; None when nothing was, or it cannot be read any more."""
    row = Draft.objects.filter(user=user, place=place[:120]).first()
    typed = opened(row) if row is not None else None
    return (typed, row.saved_at) if row is not None and typed is not None else None


def opened(row: Draft) -> Lists | None:
    """What is in a draft; None when it cannot be read any more."""
    try:
        typed: Any = json.loads(vault.unseal(bytes(row.sealed)))
    except (vault.UnreadableError, ValueError):
        return None
    return dict(typed)


def others(user: User, begins: str, besides: str) -> list[tuple[str, datetime]]:
    """(place, when) of what else was kept where the place begins so, the newest first."""
    rows = Draft.objects.filter(user=user, place__startswith=begins).exclude(place=besides).order_by("-saved_at")
    return list(rows.values_list("place", "saved_at")[:5])


def drop(*, user: User, place: str) -> None:
    """It was sent, or thrown away."""
    Draft.objects.filter(user=user, place=place[:120]).delete()


def place(number: str, act: str) -> str:
    """Where that of an act on a ticket is kept."""
    return f"{number}/{act}"


def restored(saved_at: datetime, now: datetime) -> str:
    """已恢复 14:06 的草稿; of another day with the day."""
    is_of_today = to_local(saved_at).date() == to_local(now).date()
    when = f"{to_local(saved_at):%H:%M}" if is_of_today else moments.when(saved_at, now)
    return _("The draft of %s is back") % when


def said(saved_at: datetime) -> str:
    """草稿已保存 14:06."""
    return _("Draft kept at %s") % f"{to_local(saved_at):%H:%M}"
