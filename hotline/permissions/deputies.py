"""代理: at whose desk somebody may sit today, and as whom he then acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hotline.models import ALONE, Deputy, StandIn, User
from tickets.domain.actors import Actor
from tickets.domain.moments import to_local
from tickets.domain.words import Role

#: In the session: the deputyship chosen, and those that may be chosen.
ACTS_FOR, OFFERED = "acts_for", "offered"
#: Roles that nobody holds for another: those that keep watch, and those that are no people.
NEVER_LENT: frozenset[Role] = frozenset({*ALONE, Role.SYSTEM})


def lendable(user: User) -> frozenset[Role]:
    """The roles of an account that a deputy may hold for it."""
    return user.actor().roles - NEVER_LENT


def running(now: datetime) -> QuerySet[Deputy]:
    """The deputyships of today, both people in service."""
    today = to_local(now).date()
    return Deputy.objects.filter(
        is_active=True,
        first_day__lte=today,
        last_day__gte=today,
        absent__is_active=True,
        deputy__is_active=True,
    )


def offered(user: User, now: datetime) -> list[dict[str, Any]]:
    """The desks he may sit at now, as plain values for his session."""
    rows = running(now).filter(deputy=user).select_related("absent").order_by("last_day", "id")
    return [{"id": row.pk, "name": str(row.absent), "until": row.last_day.isoformat()} for row in rows]


def stand_in(user: User, deputyship: Any, now: datetime) -> StandIn | None:
    """Who he is at the desk that he has chosen; None when that deputyship is not his, or does not run any more."""
    row = running(now).filter(pk=deputyship, deputy=user).select_related("absent__section").first()
    if row is None or not lendable(row.absent) or user.actor().roles & NEVER_LENT:
        return None
    absent = row.absent
    actor = Actor(
        name=str(user), roles=lendable(absent), user_id=user.pk, section_id=absent.section_id, deputy_for=absent.pk
    )
    return StandIn(actor, absent, row.last_day, row.pk)
