"""The only reader of the clock: doors ask it once and pass the moment in."""

from datetime import UTC, datetime

from django.conf import settings


def now() -> datetime:
    """The present moment in UTC, moved by ``settings.CLOCK_OFFSET`` (demonstrations and tests that live on another day)."""
    return datetime.now(UTC) + settings.CLOCK_OFFSET
