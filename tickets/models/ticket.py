"""工单: the work, with one lead section and one life."""

from __future__ import annotations

from typing import Any

from django.db import models

from tickets.domain.states import OPEN, State
from tickets.domain.words import Channel, ClockKind, MatterType, Urgency

from .base import history, person_of_staff, word
from .project import Project
from .section import Section


class Ticket(models.Model):
    """The work on a matter. Changed only through ``actions.ledger``: a trigger refuses a change of a guarded column without its event.

    ``version`` is what If-Match speaks of; ``journal_seq`` and ``journal_head`` are the tail of the ticket's chain.
    """

    number = models.CharField(max_length=24, unique=True, help_text="the bureau's own number")
    state = word(State, default=State.REGISTERED)
    version = models.PositiveIntegerField(default=0)
    journal_seq = models.PositiveIntegerField(default=0)
    journal_head = models.CharField(max_length=64, blank=True)

    title = models.CharField(max_length=200)
    content = models.TextField()
    type = word(MatterType, default=MatterType.OTHER)
    category = models.CharField(max_length=120, blank=True)
    urgency = word(Urgency, default=Urgency.ORDINARY)
    area_code = models.CharField(max_length=12, blank=True)
    place = models.CharField(max_length=200, blank=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    channel = word(Channel)

    is_confidential = models.BooleanField(default=False, help_text="保密 or 检举控告: sections see no petitioner")
    is_supervised = models.BooleanField(default=False)
    must_handle = models.BooleanField(default=False, help_text="a section return was refused in this dispatch round")
    chase_count = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="the oldest chase, supervision or instruction the section has not answered yet"
    )

    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    handler = person_of_staff(null=True, blank=True)
    proposed_section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    route_reason = models.CharField(max_length=300, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    before_merge = models.CharField(max_length=24, blank=True)

    registered_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)

    round = models.PositiveSmallIntegerField(default=0, help_text="dispatch rounds to sections inside the bureau")
    redo_count = models.PositiveSmallIntegerField(default=0)
    bounce_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    is_direct = models.BooleanField(default=False, help_text="answered on the line (直办)")
    end_code = models.CharField(max_length=24, blank=True, help_text="reason code of a rejection or termination")

    due_at = models.DateTimeField(
        null=True, blank=True, help_text="the next due moment of its running clocks; kept by actions.timers"
    )
    due_kind = word(ClockKind, blank=True, help_text="which clock that is")
    due_unit = models.CharField(max_length=16, blank=True, help_text="the unit of its limit: in which words it is told")
    due_from = models.DateTimeField(null=True, blank=True, help_text="when it began")
    due_provisional = models.BooleanField(default=False, help_text="暂定: it touches a day that is not announced yet")
    is_overdue = models.BooleanField(default=False, help_text="a stored fact, set when the clock fires")
    history = history()

    GUARDED = (
        "number",
        "state",
        "version",
        "section_id",
        "handler_id",
        "parent_id",
        "is_confidential",
        "is_supervised",
        "must_handle",
        "title",
        "content",
        "journal_seq",
        "journal_head",
    )

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["section", "due_at", "id"], name="ticket_queue", condition=models.Q(state__in=sorted(OPEN))
            ),
            models.Index(fields=["state", "due_at", "id"], name="ticket_by_state"),
            models.Index(
                fields=["handler", "due_at", "id"], name="ticket_by_handler", condition=models.Q(state__in=sorted(OPEN))
            ),
            models.Index(fields=["due_at", "id"], name="ticket_overdue", condition=models.Q(is_overdue=True)),
            models.Index(fields=["due_at", "id"], name="ticket_asked", condition=models.Q(asked_at__isnull=False)),
            # What a list by due moment ends with: nearly nothing, which a look through the primary key would find out only at its end.
            models.Index(
                fields=["id"], name="ticket_undated", condition=models.Q(state__in=sorted(OPEN), due_at__isnull=True)
            ),
            models.Index(fields=["channel", "id"], name="ticket_by_channel"),
            models.Index(fields=["section", "id"], name="ticket_by_section"),
            models.Index(fields=["place", "id"], name="ticket_by_place", condition=~models.Q(place="")),
            # Nearly all tickets have none of these: their rows stay out, and every act on them has so much less to write.
            *(
                models.Index(
                    fields=[name], name=f"ticket_with_{name}", condition=models.Q(**{f"{name}__isnull": False})
                )
                for name in ("parent", "project", "proposed_section")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stage(self) -> State:
        return State(self.state)

    def canonical(self) -> dict[str, Any]:
        """The guarded facts in the form the journal digests: what a verify compares the row with."""
        return {
            "number": self.number,
            "state": str(self.state),
            "version": self.version,
            "section": self.section_id,
            "handler": self.handler_id,
            "parent": self.parent_id,
            "confidential": self.is_confidential,
            "supervised": self.is_supervised,
            "must_handle": self.must_handle,
            "title": self.title,
            "content": self.content,
        }


class CoHandler(models.Model):
    """协办: a section asked to contribute, and its contribution."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="co_handlers", db_index=False)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="co_handled")
    asked_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    is_open = models.BooleanField(default=True, help_text="the ticket is open: kept by the ledger")
    contributed_at = models.DateTimeField(null=True, blank=True)
    contributed_by = person_of_staff(null=True, blank=True)
    opinion = models.TextField(blank=True)
    history = history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "section"], name="one_co_handler")]
        indexes = [
            models.Index(
                fields=["section", "ticket"],
                name="co_handled_open",
                condition=models.Q(is_active=True, is_open=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.section_id}"
