"""疑似重复: pairs of open tickets that may be about one matter, found in bounded time; a suggestion, nothing is joined by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Left
from rapidfuzz import fuzz, process

from tickets.domain.states import WORKING
from tickets.models import Apart, Inquiry, Ticket

from .together import Rows, together

WINDOW = timedelta(days=60)
#: So many of the newest open tickets are compared by caller, place and number; so many of these by their text.
MOST, MOST_TEXTS = 1_000, 300
#: The text alone makes a pair from here; together with the same place from there.
LIKE, NEAR = 80.0, 55.0
BEGINNING = 160
SHOWN = 60
COLUMNS = (
    "id", "number", "title", "state", "place", "channel", "is_confidential", "registered_at", "due_at", "section__name", "beginning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """An ``older`` and a ``newer`` ticket (rows of COLUMNS), why (number, phone, place, text) and how alike the text is (0–100)."""

    older: dict[str, Any]
    newer: dict[str, Any]
    reasons: tuple[str, ...]
    likeness: float


def likely(*, visible: QuerySet[Ticket], now: datetime, most: int = SHOWN) -> list[Pair]:
    """The likeliest pairs, best first, of the newest 1,000 tickets of the last 60 days that are not answered yet. One statement.

    Of many tickets with one caller or place each is paired with the oldest of them. Confidential and ordinary are never paired.
    """
    found = _rows(visible, now)
    rows = {row["id"]: row for row in found["tickets"]}
    reasons: dict[tuple[int, int], set[str]] = defaultdict(set)
    for name, groups in (
        ("phone", _callers(found["inquiries"])),
        ("place", _places(rows)),
        ("number", _related(found["inquiries"])),
    ):
        for group in groups:
            for pair in _star(group, rows):
                reasons[pair].add(name)
    for pair in _texts(rows):
        reasons[pair].add("text")
    apart = {(row["first_id"], row["second_id"]) for row in found["apart"]}
    pairs = [_pair(pair, why, rows) for pair, why in reasons.items() if pair not in apart]
    likely_ones = [pair for pair in pairs if pair.reasons != ("place",) or pair.likeness >= NEAR]
    return sorted(likely_ones, key=lambda pair: (-len(pair.reasons), -pair.likeness, -pair.newer["id"]))[:most]


def _rows(visible: QuerySet[Ticket], now: datetime) -> dict[str, Rows]:
    newest = visible.filter(state__in=sorted(WORKING)).order_by("-id")
    ids = newest.values("pk")[:MOST]
    tickets = Ticket.objects.filter(pk__in=ids, registered_at__gte=now - WINDOW).order_by("-id")
    inquiries: Any = Inquiry.objects.filter(ticket__in=ids).order_by("id")
    apart: Any = Apart.objects.filter(second__in=ids).order_by("id")
    callers = {"phone": F("person__phone_digest"), "incoming": F("person__incoming_digest")}
    return together(
        {
            "tickets": tickets.annotate(beginning=Left("content", BEGINNING)).values(*COLUMNS),
            "inquiries": inquiries.values("ticket_id", "number", "related_numbers", **callers),
            "apart": apart.values("first_id", "second_id"),
        }
    )


def _callers(inquiries: Rows) -> Iterator[list[int]]:
    """The tickets of one telephone number, whichever way it came."""
    by_digest: dict[str, set[int]] = defaultdict(set)
    for row in inquiries:
        for digest in {row["phone"], row["incoming"]} - {None, ""}:
            by_digest[digest].add(row["ticket_id"])
    return (sorted(group) for group in by_digest.values() if len(group) > 1)


def _places(rows: Mapping[int, dict[str, Any]]) -> Iterator[list[int]]:
    by_place: dict[str, list[int]] = defaultdict(list)
    for pk, row in rows.items():
        if row["place"].strip():
            by_place[row["place"].strip()].append(pk)
    return (sorted(group) for group in by_place.values() if len(group) > 1)


def _related(inquiries: Rows) -> Iterator[list[int]]:
    """A number that a source calls related is another ticket's own."""
    own = {row["number"]: row["ticket_id"] for row in inquiries}
    for row in inquiries:
        for number in row["related_numbers"] or ():
            if own.get(number, row["ticket_id"]) != row["ticket_id"]:
                yield sorted((own[number], row["ticket_id"]))


def _star(group: list[int], rows: Mapping[int, dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Each with the oldest that it may be merged with."""
    there = [pk for pk in group if pk in rows]
    for kind in (False, True):
        same = [pk for pk in there if bool(rows[pk]["is_confidential"]) is kind]
        yield from ((same[0], other) for other in same[1:])


def _texts(rows: Mapping[int, dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Each of the newest with the likeliest of the older ones among them."""
    newest = sorted(rows, reverse=True)[:MOST_TEXTS]
    texts = {pk: _text(rows[pk]) for pk in newest}
    for place, pk in enumerate(newest):
        older = {other: texts[other] for other in newest[place + 1 :] if _alike_kind(rows, pk, other)}
        best = process.extractOne(texts[pk], older, scorer=fuzz.token_set_ratio, score_cutoff=LIKE)
        if best is not None:
            yield best[2], pk


def _alike_kind(rows: Mapping[int, dict[str, Any]], one: int, other: int) -> bool:
    return bool(rows[one]["is_confidential"] == rows[other]["is_confidential"])


def _text(row: Mapping[str, Any]) -> str:
    return f"{row['title']} {row['beginning']}"


def _pair(pair: tuple[int, int], why: Iterable[str], rows: Mapping[int, dict[str, Any]]) -> Pair:
    older, newer = rows[pair[0]], rows[pair[1]]
    order = ("number", "phone", "place", "text")
    return Pair(
        older, newer, tuple(name for name in order if name in why), fuzz.token_set_ratio(_text(older), _text(newer))
    )
