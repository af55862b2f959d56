"""来源: the doors by which matters come, the platforms among them."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Channel

from .base import word


class Source(models.Model):
    """A door. ``tells``: what its wire can be told (messages.Telling); empty for our own doors. Rows are kept by the adapters' registry."""

    code = models.CharField(max_length=24, primary_key=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    channel = word(Channel)
    tells = models.JSONField(default=list, blank=True)
    is_platform = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name_zh
