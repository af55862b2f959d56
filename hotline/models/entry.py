"""Coming in: failures of signing in, one-time links, passwords used before; and the answers that requests with an Idempotency-Key got."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Labelled
from tickets.models.base import word

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


class LinkKind(Labelled):
    """What a one-time link opens."""

    FIRST = "first", "首任管理员", "First administrators"
    ACCOUNT = "account", "新账号", "New account"
    RESET = "reset", "重设密码", "New password"


class OneTimeLink(models.Model):
    """A link that opens once, until ``expires_at``; ``digest`` of what it carries is all that is kept of it."""

    kind = word(LinkKind)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class UsedPassword(models.Model):
    """A password that was replaced, as its hash: it may not come again soon."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="used_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.replaced_at}"


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
