"""Likeness of an incoming matter to open ones: suggestions for the office, never a reason to join by itself (domain §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from rapidfuzz import fuzz, process

from tickets.models import Inquiry, Person, Ticket, vault

from .together import together

WINDOW = timedelta(days=60)
MOST_CANDIDATES = 400
LIKE = 72.0
#: So many characters of a text are compared.
BEGINNING = 200
COLUMNS = ("id", "number", "title", "state", "place", "registered_at", "beginning", "has_phone", "has_number")


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
) -> list[Suggestion]:
    """The likeliest among ``visible`` tickets of the last 60 days, best first. One statement, a bounded number of candidates."""
    marked = (
        visible.exclude(state="merged")
        .order_by()
        .annotate(
            has_phone=Exists(_inquiries().filter(person__in=_of_phone(phone))),
            has_number=Exists(_inquiries().filter(number__in=related)),
            beginning=Left("content", BEGINNING),
        )
    )
    lists = {"newest": marked, "related": marked.filter(pk__in=_tickets_of(phone, related))}
    if place:
        lists["placed"] = marked.filter(place=place)
    found = together({name: each.order_by("-id").values(*COLUMNS)[:MOST_CANDIDATES] for name, each in lists.items()})
    since = now - WINDOW  # asked of the rows: the newest by number need no index of their days
    rows = {row["id"]: row for each in found.values() for row in each if row["registered_at"] >= since}
    texts = {pk: f"{row['title']} {row['beginning']}" for pk, row in rows.items()}
    scores = _scores(f"{title} {content[:BEGINNING]}", texts)
    suggested = [_suggest(row, scores.get(pk, 0.0), place) for pk, row in rows.items()]
    return sorted((each for each in suggested if each.reasons), key=lambda each: (-len(each.reasons), -each.likeness))[
        :most
    ]


def _inquiries() -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(ticket=OuterRef("pk"))


def _of_phone(phone: str) -> QuerySet[Person, Any]:
    """The people with this number; nobody where none was given."""
    digest = vault.digest(phone)
    if not digest:
        return Person.objects.none().values("pk")
    return Person.objects.filter(Q(phone_digest=digest) | Q(incoming_digest=digest)).values("pk")


def _tickets_of(phone: str, related: tuple[str, ...]) -> QuerySet[Inquiry, Any]:
    """By index: the tickets of a caller, and those a source calls related."""
    wanted = Q(person__in=_of_phone(phone)) | (Q(number__in=related) if related else Q(pk__in=[]))
    return Inquiry.objects.filter(wanted).values("ticket_id")


def _scores(text: str, candidates: dict[int, str]) -> dict[int, float]:
    found = process.extract(text, candidates, scorer=fuzz.token_set_ratio, limit=20, score_cutoff=LIKE)
    return {pk: score for _, score, pk in found}


def _suggest(row: Mapping[str, Any], score: float, place: str) -> Suggestion:
    holds = {
        "number": row["has_number"],
        "phone": row["has_phone"],
        "place": bool(place) and row["place"] == place,
        "text": score >= LIKE,
    }
    reasons = tuple(name for name, is_so in holds.items() if is_so)
    return Suggestion(row["id"], row["number"], row["title"], row["state"], reasons, score)
