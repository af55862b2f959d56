"""时限: clocks as rows, each with the moment at which it next has something to do, and the notices they write."""

from __future__ import annotations

from django.db import models

from tickets.domain.clock_events import Run
from tickets.domain.words import Channel, ClockKind, Role, Side

from .base import person_of_staff, word
from .inquiry import Inquiry
from .policy import Policy
from .section import Section
from .ticket import Ticket


class Timer(models.Model):
    """One clock of a ticket (inner) or of one of its inquiries (outer): the fold of its events (``ClockEvent``).

    ``due_at`` is a function of ``terms``, ``started_at``, ``pauses``, ``extension`` and the calendar (the edition it stays with, else
    the one in force); ``platform_due_at`` is the source's own, kept beside it and in force where given. ``next_at`` is set while
    something is to come and null when nothing is: the sweep reads only that index.
    ``step``: 0 nothing fired, 1 warned, 2 due (breached), 3… escalated.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="timers")
    inquiry = models.ForeignKey(
        Inquiry, null=True, blank=True, on_delete=models.PROTECT, related_name="timers", db_index=False
    )
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="timers", db_index=False
    )
    channel = word(Channel)
    kind = word(ClockKind)
    side = word(Side)
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="timers")
    policy_version = models.PositiveIntegerField(default=1)
    calendar_edition = models.PositiveIntegerField(
        null=True, blank=True, help_text="the edition of the calendar it stays with; null: it follows the newest"
    )
    terms = models.JSONField(default=dict, help_text='{"amount": "5", "unit": "working_days", "end": "midnight"}')
    run = word(Run, default=Run.RUNNING)
    started_at = models.DateTimeField()
    restarted_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(
        default=list, blank=True, help_text='[{"from": iso, "to": iso|null, "ground": "…", "until": iso}]'
    )
    extension = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    platform_due_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    is_provisional = models.BooleanField(default=False)
    step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False, help_text="met after due, or not met at all")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "side", "kind", "section", "started_at"],
                condition=models.Q(inquiry__isnull=True),
                name="one_inner_clock",
            ),
            models.UniqueConstraint(
                fields=["inquiry", "side", "kind", "started_at"],
                condition=models.Q(inquiry__isnull=False),
                name="one_outer_clock",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="timer_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["side", "kind", "due_at"], name="timer_due"),
            models.Index(
                fields=["section", "side", "kind", "due_at"],
                name="timer_section_due",
                condition=models.Q(section__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.side}/{self.kind}"


class Notice(models.Model):
    """A line in somebody's in-tray. ``key`` makes it unique: a step that fires twice writes one. Addressed to a role
    (of a section) or a person. ``done_at``: what it asks for has been done, nobody needs to read it any more."""

    key = models.CharField(max_length=120)
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=24)
    role = word(Role)
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    user = person_of_staff(null=True, blank=True, db_index=False)
    facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["key"], name="notice_once")]
        indexes = [
            models.Index(fields=["role", "section", "id"], name="notice_tray"),
            models.Index(fields=["user", "id"], name="notice_own", condition=models.Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.key


class NoticeRead(models.Model):
    """Who has read a notice."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="reads", db_index=False)
    user = person_of_staff()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="read_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.user_id}"
