"""The petition platform behind the protocol: walks its changes by time, joins its wire and its mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from integrations.adapters.petition import mapping, telling
from integrations.adapters.petition.client import PAGE, PetitionClient
from integrations.adapters.petition.cursor import Walk
from integrations.http import file_bytes
from integrations.protocol import AdapterError, Book, Item, Page
from integrations.reading import SHANGHAI
from tickets.domain.messages import Incoming, Outgoing, Receipt, Telling
from tickets.domain.words import Channel

MOST_LISTS = 20


class PetitionAdapter:
    """Settings: ``url`` of the exchange service, ``unitcode`` and ``token``."""

    code: ClassVar[str] = "petition"
    channel: ClassVar[Channel] = Channel.PETITION
    label: ClassVar[tuple[str, str]] = ("信访平台", "Petition platform")
    tells: ClassVar[frozenset[Telling]] = frozenset(telling.BODIES)

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._client = PetitionClient(str(settings["url"]), str(settings["unitcode"]), str(settings["token"]), now)
        self._now = now

    def fetch(self, cursor: str) -> Page:
        """The petitions changed since; at most 50 are asked for at a time, ``more`` while the window holds further ones."""
        walk = Walk.load(cursor)
        items, notes = self._retries(walk)
        more = False
        for _ in range(MOST_LISTS):
            rows = self._client.changed(walk.at, walk.end, walk.page)
            new, interrupted = self._infos(rows, walk, notes, bool(items))
            items += new
            more = interrupted or len(rows) >= PAGE
            if interrupted:
                break
            walk.step(rows, PAGE, self._now())
            if items or not more:
                break
        return Page(tuple(items), walk.dump(), more=more, notes=tuple(notes))

    def _retries(self, walk: Walk) -> tuple[list[Item], list[str]]:
        """Petitions the list named but GetInfo did not know, asked again at the start of each walk."""
        items: list[Item] = []
        notes: list[str] = []
        for infoid in walk.due_retries():
            info = self._client.info(infoid)
            if info is not None:
                walk.found(infoid)
                items.append(mapping.item(info))
            elif walk.missed(infoid):
                notes.append(f"given up: {infoid} (1003)")
        return items, notes

    def _infos(
        self, rows: list[dict[str, Any]], walk: Walk, notes: list[str], has_items: bool
    ) -> tuple[list[Item], bool]:
        """The infos of a list page; a trouble after the first one keeps what came so far and asks again at once."""
        items: list[Item] = []
        for row in rows:
            infoid = str(row.get("infoid", ""))
            if not infoid or walk.is_settled(row):
                if not infoid:
                    items.append(mapping.item({}, row))
                continue
            try:
                info = self._client.info(infoid)
            except AdapterError:
                if not (items or has_items):
                    raise
                return items, True
            if info is None:
                walk.missed(infoid)
                notes.append(f"unknown for now: {infoid} (1003)")
                continue
            walk.saw(row, info, self._now())
            items.append(mapping.item(info, row))
        return items, False

    def fetch_one(self, number: str) -> list[Item]:
        """The petition as of now; [] when unknown to the platform."""
        info = self._client.info(number)
        return [] if info is None else [mapping.item(info, {"infoid": number})]

    def read(self, item: Item) -> list[Incoming]:
        """The matter and what happened to it since. Raises Unmappable."""
        return mapping.read(item.raw)

    def deliver(self, outgoing: Outgoing) -> Receipt:
        """Call the method; a conflict whose wanted state is reached already counts as done."""
        files = [(file.name, file_bytes(file)) for file in outgoing.files] if outgoing.telling is Telling.REPLY else []
        told = telling.elements(outgoing, files)
        try:
            return telling.receipt(self._client.call(telling.METHODS[outgoing.telling], told))
        except AdapterError as trouble:
            if not trouble.conflict:
                raise
            return self._already(outgoing, trouble)

    def _already(self, outgoing: Outgoing, trouble: AdapterError) -> Receipt:
        book = self.look(outgoing.number, outgoing.round)
        if book is None or not telling.is_reached(outgoing, book):
            raise trouble
        evidence = {"refused": trouble.code, "reply_digest": book.reply_digest, **book.facts}
        return Receipt(
            outer_state=book.outer_state, version=book.version, is_repeat=True, number=book.number, evidence=evidence
        )

    def look(self, number: str, round: int) -> Book | None:
        """What the platform holds of the round now, with the digest of its newest reply by the ledger where it is recent."""
        info = self._client.info(number)
        book = None if info is None else telling.book_of_info({"infoid": number, **info})
        row = self._ledger_row(number, round)
        if book is None or book.round != round:
            return row
        return book if row is None else replace(book, reply_digest=row.reply_digest, facts={**row.facts, **book.facts})

    def download(self, ref: str, url: str) -> bytes:
        """The bytes of the attachment ``infoid/fjid``."""
        infoid, _, fjid = ref.partition("/")
        return self._client.attachment(infoid, fjid)

    def ledger(self, day: str) -> list[Book]:
        """All rows of the ledger of ``day`` (yyyy-mm-dd), as of now."""
        books = (telling.book_of_row(row) for row in self._client.ledger(day))
        return [book for book in books if book is not None]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _ledger_row(self, number: str, round: int) -> Book | None:
        today = self._now().astimezone(SHANGHAI).date()
        for day in (today, today - timedelta(days=1)):
            for book in self.ledger(day.isoformat()):
                if (book.number, book.round) == (number, round):
                    return book
        return None
