"""Which rule a pause follows: the row of the ground, that of the channel first."""

from __future__ import annotations

from tickets.domain.words import PauseGround
from tickets.models import PauseRule

from .freshness import Cached

#: Grounds of the law: the time they take is excluded from limits of the law too, and the office says when it begins and ends.
LAWFUL = (PauseGround.THIRD_PARTY, PauseGround.HEARING)


def find(ground: str, channel: str) -> PauseRule | None:
    """The active rule, or None where the ground does not exist for the channel."""
    fitting = [row for row in cached.get() if row.ground == ground and row.channel in ("", channel)]
    return max(fitting, key=lambda row: (bool(row.channel), row.pk), default=None)


cached = Cached(lambda: list(PauseRule.objects.filter(is_active=True)), PauseRule)
