"""The journal: hash-chained events of digests and references, the heads of chains without a ticket, and the seals over both."""

from __future__ import annotations

from django.db import models

from .ticket import Ticket


class Event(models.Model):
    """One link. ``payload`` is the exact canonical text that was hashed; ``digest`` = SHA-256 of previous digest, newline,
    payload; ``mac`` = HMAC-SHA256 of the digest under the journal key, which is not in the database. Never updated but for
    ``seal`` (once), never deleted.
    """

    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="events", db_index=False)
    chain = models.CharField(max_length=24, blank=True, help_text="the kind, for acts without a ticket")
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=32)
    actor = models.CharField(max_length=60)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    payload = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    seal = models.ForeignKey("Seal", null=True, on_delete=models.PROTECT, related_name="events")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "seq"], condition=models.Q(ticket__isnull=False), name="one_event_of_ticket"
            ),
            models.UniqueConstraint(
                fields=["chain", "seq"], condition=models.Q(ticket__isnull=True), name="one_event_of_chain"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="event_unsealed", condition=models.Q(seal__isnull=True))]

    def __str__(self) -> str:
        return f"event {self.pk}"


class Head(models.Model):
    """The tail of a chain without a ticket; its row is the lock."""

    chain = models.CharField(max_length=24, primary_key=True)
    seq = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.chain


class Seal(models.Model):
    """A batch of events closed: ``root`` = SHA-256 over the previous root and each event's id and digest in id
    order; ``total`` counts all sealed so far.
    The newest seal is copied, signed, to the checkpoint file outside the database."""

    id = models.BigIntegerField(primary_key=True)
    count = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.pk}"
