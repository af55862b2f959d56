"""What the desks may put in: phrases by kind, answers offered on the words of a matter, and the words that should not go out."""

from __future__ import annotations

from collections.abc import Sequence

from tickets.models import Phrase, PhraseKind, Term

from .freshness import Cached


def of(kind: PhraseKind, section_id: int | None = None) -> list[Phrase]:
    """The phrases of a kind for a section: its own first, then everybody's."""
    rows = [row for row in cached.get() if row.kind == kind and row.section_id in (None, section_id)]
    return sorted(rows, key=lambda row: (row.section_id is None, row.order, row.pk))


def offered(text: str, most: int = 3) -> list[Phrase]:
    """Answers on the line for a matter: those of which a word stands in the text, most words first."""
    scored = [(_hits(row, text), row) for row in of(PhraseKind.ANSWER)]
    found = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].order))
    return [row for _, row in found[:most]]


def _hits(row: Phrase, text: str) -> int:
    words: Sequence[str] = row.facts.get("words", ())
    return sum(1 for word in words if word and word in text)


def terms() -> list[Term]:
    """The wrong and sensitive words in force."""
    return cached_terms.get()


def _read_phrases() -> list[Phrase]:
    return list(Phrase.objects.filter(is_active=True).order_by("order", "id"))


def _read_terms() -> list[Term]:
    return list(Term.objects.filter(is_active=True).order_by("id"))


cached: Cached[list[Phrase]] = Cached(_read_phrases, Phrase)
cached_terms: Cached[list[Term]] = Cached(_read_terms, Term)
