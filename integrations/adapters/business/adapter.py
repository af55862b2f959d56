"""The business platform behind the protocol: joins its wire and its mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from integrations.adapters.business import mapping, signing, telling
from integrations.adapters.business.client import BusinessClient
from integrations.http import file_bytes
from integrations.protocol import AdapterError, Book, Item, Page
from integrations.reading import SHANGHAI
from tickets.domain.messages import Incoming, Outgoing, Receipt, Telling
from tickets.domain.words import Channel

UNANSWERED = frozenset({"registered", "returned", "return_asked", "terminated"})


class BusinessAdapter:
    """Settings: ``url`` (with /openapi/v1), ``app_id``, ``secret``, ``webhook_secrets`` (all live ``whsec_…`` keys), ``phone``
    (the office's number, given where a handler has none)."""

    code: ClassVar[str] = "business"
    channel: ClassVar[Channel] = Channel.BUSINESS
    label: ClassVar[tuple[str, str]] = ("为企服务平台", "Business-environment platform")
    tells: ClassVar[frozenset[Telling]] = frozenset(telling.BODIES)

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._now, self._phone = now, str(settings.get("phone") or "")
        self._secrets = tuple(settings.get("webhook_secrets") or ())
        for secret in self._secrets:
            signing.webhook_key(secret)
        self._client = BusinessClient(str(settings["url"]), str(settings["app_id"]), str(settings["secret"]), now)

    def verify(self, headers: Mapping[str, str], raw: bytes) -> Item:
        """One push as an Item. Raises signing.WebhookRefused with the HTTP status to answer."""
        return signing.verify(headers, raw, self._secrets, self._now())

    def fetch(self, cursor: str) -> Page:
        """The next events, pushed or not."""
        data = self._client.changes(cursor)
        items = tuple(mapping.item(record) for record in data["items"])
        return Page(items, data["next"] or cursor, more=bool(data.get("more")))

    def fetch_one(self, number: str) -> list[Item]:
        """The demand as of now, (with fresh links), with the openings of its rounds; [] for an unknown number."""
        data = self._client.one(number)
        return [] if data is None else mapping.items_of_one(data)

    def read(self, item: Item) -> list[Incoming]:
        """One event as Incoming; [] for a ping. Raises Unmappable."""
        return mapping.read(item.raw)

    def deliver(self, outgoing: Outgoing) -> Receipt:
        """Upload the files, then send the command; a conflict whose wanted state is reached already counts as done."""
        files = [self._client.upload(file.name, file_bytes(file)) for file in self._sendable(outgoing)]
        facts = {**outgoing.facts, "handler_phone": outgoing.facts.get("handler_phone") or self._phone}
        body = telling.body(replace(outgoing, facts=facts), files)
        path = f"/demands/{quote(outgoing.number, safe='')}/{telling.COMMANDS[outgoing.telling]}"
        try:
            data, is_repeat = self._client.command(path, outgoing.key, body)
        except AdapterError as trouble:
            if not trouble.conflict:
                raise
            return self._already(outgoing, trouble)
        return telling.receipt(data, is_repeat)

    def look(self, number: str, round: int) -> Book | None:
        """What the platform holds of the round now, with the digests of its newest answers (ledgers of today and yesterday)."""
        data = self._client.one(number)
        book = None if data is None else telling.book_of_one(data, number, round)
        if book is None or book.outer_state in UNANSWERED:
            return book
        row = self._ledger_row(number, round)
        return book if row is None else replace(book, reply_digest=row.reply_digest, facts={**row.facts, **book.facts})

    def download(self, ref: str, url: str) -> bytes:
        """The bytes of one attachment. An AdapterError with code ``link_expired`` asks for a fresh link by ``fetch_one``."""
        return self._client.file(ref, url)

    def ledger(self, day: str) -> list[Book]:
        """All rows of the ledger of ``day`` (yyyy-mm-dd), as of now."""
        books = (telling.book_of_row(row) for row in self._client.ledger(day))
        return [book for book in books if book is not None]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _sendable(self, outgoing: Outgoing) -> tuple[Any, ...]:
        """Only an answer carries attachments on this wire."""
        return outgoing.files if outgoing.telling is Telling.REPLY else ()

    def _already(self, outgoing: Outgoing, trouble: AdapterError) -> Receipt:
        book = self.look(outgoing.number, outgoing.round)
        if book is None or not telling.is_reached(outgoing, book):
            raise trouble
        evidence = {"refused": trouble.code, "reply_digest": book.reply_digest, **book.facts}
        return Receipt(
            outer_state=book.outer_state, version=book.version, is_repeat=True, number=book.number, evidence=evidence
        )

    def _ledger_row(self, number: str, round: int) -> Book | None:
        today = self._now().astimezone(SHANGHAI).date()
        for day in (today, today - timedelta(days=1)):
            for book in self.ledger(day.isoformat()):
                if (book.number, book.round) == (number, round):
                    return book
        return None
