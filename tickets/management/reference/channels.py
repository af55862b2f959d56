"""The bureau's own doors as sources; the platforms' rows are kept by the adapters' registry."""

from __future__ import annotations

from tickets.domain.words import Channel
from tickets.models import Source

OWN = (Channel.DIRECT, Channel.RADIO, Channel.DISCLOSURE, Channel.OPINION)


def sources() -> list[Source]:
    """A door of our own tells nothing to anybody by wire."""
    return [
        Source(code=channel.value, name_zh=channel.zh, name_en=channel.en, channel=channel.value) for channel in OWN
    ]
