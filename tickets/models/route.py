"""派单规则: rules that give a section and a reason."""

from __future__ import annotations

from django.db import models

from .base import history
from .section import Section


class Route(models.Model):
    """``conditions``: lists under channels, types, urgencies, words, categories, areas, places, projects; all given must hold."""

    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=100)
    conditions = models.JSONField(default=dict, blank=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="routes")
    co_sections = models.JSONField(default=list, blank=True, help_text="codes of the co-handling sections")
    dispatches = models.BooleanField(default=True, help_text="False: only proposes, the office dispatches")
    is_active = models.BooleanField(default=True)
    trouble = models.CharField(
        max_length=200, blank=True, help_text="why the rule was set aside, for the office to mend"
    )
    history = history()

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name
