"""附件: files stored by SHA-256 outside the web root."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from tickets.domain.words import Labelled

from .base import history, person_of_staff
from .inquiry import Inquiry
from .reply import Reply
from .ticket import Ticket


class FileState(Labelled):
    """Where the bytes are."""

    STORED = "stored", "已存", "Stored"
    WAITING = "waiting", "待取", "Waiting to be fetched"
    REFUSED = "refused", "未接收", "Refused"


#: What may go out with a reply: stored, and not what the source itself has sent.
SENDABLE = models.Q(state=FileState.STORED.value) & ~models.Q(role="matter")


class Attachment(models.Model):
    """``role``: matter (from the source), contact, handling (evidence), photo. ``source_ref``/``source_url``: where
    waiting bytes are fetched from."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="attachments")
    inquiry = models.ForeignKey(Inquiry, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=16, default="matter")
    state = models.CharField(max_length=12, choices=FileState.pairs(), default=FileState.STORED)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    source_ref = models.CharField(max_length=120, blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    added_by = person_of_staff(null=True, blank=True)
    added_at = models.DateTimeField()
    history = history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "source_ref"], condition=~models.Q(source_ref=""), name="one_file_ref"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="file_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the bytes lie: two levels of the digest under ATTACHMENTS."""
        return Path(settings.ATTACHMENTS_FOLDER) / self.sha256[:2] / self.sha256
