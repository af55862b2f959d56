"""On what ground a clock may stop counting, for how long, on whose word and which paper: rows with a citation, like the limits."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Channel, PauseGround, Role

from .base import history, word
from .policy import Tag


class PauseRule(models.Model):
    """One ground. A blank channel means any; the row of the channel goes first.

    ``stops_law``: limits of the law stop too (others only those of rules and of the bureau; a source's own deadline never does).
    ``cap`` of ``unit``: after so much the clock goes on by itself; null: when the promised day has passed, or at a person's word.
    ``is_once``: one pause of this ground in a clock's life. ``needs_document``: the paper it rests on must be named.
    """

    name = models.CharField(max_length=80)
    ground = word(PauseGround)
    channel = word(Channel, blank=True)
    stops_law = models.BooleanField(default=False)
    cap = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=16, default="working_days")
    is_once = models.BooleanField(default=False)
    needs_document = models.BooleanField(default=False)
    approver = word(Role, default=Role.LEADER)
    tag = word(Tag)
    issuer = models.CharField(max_length=60, blank=True)
    citation = models.CharField(max_length=200, blank=True)
    citation_en = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True, help_text="False: the bureau's own, to be confirmed")
    history = history()

    class Meta:
        ordering = ("ground", "channel", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def citations(self) -> tuple[str, str]:
        """Whence it is, in Chinese and in English."""
        return self.citation, self.citation_en or self.citation

    @property
    def approver_role(self) -> Role:
        return Role(self.approver)
