"""What the machines' door remembers: raw records as they came, cursors, breakers."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Labelled


class Lot(Labelled):
    """What became of a raw record."""

    WAITING = "waiting", "待处理", "Waiting"
    DONE = "done", "已入库", "Taken in"
    PARKED = "parked", "待人工处理", "Parked for a person"
    CONFLICT = "conflict", "内容冲突", "Same id, other content"
    BY_HAND = "by_hand", "已人工登记", "Logged by hand"
    DISCARDED = "discarded", "已作废", "Discarded"


class InboxItem(models.Model):
    """One raw record, stored before it is read. (source, key) is unique: a second coming with the same digest is
    calm, with another a conflict row.

    ``raw`` is sealed (models.vault): it holds personal data. ``identity`` is number#round, or empty.
    """

    source = models.CharField(max_length=24)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    identity = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    raw = models.BinaryField()
    lot = models.CharField(max_length=12, choices=Lot.pairs(), default=Lot.WAITING)
    times_seen = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    field = models.CharField(max_length=80, blank=True)
    trouble_zh = models.CharField(max_length=400, blank=True)
    trouble_en = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_by = models.CharField(max_length=60, blank=True)
    result = models.CharField(
        max_length=24, blank=True, help_text="ticket, joined, updated, event, calm; by hand: the ticket's number"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key", "digest"], name="one_raw_record")]
        indexes = [
            models.Index(
                fields=["id"], name="inbox_open", condition=models.Q(lot__in=["waiting", "parked", "conflict"])
            ),
            models.Index(fields=["source", "identity"], name="inbox_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class Cursor(models.Model):
    """How far a source has been read; stored only after the page is."""

    source = models.CharField(max_length=24, primary_key=True)
    cursor = models.TextField(blank=True)
    pulled_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.source


class Breaker(models.Model):
    """Whether a platform may be called: opened by failures in a row, asked in push and pull."""

    source = models.CharField(max_length=24, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    is_stopped = models.BooleanField(default=False, help_text="needs a person: wrong key")
    trouble = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.source


class Lease(models.Model):
    """Who does a job that only one may do at a time, and until when."""

    name = models.CharField(max_length=60, primary_key=True)
    token = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
