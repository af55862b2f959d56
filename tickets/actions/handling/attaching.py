"""添加附件: a file of ours joins a ticket, with its digest in the journal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import Action
from tickets.models import Attachment, Ticket

from .. import files, ledger


@transaction.atomic
def attach(
    *,
    ticket: Ticket,
    actor: Actor,
    now: datetime,
    content: bytes,
    name: str,
    role: str = "handling",
    expected_version: int | None = None,
) -> Attachment:
    """Keep ``content`` with the ticket; ``role``: matter, contact, handling or photo. Raises UnableToMove, UnableToStore."""
    ticket = ledger.lock(ticket.pk, expected_version)
    row = files.store(content=content, name=name, ticket=ticket, role=role, actor=actor, now=now)
    refs = {"file": row.pk, "sha256": row.sha256, "size": row.size, "role": role}
    ledger.move(ticket=ticket, action=Action.ATTACH, actor=actor, now=now, refs=refs)
    return row
