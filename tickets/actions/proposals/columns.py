"""The columns of clocks and tickets that a recount reads and writes; they stand in for the rows where ten thousands are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, cast

from tickets.models import Ticket, Timer
from tickets.queries.together import Columns


@dataclass(slots=True)
class Clock:
    """Of a Timer."""

    id: int
    ticket_id: int
    section_id: int | None
    side: str
    kind: str
    policy_id: int | None
    policy_version: int
    calendar_edition: int | None
    terms: dict[str, Any]
    run: str
    started_at: datetime
    restarted_at: datetime | None
    pauses: list[dict[str, Any]]
    extension: Decimal
    platform_due_at: datetime | None
    due_at: datetime | None
    is_provisional: bool
    step: int
    next_at: datetime | None
    met_at: datetime | None
    breached_at: datetime | None
    is_late: bool

    @property
    def as_timer(self) -> Timer:
        """For the functions that read a Timer's columns by name."""
        return cast(Timer, self)


@dataclass(slots=True)
class Matter:
    """Of a Ticket: what its events are made of, and what it keeps of its clocks."""

    id: int
    number: str
    state: str
    version: int
    section_id: int | None
    handler_id: int | None
    parent_id: int | None
    is_confidential: bool
    is_supervised: bool
    must_handle: bool
    title: str
    content: str
    journal_seq: int
    journal_head: str
    due_at: datetime | None = None
    due_kind: str = ""
    due_unit: str = ""
    due_from: datetime | None = None
    due_provisional: bool = False
    is_overdue: bool = False

    @property
    def pk(self) -> int:
        """As a row calls it."""
        return self.id

    def canonical(self) -> dict[str, Any]:
        """``Ticket.canonical``."""
        return Ticket.canonical(self.as_ticket)

    @property
    def as_ticket(self) -> Ticket:
        """For the functions that read a Ticket's columns by name."""
        return cast(Ticket, self)


READ_OF_CLOCK = tuple(Clock.__dataclass_fields__)
CLOCKS = Columns(lambda rows: rows.values(*READ_OF_CLOCK), Timer)
KEPT_ON_TICKET = ("due_at", "due_kind", "due_unit", "due_from", "due_provisional", "is_overdue")
READ_OF_TICKET = tuple(name for name in Matter.__dataclass_fields__ if name not in KEPT_ON_TICKET)
TICKETS = Columns(lambda rows: rows.values(*READ_OF_TICKET), Ticket)
every = attrgetter(*READ_OF_CLOCK)
#: What a recount may change of a clock.
WRITTEN = (
    "policy_id", "policy_version", "calendar_edition", "terms", "due_at", "is_provisional", "step", "next_at", "breached_at", "is_late",
)  # fmt: skip
#: The same without the terms, which cannot be hashed.
PLAIN = tuple(name for name in WRITTEN if name != "terms")
plain = attrgetter(*PLAIN)
