"""One contact of one source about a matter: its number, round, caller, the source's own deadlines, answer and follow-up."""

from __future__ import annotations

from django.db import models

from tickets.domain.messages import Happening
from tickets.domain.words import Channel, Way

from .base import history, person_of_staff, word
from .person import Person
from .source import Source
from .ticket import Ticket


class Inquiry(models.Model):
    """Unique by (source, number, round). ``outer_state`` is the state as the source sees it; ``limit_*`` are the
    source's, never changed by us."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="inquiries")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="inquiries")
    channel = word(Channel)
    number = models.CharField(max_length=64)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.BigIntegerField(default=0)
    state_version = models.BigIntegerField(default=0, help_text="version of the newest applied event about the state")
    redo_no = models.PositiveSmallIntegerField(default=0)
    outer_state = models.CharField(max_length=24, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="inquiries")
    is_anonymous = models.BooleanField(default=False)
    needs_reply = models.BooleanField(default=True)
    must_handle = models.BooleanField(default=False, help_text="the source refused a return of this round")
    source_type = models.CharField(max_length=40, blank=True)
    way = word(Way, blank=True)
    taken_by = person_of_staff(
        null=True, blank=True, db_index=False, help_text="登记人: who took a contact at our own doors"
    )
    related_numbers = models.JSONField(default=list, blank=True)
    local_reference = models.CharField(max_length=64, blank=True)
    lookup_code = models.CharField(max_length=24, unique=True, help_text="查询码, 80 bits")

    called_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(help_text="the source's dispatch to us, or receipt where there is none")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    limit_sign = models.DateTimeField(null=True, blank=True)
    limit_contact = models.DateTimeField(null=True, blank=True)
    limit_answer = models.DateTimeField(null=True, blank=True)
    limit_reply = models.DateTimeField(null=True, blank=True)
    limit_notice = models.DateTimeField(null=True, blank=True)
    limit_objection = models.DateTimeField(null=True, blank=True)

    reply_count = models.PositiveSmallIntegerField(default=0)
    reply_digest = models.CharField(max_length=64, blank=True)
    is_reached = models.BooleanField(null=True, blank=True, help_text="follow-up: None = not done")
    is_solved = models.BooleanField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 very satisfied … 5 very dissatisfied"
    )
    comment = models.TextField(blank=True)

    unmapped = models.JSONField(default=list, blank=True)
    inbox_id = models.BigIntegerField(null=True, blank=True)
    history = history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number", "round"], name="one_inquiry")]
        indexes = [
            models.Index(fields=["ticket"], name="inquiry_unclosed", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["source", "local_reference"],
                name="inquiry_by_reference",
                condition=~models.Q(local_reference=""),
            ),
            models.Index(
                fields=["taken_by", "id"], name="inquiry_by_clerk", condition=models.Q(taken_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}#{self.round}"


class Exchange(models.Model):
    """One thing a source told us about an inquiry, kept also when it was old or refused: the history of the exchange."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=160)
    inquiry = models.ForeignKey(Inquiry, null=True, on_delete=models.PROTECT, related_name="exchanges")
    happening = word(Happening)
    version = models.BigIntegerField(default=0)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True)
    is_applied = models.BooleanField(default=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="why it was not applied, for the office")
    trouble_en = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=60, blank=True)
    settled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_exchange")]
        indexes = [
            models.Index(
                fields=["received_at"], name="exchange_refused", condition=models.Q(is_applied=False, settled_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.event_id}"
