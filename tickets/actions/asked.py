"""申请: what a section has asked for and nobody has ruled on yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tickets.domain.actors import Actor
from tickets.models import RequestKind, Ticket

from . import ledger

FOR_TIME = (RequestKind.EXTENSION, RequestKind.SUSPENSION)


def drop(*, ticket: Ticket, actor: Actor, now: datetime, reason: str, kinds: Iterable[RequestKind] = FOR_TIME) -> None:
    """It has no object any more: neither granted nor refused. The caller holds the lock of the ticket."""
    for request in ticket.requests.filter(is_open=True, kind__in=[kind.value for kind in kinds]):
        request.is_open = False
        ledger.save_with_history(request, actor=actor, now=now, reason=reason)
