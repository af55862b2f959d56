"""Accounts of the office's people: roles, section, and who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from tickets.domain.actors import Actor
from tickets.domain.words import AlertRoad, Role
from tickets.models import Section
from tickets.models.base import history, word

#: Roles that keep watch over the others and over each other: whoever holds one holds nothing beside it (domain §5, MLPS).
WATCHERS: tuple[Role, ...] = (Role.SYSADMIN, Role.SECURITY, Role.AUDITOR)
#: Roles that stand alone.
ALONE: tuple[Role, ...] = (*WATCHERS, Role.ADAPTER)


def _alone(role: Role) -> models.CheckConstraint:
    quoted = f'"{role.value}"'
    holds = ~Q(roles__icontains=quoted) | Q(roles=[role.value])
    return models.CheckConstraint(condition=holds, name=f"{role.value}_alone")


@dataclass(frozen=True, slots=True)
class StandIn:
    """Whose desk a deputy sits at now: who acts there, the one who is away, and until which day."""

    actor: Actor
    absent: User
    until: date
    deputyship: int


class User(AbstractUser):
    """An account. ``roles``: words of Role; ``section``: where handlers and chiefs work. Accounts are switched off, never deleted.

    ``stand_in`` is set for one request by the middleware, where its person has chosen to act for somebody who is away.
    """

    name = models.CharField(max_length=40, blank=True)
    roles = models.JSONField(default=list, blank=True)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(max_length=8, default="auto", help_text="auto, light or dark")
    alert_road = word(AlertRoad, blank=True, default="", help_text="empty: nothing outside the house")
    alert_address = models.CharField(max_length=254, blank=True)
    alert_since = models.DateTimeField(null=True, blank=True, help_text="lines of the tray from then on are told")
    password_set_at = models.DateTimeField(
        null=True, blank=True, help_text="by its owner; empty: before this was noted"
    )
    history: HistoricalRecords = history(excluded_fields=["password", "last_login"])
    stand_in: StandIn | None = None

    class Meta(AbstractUser.Meta):
        constraints = [_alone(role) for role in ALONE]

    def __str__(self) -> str:
        return self.name or self.username

    def actor(self) -> Actor:
        """The account as the domain knows it, by its own roles."""
        roles = frozenset(Role(code) for code in self.roles if code in Role._value2member_map_)
        return Actor(name=str(self), roles=roles, user_id=self.pk, section_id=self.section_id)
