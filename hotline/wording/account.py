"""The two texts of a reply, 办理情况 and 公开答复: their names say who reads them beside the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tickets.domain.words import Channel

#: Platforms whose wire carries the account; an inspection is told the public text alone, and our own doors nothing.
RECEIVE_IT = frozenset({Channel.HOTLINE.value, Channel.BUSINESS.value, Channel.PETITION.value})
PLATFORMS = RECEIVE_IT | {Channel.INSPECTION.value}


def account(channels: Iterable[str]) -> str:
    """The name of what was done, on a matter that came in by these channels."""
    if RECEIVE_IT.isdisjoint(channels):
        return _("What was done (internal)")
    return _("What was done (the platform's staff see it, not public)")


def public_reply(channels: Iterable[str]) -> str:
    """The name of the public reply where it is written."""
    if PLATFORMS.isdisjoint(channels):
        return _("Public reply (the caller sees it)")
    return _("Public reply (platform and caller see it)")
