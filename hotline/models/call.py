"""What a telephone system tells: calls that ring, are answered and end, and whose extension is whose."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from tickets.domain.words import Labelled
from tickets.models import Inquiry, vault

#: A ring that nobody ends was not answered; a talk that nobody ends is over.
RINGS_FOR, TALKS_FOR = timedelta(minutes=3), timedelta(hours=4)


class CallEvent(Labelled):
    """What a telephone system says of a call."""

    RING = "ring", "振铃", "Rings"
    ANSWER = "answer", "接听", "Answered"
    HANGUP = "hangup", "挂断", "Hung up"


class CallState(Labelled):
    """Where a call stands."""

    RINGING = "ringing", "振铃中", "Ringing"
    TALKING = "talking", "通话中", "Talking"
    ENDED = "ended", "已结束", "Ended"
    MISSED = "missed", "未接", "Missed"


class Call(models.Model):
    """One call, by the telephone system's own id. The number is sealed (models.vault) and found again by its digest.

    ``rings``: ids of the accounts at whose extensions it rang; empty: at everybody's. ``agent`` answered it.
    """

    call_id = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField(default=bytes)
    number_digest = models.CharField(max_length=40, blank=True, db_index=True)
    extension = models.CharField(max_length=20, blank=True)
    rings = models.JSONField(default=list, blank=True)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    came_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    inquiry = models.ForeignKey(Inquiry, null=True, on_delete=models.PROTECT, related_name="+")
    called_back_at = models.DateTimeField(null=True)
    called_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["came_at"], name="call_going_on", condition=models.Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return self.call_id

    def number(self) -> str:
        """The caller's number; empty where the telephone system did not know it."""
        return vault.unseal(bytes(self.sealed)).decode() if self.sealed else ""

    def state(self, now: datetime) -> CallState:
        """As the events say, and as time does where the last of them was lost."""
        if self.answered_at is None:
            over = self.ended_at is not None or now - self.came_at > RINGS_FOR
            return CallState.MISSED if over else CallState.RINGING
        over = self.ended_at is not None or now - self.answered_at > TALKS_FOR
        return CallState.ENDED if over else CallState.TALKING


class Extension(models.Model):
    """At which telephone somebody sits: events that name only the extension find him by it."""

    number = models.CharField(max_length=20, unique=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extension")

    def __str__(self) -> str:
        return self.number
