"""科室: the sections that answer, the office among them."""

from __future__ import annotations

from django.db import models

from .base import history


class Section(models.Model):
    """A section of the bureau; ``is_office`` marks 办公室, which coordinates. Sections are closed, never deleted."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    is_office = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who took over what was closed",
    )
    order = models.PositiveSmallIntegerField(default=0)
    history = history()

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Section:
        """Itself, or the section that has its work now: a closed one leads on to who took over, however often."""
        found, seen = self, {self.pk}
        while not found.is_active and found.into is not None and found.into_id not in seen:
            found = found.into
            seen.add(found.pk)
        return found
