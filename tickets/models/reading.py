"""查看: who has looked at a ticket, opened its caller's data or one of its files, and why."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Labelled

from .base import person_of_staff
from .ticket import Ticket


class ReadingKind(Labelled):
    """What was looked at."""

    PAGE = "page", "打开工单", "The ticket's page"
    PERSON = "person", "查看诉求人信息", "The caller's data"
    FILE = "file", "查看附件", "A file"


class Reading(models.Model):
    """One look. Of the page one row a person and day; opening personal data or a file is an event of the journal too, ``seq``."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="readings")
    user = person_of_staff()
    kind = models.CharField(max_length=8, choices=ReadingKind.pairs())
    at = models.DateTimeField()
    day = models.DateField(help_text="the Shanghai day")
    reason = models.CharField(max_length=500, blank=True)
    seq = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "user", "day"], condition=models.Q(kind="page"), name="one_look_a_day"
            )
        ]
        indexes = [models.Index(fields=["user", "id"], name="reading_by_user")]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.user_id} {self.kind}"
