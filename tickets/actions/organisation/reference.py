"""Reference rows of the office: projects, phrases, wrong and sensitive words, rules; saved with history and journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from tickets.domain.actors import Actor
from tickets.domain.states import UnableToMove
from tickets.domain.words import Role
from tickets.models import Phrase, Project, Route, Term

from .. import ledger

#: On which chain the journal tells of them.
CHAINS: dict[type[models.Model], str] = {
    Project: "organisation",
    Phrase: "organisation",
    Term: "organisation",
    Route: "policy",
}


@transaction.atomic
def save(*, row: models.Model, actor: Actor, now: datetime, reason: str = "change") -> bool:
    """Save a new or changed row. False when nothing differs from what is there. Raises UnableToMove for others than the office."""
    if not actor.has(Role.DISPATCHER):
        raise UnableToMove("role", "由办公室维护。", "Kept by the office.")
    kind: Any = type(row)
    name = kind.__name__.lower()
    before = kind.objects.filter(pk=row.pk).first() if row.pk else None
    if before is not None and _facts(before) == _facts(row):
        return False
    is_new, was_active = before is None, bool(getattr(before, "is_active", True))
    ledger.save_with_history(row, actor=actor, now=now, reason=reason)
    is_active = bool(getattr(row, "is_active", True))
    done = (
        "added" if is_new else "changed" if was_active == is_active else "switched_on" if is_active else "switched_off"
    )
    ledger.record(
        chain_name=CHAINS[kind],
        action=f"{name}_{done}",
        actor=actor,
        now=now,
        refs={name: row.pk, "called": str(row)[:80]},
    )
    return True


def _facts(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
