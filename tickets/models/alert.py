"""提醒: what a person is told outside the house, and which lines of the tray each telling was about."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import AlertRoad, Labelled

from .base import person_of_staff, word
from .timer import Notice


class AlertState(Labelled):
    """Where an alert stands."""

    WAITING = "waiting", "待发送", "Waiting"
    CLAIMED = "claimed", "发送中", "Being sent"
    SENT = "sent", "已发送", "Sent"
    UNCLEAR = "unclear", "不明", "Unclear"
    FAILED = "failed", "发送失败", "Failed"


class Alert(models.Model):
    """One message to one person by one road, about one or many lines of the tray. No personal data: it leaves the house.

    UNCLEAR: it may have arrived (the connection broke after it was handed over) and is not sent again; the tray has it anyway.
    """

    user = person_of_staff()
    road = word(AlertRoad)
    address = models.CharField(max_length=254, help_text="an e-mail address, or the person's id at the road")
    subject = models.CharField(max_length=120)
    text = models.TextField()
    state = word(AlertState, default=AlertState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["next_at", "id"], name="alert_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["user", "id"], name="alert_own"),
        ]

    def __str__(self) -> str:
        return f"{self.road} {self.pk}"


class AlertLine(models.Model):
    """That a person was told of a line of the tray: once, whatever happens."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="lines")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    user = person_of_staff()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "notice"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.notice_id}"
