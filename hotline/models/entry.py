"""Failures of signing in, and the answers that requests with an Idempotency-Key got."""

from __future__ import annotations

from django.db import models

from .user import User


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
