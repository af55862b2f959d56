"""非同一事项: two tickets that somebody has looked at and found to be about different matters."""

from __future__ import annotations

from django.db import models

from .base import person_of_staff
from .ticket import Ticket


class Apart(models.Model):
    """A pair that is suggested no more; ``first`` is the older ticket."""

    first = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    by = person_of_staff()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_pair_apart")]

    def __str__(self) -> str:
        return f"{self.first_id}≠{self.second_id}"
