"""代理: who acts for whom while he is away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tickets.models.base import history

from .user import User


class Deputy(models.Model):
    """From the first to the last day, both Shanghai days, ``deputy`` may sit at the desk of ``absent``. Ended early, never deleted."""

    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    arranged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField()
    history = history()

    class Meta:
        ordering = ("-first_day", "-id")
        verbose_name_plural = "deputies"
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="deputy_of_another"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="deputy_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id}/{self.deputy_id}"
