"""The hotline behind the protocol: joins its wire and its mapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from integrations.adapters.hotline import mapping, telling
from integrations.adapters.hotline.client import HotlineClient
from integrations.http import file_bytes
from integrations.protocol import AdapterError, Book, Item, Page
from integrations.reading import SHANGHAI, local
from tickets.domain.messages import Incoming, Outgoing, Receipt, Telling
from tickets.domain.words import Channel

CURSOR_LIFE = timedelta(days=30)
HOLDS_A_REPLY = frozenset({"sent", "follow_up", "closed", "bounced", "redo"})


class HotlineAdapter:
    """Settings: ``url`` (with /api) and ``key``."""

    code: ClassVar[str] = "hotline"
    channel: ClassVar[Channel] = Channel.HOTLINE
    label: ClassVar[tuple[str, str]] = ("宿事速办", "Citizen-service hotline")
    tells: ClassVar[frozenset[Telling]] = frozenset(telling.BODIES)

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._client, self._now = HotlineClient(str(settings["url"]), str(settings["key"]), now), now

    def fetch(self, cursor: str) -> Page:
        """The next page of the feed; an expired cursor starts again 30 days back, so old items are seen once more."""
        try:
            return _page(self._client.feed(cursor=cursor))
        except AdapterError as trouble:
            if not cursor or trouble.code not in ("E4100", "410"):
                raise
        since = local(self._now() - CURSOR_LIFE)
        return replace(_page(self._client.feed(since=since)), notes=(f"cursor_expired: since {since}",))

    def fetch_one(self, number: str) -> list[Item]:
        """The ticket as of now, with the openings of its rounds; [] for an unknown number."""
        data = self._client.one(number)
        return [] if data is None else mapping.items_of_one(data)

    def read(self, item: Item) -> list[Incoming]:
        """One feed item as Incoming. Raises Unmappable."""
        return mapping.read(item.raw)

    def deliver(self, outgoing: Outgoing) -> Receipt:
        """Upload the files, then send the command; a conflict whose wanted state is reached already counts as done."""
        body = telling.body(outgoing, self._upload(outgoing))
        try:
            data, is_repeat = self._client.command(_path(outgoing), outgoing.key, body)
        except AdapterError as trouble:
            if not trouble.conflict or outgoing.telling is Telling.LODGE:
                raise
            return self._already(outgoing, trouble)
        return telling.receipt(data, is_repeat)

    def look(self, number: str, round: int) -> Book | None:
        """What the hotline holds of the round now, with the digest of its newest reply (from the ledgers of today and yesterday)."""
        data = self._client.one(number)
        book = None if data is None else telling.book_of_one(data, number, round)
        if book is None or book.outer_state not in HOLDS_A_REPLY:
            return book
        row = self._ledger_row(number, round)
        return book if row is None else replace(book, reply_digest=row.reply_digest, facts={**row.facts, **book.facts})

    def download(self, ref: str, url: str) -> bytes:
        """The bytes of one attachment; AdapterError with ``retry_after`` while the hotline is still copying it."""
        return self._client.file(ref, url)

    def ledger(self, day: str) -> list[Book]:
        """All rows of the ledger of ``day`` (yyyy-mm-dd), as of now."""
        books = (telling.book_of_row(row) for row in self._client.ledger(day))
        return [book for book in books if book is not None]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _upload(self, outgoing: Outgoing) -> dict[str, list[str]]:
        ids: dict[str, list[str]] = defaultdict(list)
        for file in outgoing.files:
            ids[file.role].append(self._client.upload(file.name, file_bytes(file)))
        return ids

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


def _page(data: Mapping[str, Any]) -> Page:
    items = tuple(mapping.item(record) for record in data["items"])
    return Page(items, data["nextCursor"], more=bool(data.get("hasMore")))


def _path(outgoing: Outgoing) -> str:
    if outgoing.telling is Telling.LODGE:
        return "/hotlineTickets"
    return f"/hotlineTickets/{quote(outgoing.number, safe='')}/{telling.COMMANDS[outgoing.telling]}"
