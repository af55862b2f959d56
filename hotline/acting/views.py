"""Saved views: a list with its filters under a name."""

from __future__ import annotations

from django.db.models import Q

from hotline.models import SavedView, User

MOST = 30


def of(user: User) -> list[SavedView]:
    """A person's own views and those shared with his section."""
    shared = Q(section_id=user.section_id) if user.section_id else Q(pk__in=[])
    return list(SavedView.objects.filter(Q(user=user) | shared)[:MOST])


def keep(*, user: User, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep or replace the view of this name."""
    found, _new = SavedView.objects.update_or_create(
        user=user,
        name=name.strip()[:40],
        defaults={"query": query[:400], "section": user.section if is_shared else None},
    )
    return found
