"""What usually happens: where matters lie, and which section has handled what is like a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count

from tickets.models import Ticket

from . import words

WINDOW = timedelta(days=90)
PLACED_BY, LOOKED_AT = 400, 2_000


def places(most: int = 80) -> list[str]:
    """The places of the newest matters, each once; those of confidential ones stay where they are."""
    rows = Ticket.objects.filter(is_confidential=False).order_by("-id").values_list("place", flat=True)[:PLACED_BY]
    return list(dict.fromkeys(place for place in rows if place))[:most]


def handled(matched: Sequence[str], now: datetime) -> list[tuple[int, int]]:
    """(section, how many) among the newest tickets of 90 days, 2,000 at the most, that hold the first word a rule matched, most
    first; nothing without a word. One statement."""
    word = next((each for each in matched if len(each) >= words.LEAST), "")
    if not word:
        return []
    newest = Ticket.objects.order_by("-id").values("pk")[:LOOKED_AT]
    recent = Ticket.objects.filter(pk__in=newest, registered_at__gte=now - WINDOW, section__isnull=False)
    alike = recent.filter(words.holding(word)).order_by()
    rows = alike.values_list("section_id").annotate(many=Count("pk"))
    return [(section, many) for section, many in rows.order_by("-many", "section_id") if section is not None]
