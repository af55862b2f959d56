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
    history = HistoricalRecords(history_id_field=models.BigAutoField(), excluded_fields=["password", "last_login"])

    def __str__(self) -> str:
        return self.name or self.username

    def actor(self) -> Actor:
        """The account as the domain knows it."""
        roles = frozenset(Role(code) for code in self.roles if code in Role._value2member_map_)
        return Actor(name=str(self), roles=roles, user_id=self.pk, section_id=self.section_id)


class SignInFailure(models.Model):
    """Failures in a row of one account (named by a digest) from one address; locked until a moment after the fifth."""

    account = models.CharField(max_length=32)
    address = models.CharField(max_length=45, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="one_lock_out")]

    def __str__(self) -> str:
        return f"{self.account[:8]} {self.failures}"


class Answered(models.Model):
    """The first answer to a request with an Idempotency-Key, kept seven days; ``body`` is sealed (models.vault)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField(default=bytes)
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key", "path"], name="one_answer")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
