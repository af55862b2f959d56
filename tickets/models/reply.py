"""答复: what was done (internal) and the public reply, from draft to sent; and the contacts with the caller behind it."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Disclosure, Labelled, Outcome

from .base import history, person_of_staff, word
from .inquiry import Inquiry
from .ticket import Ticket


class ReplyState(Labelled):
    """Where a reply stands."""

    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "待初审", "Submitted"
    REVIEWED = "reviewed", "待签发", "Reviewed"
    APPROVED = "approved", "已签发", "Approved"
    SENT = "sent", "已反馈", "Sent"
    SENT_BACK = "sent_back", "审核退回", "Sent back"
    BOUNCED = "bounced", "回退补正", "Bounced"


class Reply(models.Model):
    """A reply of a ticket. ``is_interim``: 阶段答复, which leaves the state. ``digest`` is rule 0 of the wire over the public text."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="replies")
    no = models.PositiveSmallIntegerField()
    is_interim = models.BooleanField(default=False)
    state = word(ReplyState, default=ReplyState.DRAFT)
    outcome = word(Outcome)
    handling = models.TextField(blank=True, help_text="办理情况, internal")
    public_text = models.TextField(blank=True, help_text="公开答复内容")
    promised_on = models.DateField(null=True, blank=True)
    disclosure = word(Disclosure, default=Disclosure.ON_APPLICATION)
    disclosure_ground = models.CharField(max_length=120, blank=True)
    document_no = models.CharField(max_length=60, blank=True)
    author = person_of_staff()
    reviewer = person_of_staff(null=True, blank=True)
    approver = person_of_staff(null=True, blank=True)
    written_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    remark = models.TextField(blank=True, help_text="why it was sent back")
    digest = models.CharField(max_length=64, blank=True)
    history = history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "no"], name="one_reply_no")]
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"{self.ticket_id} reply {self.no}"


class Contact(models.Model):
    """联系群众: one contact with the caller, with its evidence. The number called is not copied here (personal data live in Person)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="contacts")
    inquiry = models.ForeignKey(Inquiry, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    by = person_of_staff()
    by_office = models.BooleanField(default=False)
    contacted_at = models.DateTimeField()
    is_reached = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True, help_text="why the caller was not reached")
    note = models.TextField(blank=True)
    history = history()

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.contacted_at}"
