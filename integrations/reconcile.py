"""Both books side by side: what a platform holds of each (number, round) and what we hold, as a list of differences. It only compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q

from integrations import registry
from integrations.models import InboxItem, Lot
from integrations.protocol import Book
from integrations.reading import SHANGHAI, moment
from tickets.actions.delivery import UNFINISHED
from tickets.models import Exchange, Inquiry, OutboxRow, Post

Key = tuple[str, int]
CHUNK = 400
UNDERWAY = (*UNFINISHED, Post.HANDED_OVER.value)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the books disagree on. ``what``: missing_here, missing_there, state, redo_no, reply. ``is_underway``: something of this
    inquiry still waits in our inbox or outbox, so the books may yet agree."""

    number: str
    round: int
    what: str
    ours: str
    theirs: str
    is_underway: bool = False


def compare(ours: Iterable[Book], theirs: Iterable[Book], underway: Iterable[Key] = ()) -> list[Difference]:
    """Two books as sets by (number, round); a state or digest one side does not know ('') is no difference."""
    left, right = _by_key(ours), _by_key(theirs)
    moving, found = set(underway), []
    for key in sorted(left.keys() | right.keys()):
        found += [Difference(*key, what, a, b, key in moving) for what, a, b in _differ(left.get(key), right.get(key))]
    return found


def _by_key(books: Iterable[Book]) -> Mapping[Key, Book]:
    return {(book.number, book.round): book for book in books}


def _differ(ours: Book | None, theirs: Book | None) -> Iterable[tuple[str, str, str]]:
    if ours is None or theirs is None:
        yield ("missing_here", "", _state(theirs)) if ours is None else ("missing_there", _state(ours), "")
        return
    if ours.outer_state and theirs.outer_state and ours.outer_state != theirs.outer_state:
        yield "state", ours.outer_state, theirs.outer_state
    if ours.redo_no != theirs.redo_no:
        yield "redo_no", str(ours.redo_no), str(theirs.redo_no)
    if ours.reply_digest != theirs.reply_digest:
        yield "reply", ours.reply_digest, theirs.reply_digest


def _state(book: Book | None) -> str:
    return book.outer_state if book else ""


def day(source: str, date: str) -> list[Difference]:
    """The platform's ledger of a day (yyyy-mm-dd, Asia/Shanghai) against ours: the rounds it names, and those of ours that moved that day.

    Raises AdapterError, registry.UnknownPlatform.
    """
    theirs = registry.adapter(source).ledger(date)
    keys = {(book.number, book.round) for book in theirs} | moved_on(source, date)
    return compare(ours(source, keys), theirs, underway(source, keys))


def look(source: str, keys: Iterable[Key]) -> list[Difference]:
    """The same for single rounds, each asked for by itself. Raises AdapterError, registry.UnknownPlatform."""
    adapter, keys = registry.adapter(source), set(keys)
    theirs = [book for number, round in sorted(keys) if (book := adapter.look(number, round))]
    return compare(ours(source, keys), theirs, underway(source, keys))


def ours(source: str, keys: Iterable[Key] | None = None) -> list[Book]:
    """Our book of a platform: all of it, or the rounds of ``keys``. The reply is the newest the platform has accepted."""
    found = []
    for rows in _chunks(source, keys):
        replies = _accepted_replies([row.pk for row in rows])
        found += [
            Book(row.number, row.round, row.outer_state, row.redo_no, row.version, replies.get(row.pk, ""))
            for row in rows
        ]
    return found


def _chunks(source: str, keys: Iterable[Key] | None) -> Iterable[list[Inquiry]]:
    query = Inquiry.objects.filter(source_id=source)
    if keys is None:
        yield list(query)
        return
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), CHUNK):
        part = set(wanted[start : start + CHUNK])
        found = query.filter(number__in={number for number, _ in part})
        yield [row for row in found if (row.number, row.round) in part]


def _accepted_replies(inquiries: list[int]) -> dict[int, str]:
    rows = OutboxRow.objects.filter(inquiry_id__in=inquiries, telling="reply", post=Post.ACCEPTED.value)
    return dict(rows.order_by("pk").values_list("inquiry_id", "reply__digest"))


def moved_on(source: str, date: str) -> set[Key]:
    """The rounds of ours that heard of the platform, or were accepted by it, on a day."""
    start = moment(date)
    if start is None:
        raise ValueError("a day is written yyyy-mm-dd")
    span = (start, datetime.combine(start.date() + timedelta(days=1), time(), SHANGHAI))
    heard = Exchange.objects.filter(inquiry=OuterRef("pk"), occurred_at__range=span)
    told = OutboxRow.objects.filter(inquiry=OuterRef("pk"), post=Post.ACCEPTED.value, sent_at__range=span)
    rows = Inquiry.objects.filter(source_id=source).filter(Q(Exists(heard)) | Q(Exists(told)))
    return set(rows.values_list("number", "round"))


def underway(source: str, keys: Iterable[Key]) -> set[Key]:
    """The rounds of which something still waits: a record in the inbox, a row in the outbox."""
    wanted = set(keys)
    inbox = InboxItem.objects.filter(source=source, lot__in=[Lot.WAITING.value, Lot.PARKED.value, Lot.CONFLICT.value])
    marks = set(inbox.exclude(identity="").values_list("identity", flat=True))
    outbox = OutboxRow.objects.filter(source_id=source, post__in=UNDERWAY)
    rows = set(outbox.values_list("inquiry__number", "round"))
    return {key for key in wanted if key in rows or f"{key[0]}#{key[1]}" in marks}
