"""What is found by words and by likeness, as far as the asker may know of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from hotline.permissions.table import SEES_CARD
from hotline.wording import mask_text
from tickets.domain.actors import Actor
from tickets.models import Ticket
from tickets.queries import duplicates, scopes
from tickets.queries.scopes import Scope


def matching(text: str, actor: Actor) -> Q:
    """Tickets whose number, title or content holds the text. Who may not read a confidential matter does not find it by its
    words either: a hit would tell what it holds."""
    words = Q(title__contains=text.strip()) | Q(content__contains=text.strip())
    if not actor.roles & SEES_CARD:
        words &= Q(is_confidential=False)
    return words | Q(number__icontains=text.strip())


def similar(form: dict[str, Any], scope: Scope, now: datetime, besides: int | None = None) -> list[dict[str, Any]]:
    """Tickets that may be about the same matter: a suggestion, nothing is joined by it."""
    found = duplicates.like(
        title=form.get("title", ""),
        content=form.get("content", ""),
        place=form.get("place", ""),
        phone=form.get("party", {}).get("phone", "") or form.get("phone", ""),
        related=tuple(form.get("related_numbers", ())),
        now=now,
        visible=scopes.visible(Ticket.objects.exclude(pk=besides or 0), scope),
    )
    return [
        {
            "number": each.number,
            "title": mask_text(each.title),
            "state": each.state,
            "reasons": list(each.reasons),
            "likeness": round(each.likeness),
        }
        for each in found
    ]
