"""满意度评价: what a caller says of an answer on the look-up page, beside what he says at the follow-up."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from .base import history
from .inquiry import Inquiry


class Rating(models.Model):
    """One caller on one answer of his inquiry: changed until the matter is closed, each change kept in the history."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="ratings")
    reply_no = models.PositiveSmallIntegerField()
    is_solved = models.BooleanField()
    satisfaction = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)], help_text="1 very satisfied … 5 very dissatisfied"
    )
    comment = models.TextField(blank=True)
    rated_at = models.DateTimeField()
    history = history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inquiry", "reply_no"], name="one_rating")]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.satisfaction}"
