"""Accounts of the office's people: roles, section, and who acts for whom."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from simple_history.models import HistoricalRecords

from tickets.domain.actors import Actor
from tickets.domain.words import Role
from tickets.models import Section


class User(AbstractUser):
    """An account. ``roles``: words of Role; ``section``: where handlers and chiefs work. Accounts are switched off, never deleted."""

    name = models.CharField(max_length=40, blank=True)
    roles = models.JSONField(default=list, blank=True)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(max_length=8, default="auto", help_text="auto, light or dark")
    history = HistoricalRecords(history_id_field=models.BigAutoField(), excluded_fields=["password", "last_login"])

    def __str__(self) -> str:
        return self.name or self.username

    def actor(self) -> Actor:
        """The account as the domain knows it."""
        roles = frozenset(Role(code) for code in self.roles if code in Role._value2member_map_)
        return Actor(name=str(self), roles=roles, user_id=self.pk, section_id=self.section_id)
