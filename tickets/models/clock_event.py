"""What happened to a clock, row by row: kept, never changed; the clock's own row is the fold of these (tickets.domain.clock_events)."""

from __future__ import annotations

from django.db import models

from tickets.domain.clock_events import ClockEventKind

from .base import word
from .policy import Policy
from .timer import Timer


class ClockEvent(models.Model):
    """One event, in order of id. A trigger writes the first one with the clock itself, by whatever road that comes in.

    ``at``: from when it holds. ``terms``, ``policy``, ``amount`` (more of the limit's unit), ``limit_at`` (the source's own deadline)
    and ``until`` (a pause ends then by itself): what the event brings, null where it changes nothing. ``due_at``: what the clock was
    due at afterwards. ``document``: the paper it rests on; ``actor``: who did it.
    """

    timer = models.ForeignKey(Timer, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = word(ClockEventKind)
    at = models.DateTimeField()
    ground = models.CharField(max_length=40, blank=True)
    document = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=60, blank=True)
    terms = models.JSONField(null=True)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy_version = models.PositiveIntegerField(null=True)
    amount = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    limit_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["timer", "id"], name="clock_event_order")]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.kind}"
