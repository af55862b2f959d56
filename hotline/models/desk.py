"""What a person keeps on his desk: drafts of forms, and saved views of lists."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from tickets.models import Section

from .user import User


class Draft(models.Model):
    """What somebody has typed into a form and not sent yet; ``place`` names the form, ``sealed`` is encrypted (models.vault)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=120)
    sealed = models.BinaryField()
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="one_draft")]

    def __str__(self) -> str:
        return self.place


class SavedView(models.Model):
    """A list with its filters under a name; ``section``: shared with everybody of the section."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400, help_text="the query string of the list")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords(history_id_field=models.BigAutoField())

    class Meta:
        ordering = ("order", "id")
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_name")]

    def __str__(self) -> str:
        return self.name
