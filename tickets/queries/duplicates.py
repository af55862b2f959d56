"""Likeness of an incoming matter to open ones: suggestions for the office, never a reason to join by itself (domain §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from tickets.models import Inquiry, Person, Ticket, vault

WINDOW = timedelta(days=60)
MOST_CANDIDATES = 400
LIKE = 72.0


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
    """The likeliest among ``visible`` tickets of the last 60 days, best first. Three queries, a bounded number of candidates."""
    recent = visible.filter(registered_at__gte=now - WINDOW).exclude(state="merged")
    by_phone = _of_phone(phone)
    by_number = (
        set(Inquiry.objects.filter(number__in=related).values_list("ticket_id", flat=True)) if related else set()
    )
    wanted = Q(pk__in=by_phone | by_number)
    if place:
        wanted |= Q(place=place)
    rows = {
        row["id"]: row
        for row in recent.filter(wanted).values("id", "number", "title", "content", "state", "place")[:MOST_CANDIDATES]
    }
    for row in recent.order_by("-id").values("id", "number", "title", "content", "state", "place")[:MOST_CANDIDATES]:
        rows.setdefault(row["id"], row)
    scores = _scores(
        f"{title} {content[:200]}", {pk: f"{row['title']} {row['content'][:200]}" for pk, row in rows.items()}
    )
    found = [_suggest(row, scores.get(pk, 0.0), by_phone, by_number, place) for pk, row in rows.items()]
    return sorted((each for each in found if each.reasons), key=lambda each: (-len(each.reasons), -each.likeness))[
        :most
    ]


def _of_phone(phone: str) -> set[int]:
    digest = vault.digest(phone)
    if not digest:
        return set()
    people = Person.objects.filter(Q(phone_digest=digest) | Q(incoming_digest=digest)).values("pk")
    return set(Inquiry.objects.filter(person__in=people).values_list("ticket_id", flat=True)[:MOST_CANDIDATES])


def _scores(text: str, candidates: dict[int, str]) -> dict[int, float]:
    found = process.extract(text, candidates, scorer=fuzz.token_set_ratio, limit=20, score_cutoff=LIKE)
    return {pk: score for _, score, pk in found}


def _suggest(
    row: Mapping[str, object], score: float, by_phone: set[int], by_number: set[int], place: str
) -> Suggestion:
    pk = int(str(row["id"]))
    reasons = [
        name
        for name, holds in (
            ("number", pk in by_number),
            ("phone", pk in by_phone),
            ("place", bool(place) and row["place"] == place),
            ("text", score >= LIKE),
        )
        if holds
    ]
    return Suggestion(pk, str(row["number"]), str(row["title"]), str(row["state"]), tuple(reasons), score)
