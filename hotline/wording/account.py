"""办理情况, the account of what was done: its name says who reads it beside the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tickets.domain.words import Channel

#: Platforms whose wire carries the account; an inspection is told the public text alone, and our own doors nothing.
RECEIVE_IT = frozenset({Channel.HOTLINE.value, Channel.BUSINESS.value, Channel.PETITION.value})


def account(channels: Iterable[str]) -> str:
    """Its name on a matter that came in by these channels."""
    if RECEIVE_IT.isdisjoint(channels):
        return _("What was done (internal)")
    return _("What was done (the platform's staff see it, not public)")
