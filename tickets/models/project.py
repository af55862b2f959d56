"""项目: the construction projects that matters concern."""

from __future__ import annotations

from django.db import models

from .base import history
from .section import Section


class Project(models.Model):
    """A key project with the section in charge; ``aliases`` are the names people use."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    aliases = models.JSONField(default=list, blank=True)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    is_active = models.BooleanField(default=True)
    history = history()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
