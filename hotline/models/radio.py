"""上线: an on-air session of the radio hotline, and the calls that were logged in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from tickets.models import Inquiry


class RadioSession(models.Model):
    """One programme. The limits of its calls run from ``on_air_at``; ``guest``: the leader who answers on air."""

    programme = models.CharField(max_length=60)
    on_air_at = models.DateTimeField()
    guest = models.CharField(max_length=60, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords(history_id_field=models.BigAutoField(), user_db_constraint=False)

    class Meta:
        ordering = ("-on_air_at", "-id")

    def __str__(self) -> str:
        return f"{self.programme} {self.on_air_at:%Y-%m-%d}"


class RadioCall(models.Model):
    """A listener's call; its order is its id."""

    session = models.ForeignKey(RadioSession, on_delete=models.PROTECT, related_name="calls")
    inquiry = models.OneToOneField(Inquiry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.session_id}/{self.inquiry_id}"
