"""Search by words: any two characters and more of title, place or text, exactly; by an index of bigrams on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q

from tickets.models import Bigrams

LEAST = 2


def holding(text: str) -> Any:
    """A condition on tickets: those whose title, place or text hold ``text``, whatever its case; nothing below two characters."""
    wanted = text.strip().lower()
    if len(wanted) < LEAST:
        return Q(pk__in=[])
    if connection.vendor != "postgresql":
        return Q(title__icontains=wanted) | Q(place__icontains=wanted) | Q(content__icontains=wanted)
    found: Any = Q(pk__in=Bigrams.objects.filter(words__holds=_query(wanted)).values("ticket_id"))
    if len(wanted) > LEAST:  # the pairs may all be there, and not one behind the other
        found &= Q(title__icontains=wanted) | Q(place__icontains=wanted) | Q(content__icontains=wanted)
    return found


def _query(text: str) -> str:
    """All pairs of the text, as PostgreSQL reads them: quotes and backslashes doubled."""
    pairs = dict.fromkeys(text[place : place + 2] for place in range(len(text) - 1))
    return " & ".join("'" + pair.replace("\\", "\\\\").replace("'", "''") + "'" for pair in pairs)
