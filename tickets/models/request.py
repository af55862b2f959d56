"""申请与裁定: extension, suspension and return as rows with asked, decided and by whom."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Labelled

from .base import history, person_of_staff
from .inquiry import Inquiry
from .ticket import Ticket


class RequestKind(Labelled):
    """What is asked."""

    EXTENSION = "extension", "延期", "Extension"
    SUSPENSION = "suspension", "挂账", "Suspension"
    SECTION_RETURN = "section_return", "科室退单", "Section return"
    OUTWARD_RETURN = "outward_return", "退回来源", "Outward return"
    REJECTION = "rejection", "不予受理", "Rejection"
    MERGER = "merger", "并单", "Merging"


class Request(models.Model):
    """``is_open`` until every decision it needs is there: a leader's consent and the platform's ruling are two Decision rows."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="requests")
    inquiry = models.ForeignKey(Inquiry, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=24, choices=RequestKind.pairs())
    asked_by = person_of_staff()
    asked_at = models.DateTimeField()
    code = models.CharField(max_length=24, blank=True)
    reason = models.TextField()
    amount = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, blank=True, help_text="extension: so many more of the limit's unit"
    )
    until = models.DateField(null=True, blank=True, help_text="suspension: the promised date")
    review_on = models.DateField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="when the caller was told")
    round = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    is_granted = models.BooleanField(null=True, blank=True)
    receipt_no = models.CharField(max_length=64, blank=True, help_text="the source's number for it")
    facts = models.JSONField(
        default=dict,
        blank=True,
        help_text="of a proposal of the intake desk: what the act would take (told, pointed_to, into)",
    )
    history = history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=models.Q(is_open=True), name="one_open_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class Decision(models.Model):
    """One ruling on a request: by a person, or by the source (``by`` is null)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    by = person_of_staff(null=True, blank=True)
    actor = models.CharField(max_length=60)
    at = models.DateTimeField()
    is_granted = models.BooleanField()
    opinion = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.request_id} {self.is_granted}"
