"""The readable diff of django-simple-history: which field, what it was, what it became, who and why."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from hotline.models import User
from tickets.models import Ticket

from .matter import Telling

MOST = 300
#: Bookkeeping, not facts of the matter.
UNTOLD = frozenset({"id", "journal_seq", "journal_head", "history", "ticket", "digest"})
LABELS = {"+": "created", "~": "changed", "-": "deleted"}


def of(ticket: Ticket, telling: Telling) -> list[dict[str, Any]]:
    """The newest first, at most 300 versions of each kind, in three queries and one for the names."""
    kinds = (("ticket", [ticket.history]), ("reply", _each(ticket, "replies")), ("request", _each(ticket, "requests")))
    rows = list(chain.from_iterable(_versions(kind, histories, telling) for kind, histories in kinds))
    known = names(f"user:{row['actor']}" for row in rows if row["actor"])
    for row in rows:
        row["actor"] = known.get(f"user:{row['actor']}", "")
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def names(actors: Iterable[str]) -> dict[str, str]:
    """``user:12`` -> the account's name."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    return {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def _each(ticket: Ticket, related: str) -> list[Any]:
    model = getattr(ticket, related).model
    return [model.history.filter(ticket_id=ticket.pk)]


def _versions(kind: str, histories: list[Any], telling: Telling) -> Iterable[dict[str, Any]]:
    before: dict[int, Any] = {}
    for history in histories:
        for version in history.order_by("history_id")[:MOST]:
            yield _told(kind, before.get(version.id), version, telling)
            before[version.id] = version


def _told(kind: str, before: Any, version: Any, telling: Telling) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": getattr(version, "no", None) or version.id,
        "at": version.history_date,
        "change": LABELS[version.history_type],
        "actor": version.history_user_id,
        "reason": "" if telling.is_closed else telling.text(version.history_change_reason or ""),
        "changes": list(_differing(before, version, telling)) if before is not None else [],
    }


def _differing(before: Any, version: Any, telling: Telling) -> Iterable[dict[str, Any]]:
    for field in version.tracked_fields:
        old, new = getattr(before, field.attname), getattr(version, field.attname)
        if field.name in UNTOLD or old == new:
            continue
        if telling.is_closed:  # the names of the fields only: an old value may be the very thing that was covered
            yield {"field": field.name, "old": None, "new": None}
        else:
            yield {"field": field.name, "old": _text(old, telling), "new": _text(new, telling)}


def _text(value: Any, telling: Telling) -> Any:
    return telling.text(value) if isinstance(value, str) else value
