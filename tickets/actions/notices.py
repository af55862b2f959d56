"""Lines in people's in-trays, each under a unique key: telling twice writes one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Notice, NoticeRead, Ticket


def tell(
    *,
    key: str,
    kind: str,
    role: Role,
    now: datetime,
    ticket: Ticket | None = None,
    section_id: int | None = None,
    user_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Put one line into the tray of a role (of a section) or of one person. ``facts``: plain values, no personal data."""
    notice = Notice(
        key=key[:120],
        kind=kind,
        role=role.value,
        ticket=ticket,
        section_id=section_id,
        user_id=user_id,
        facts=dict(facts or {}),
        created_at=now,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)


def read(*, notice: Notice, actor: Actor, now: datetime) -> None:
    """The actor has seen the line; seeing it twice changes nothing."""
    NoticeRead.objects.bulk_create(
        [NoticeRead(notice=notice, user_id=actor.account, read_at=now)], ignore_conflicts=True
    )
