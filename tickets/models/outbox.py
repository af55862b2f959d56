"""What must leave the house: a row first, a message second."""

from __future__ import annotations

from django.db import models

from tickets.domain.messages import Telling
from tickets.domain.words import Labelled

from .base import word
from .inquiry import Inquiry
from .reply import Reply
from .request import Request
from .source import Source
from .ticket import Ticket


class Post(Labelled):
    """Where an outgoing row stands."""

    PENDING = "pending", "待发送", "Pending"
    SENDING = "sending", "发送中", "Sending"
    HANDED_OVER = "handed_over", "已送达待回执", "Handed over, receipt to come"
    ACCEPTED = "accepted", "平台已收", "Accepted"
    UNKNOWN = "unknown", "结果不明", "Unclear"
    DEAD = "dead", "需人工处理", "Needs a person"
    DISCARDED = "discarded", "已作废", "Discarded"


class OutboxRow(models.Model):
    """``idempotency_key`` 'ob-<id>' is the same on every attempt. Rows of one inquiry leave in id order.
    ``lease_*``: who is sending it and until when."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="outbox")
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="outbox")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="outbox")
    telling = word(Telling)
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox")
    request = models.ForeignKey(Request, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox")
    round = models.PositiveSmallIntegerField(default=1)
    redo_no = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    files = models.JSONField(default=list, blank=True, help_text="ids of attachments")
    post = word(Post, default=Post.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt_no = models.CharField(max_length=120, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    trouble = models.TextField(blank=True)
    settled_by = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="outbox_ready",
                condition=models.Q(post__in=["pending", "sending", "unknown"]),
            ),
            models.Index(
                fields=["inquiry", "id"],
                name="outbox_unfinished",
                condition=models.Q(post__in=["pending", "sending", "unknown", "dead"]),
            ),
        ]

    def __str__(self) -> str:
        return f"ob-{self.pk}"

    @property
    def idempotency_key(self) -> str:
        return f"ob-{self.pk:06d}"
