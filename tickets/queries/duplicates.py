"""Likeness of an incoming matter to open ones: suggestions for the office, never a reason to join by itself (domain §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from rapidfuzz import fuzz, process

from tickets.models import Inquiry, Person, Ticket, vault

from .together import together

WINDOW = timedelta(days=60)
#: Candidates at the most: of the newest whatever they are about, and of one caller or one place (some call every day).
NEWEST, OF_ONE = 400, 100
LIKE = 72.0
#: So many characters of a text are compared.
BEGINNING = 200
COLUMNS = ("id", "number", "title", "state", "place", "is_confidential", "registered_at", "beginning")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A ticket that may be about the same matter: why (phone, number, place, text) and how alike the text is (0–100)."""

    ticket_id: int
    number: str
    title: str
    state: str
    reasons: tuple[str, ...]
    likeness: float


def like(
    *,
    title: str,
    content: str,
    place: str,
    phone: str,
    related: tuple[str, ...] = (),
    now: datetime,
    visible: QuerySet[Ticket],
    most: int = 5,
    links_petitioners: bool = True,
) -> list[Suggestion]:
    """The likeliest among ``visible`` tickets of the last 60 days, best first. One statement, a bounded number of candidates.

    ``links_petitioners``: whether a confidential matter is told by its caller's telephone.
    """
    rows_of = (
        visible.exclude(state="merged").order_by("-id").annotate(beginning=Left("content", BEGINNING)).values(*COLUMNS)
    )
    called, numbered = _called(phone), _numbered(related)
    found = together(
        {
            "newest": rows_of[:NEWEST],
            "called": rows_of.filter(pk__in=called)[:OF_ONE],
            "numbered": rows_of.filter(pk__in=numbered)[:OF_ONE],
            "placed": rows_of.filter(place=place)[:OF_ONE] if place else rows_of.none(),
            "phones": called,
            "numbers": numbered,
        }
    )
    of_phone, of_number = ({row["ticket_id"] for row in found.pop(name)} for name in ("phones", "numbers"))
    since = now - WINDOW  # asked of the rows: the newest by number need no index of their days
    rows = {row["id"]: row for each in found.values() for row in each if row["registered_at"] >= since}
    texts = {pk: f"{row['title']} {row['beginning']}" for pk, row in rows.items()}
    scores = _scores(f"{title} {content[:BEGINNING]}", texts)
    suggested = [
        _suggest(
            row,
            scores.get(pk, 0.0),
            number=pk in of_number,
            phone=pk in of_phone and (links_petitioners or not row["is_confidential"]),
            place=row["place"] == place != "",
        )
        for pk, row in rows.items()
    ]
    return sorted((each for each in suggested if each.reasons), key=lambda each: (-len(each.reasons), -each.likeness))[
        :most
    ]


def _called(phone: str) -> QuerySet[Inquiry, Any]:
    """The newest tickets of who called with this number; nothing where none was given."""
    digest = vault.digest(phone)
    if not digest:
        return Inquiry.objects.none().values("ticket_id")
    people = Person.objects.filter(Q(phone_digest=digest) | Q(incoming_digest=digest))
    return Inquiry.objects.filter(person__in=people.order_by("-pk").values("pk")[:OF_ONE]).values("ticket_id")


def _numbered(related: tuple[str, ...]) -> QuerySet[Inquiry, Any]:
    """The tickets that a source calls related."""
    return Inquiry.objects.filter(number__in=related).values("ticket_id")


def _scores(text: str, candidates: dict[int, str]) -> dict[int, float]:
    found = process.extract(text, candidates, scorer=fuzz.token_set_ratio, limit=20, score_cutoff=LIKE)
    return {pk: score for _, score, pk in found}


def _suggest(row: Mapping[str, Any], score: float, **holds: bool) -> Suggestion:
    """``holds``: number, phone and place, whether they are the same."""
    reasons = tuple(name for name, is_so in {**holds, "text": score >= LIKE}.items() if is_so)
    return Suggestion(row["id"], row["number"], row["title"], row["state"], reasons, score)
