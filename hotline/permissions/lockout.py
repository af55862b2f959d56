"""Locked out after so many failures in a row, in the database: no Redis is needed, and a restart forgets nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from hotline.models import SignInFailure

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Door:
    """What is tried, from where, and how often: ``account`` is a digest (people type passwords into any field)."""

    account: str
    address: str
    most: int
    locked_for: timedelta

    def locked_until(self, now: datetime) -> datetime | None:
        """When it opens again; None while it is open."""
        row = SignInFailure.objects.filter(account=self.account, address=self.address).first()
        until = row.locked_until if row is not None else None
        return until if until is not None and until > now else None

    @transaction.atomic
    def fail(self, now: datetime) -> datetime | None:
        """One more failure: until when the door is locked now, or None. Failures older than the lock's length are forgotten."""
        SignInFailure.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()
        facts = {"account": self.account, "address": self.address}
        SignInFailure.objects.get_or_create(**facts, defaults={"failures": 0, "failed_at": now})
        rows = SignInFailure.objects.filter(**facts)
        row = rows.select_for_update().get()
        if row.failed_at < now - self.locked_for:
            rows.update(failures=0, locked_until=None)
        rows.update(failures=F("failures") + 1, failed_at=now)
        row.refresh_from_db()
        if row.failures >= self.most:
            rows.update(failures=0, locked_until=now + self.locked_for)
            return now + self.locked_for
        return None

    def forget(self) -> None:
        """The failures before a success."""
        SignInFailure.objects.filter(account=self.account, address=self.address).delete()


def digest(typed: str) -> str:
    """How what was typed is named without being kept."""
    return hashlib.sha256(typed.strip().lower().encode(errors="replace")).hexdigest()[:32]
