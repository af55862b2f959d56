"""The contract every adapter fulfils: fetch(cursor) -> Page, deliver(Outgoing) -> Receipt, and how trouble is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from tickets.domain.messages import Incoming, Outgoing, Receipt, Telling
from tickets.domain.words import Channel


class AdapterError(Exception):
    """A call to a platform failed. ``permanent``: no retry will help, a person is needed; ``unclear``: it may have acted;
    ``retry_after``: seconds the platform asked us to wait; ``stop``: the whole adapter must pause (wrong key);
    ``conflict``: the platform's state forbids it, ``current`` says what it is now."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        permanent: bool = False,
        unclear: bool = False,
        retry_after: float | None = None,
        stop: bool = False,
        conflict: bool = False,
        current: Mapping[str, Any] | None = None,
        errors: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.permanent, self.unclear, self.retry_after = code, permanent, unclear, retry_after
        self.stop, self.conflict, self.current, self.errors = stop, conflict, dict(current or {}), errors


class Unmappable(Exception):
    """A record cannot become an Incoming: names the field and the remedy, in both languages. The raw record is parked."""

    def __init__(self, field_name: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.field, self.zh, self.en = field_name, zh, en


@dataclass(frozen=True, slots=True)
class Item:
    """One raw record as it came: ``key`` (the source's event id or a digest) makes a second coming calm;
    ``identity`` is ``number#round`` where the record has one, else ''."""

    key: str
    raw: bytes
    content_type: str = "application/json"
    identity: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Raw records and the cursor that may be stored once they are; ``more``: ask again at once."""

    items: tuple[Item, ...]
    cursor: str
    more: bool = False
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Book:
    """One row of a platform's ledger or fetch-one: what it holds of a (number, round) now."""

    number: str
    round: int
    outer_state: str
    redo_no: int = 0
    version: int = 0
    reply_digest: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Adapter(Protocol):
    """One outside platform. ``code`` names it everywhere; ``tells`` is what its wire can be told."""

    code: ClassVar[str]
    channel: ClassVar[Channel]
    label: ClassVar[tuple[str, str]]
    tells: ClassVar[frozenset[Telling]]

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None: ...

    def fetch(self, cursor: str) -> Page:
        """The next raw records after ``cursor`` ('' = from the start). Raises AdapterError."""

    def fetch_one(self, number: str) -> list[Item]:
        """The opening record of one inquiry's current round as the platform holds it now, for an event that came before its
        opening; [] when unknown to it. Raises AdapterError."""

    def read(self, item: Item) -> list[Incoming]:
        """Pure mapping of one raw record. Raises Unmappable."""

    def deliver(self, outgoing: Outgoing) -> Receipt:
        """Tell the platform; idempotent under ``outgoing.key``. Raises AdapterError."""

    def look(self, number: str, round: int) -> Book | None:
        """What the platform holds of one inquiry now (for unclear outcomes); None: unknown to it."""

    def download(self, ref: str, url: str) -> bytes:
        """The bytes of one attachment. Raises AdapterError."""

    def ledger(self, day: str) -> list[Book]:
        """The platform's daily ledger as rows, for reconciliation."""
