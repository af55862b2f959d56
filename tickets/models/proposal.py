"""变更方案: a change of the calendar or of a limit that is measured before it happens, and the clocks that it would move."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import ClockKind, Labelled, Side

from .base import person_of_staff, word
from .policy import Policy
from .section import Section
from .ticket import Ticket
from .timer import Timer


class ProposalKind(Labelled):
    """What would change."""

    CALENDAR = "calendar", "工作日历", "Working calendar"
    POLICY = "policy", "办理时限", "Limit"


class Stage(Labelled):
    """Where a proposal stands. Those that somebody works at (MEASURING, WORKING, UNDOING) go on by themselves after a crash."""

    MEASURING = "measuring", "测算中", "Being measured"
    OPEN = "open", "待审批", "Waiting for approval"
    WORKING = "working", "执行中", "Being applied"
    APPLIED = "applied", "已执行", "Applied"
    UNDOING = "undoing", "撤回中", "Being taken back"
    UNDONE = "undone", "已撤回", "Taken back"
    REFUSED = "refused", "未同意", "Refused"
    WITHDRAWN = "withdrawn", "已收回", "Withdrawn"


#: Stages in which there is work for the clock's door.
AT_WORK = (Stage.MEASURING.value, Stage.WORKING.value, Stage.UNDOING.value)


class Reach(Labelled):
    """To which clocks a change is applied; new ones count by it in any case."""

    ALL = "all", "全部在办件", "All open clocks"
    NEW = "new", "仅新件", "New clocks only"
    CHOSEN = "chosen", "选定的在办件", "Chosen tickets"


class Effect(Labelled):
    """What becomes of a clock that would move."""

    OVERDUE = "overdue", "转为超期", "Turns overdue"
    SAVED = "saved", "免于超期", "Is saved"
    EARLIER = "earlier", "提前", "Due earlier"
    LATER = "later", "推后", "Due later"


class Proposal(models.Model):
    """One change. ``what``: an Amendment of the calendar, or the new values of a limit's row; ``base``: what it was measured against.

    ``phase`` and ``cursor`` say where the work stands: the last ticket that is done. ``counts``: seen, moved, by effect and by section;
    ``total`` and ``done`` are tickets, for the bar.
    """

    kind = word(ProposalKind)
    title = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    document = models.CharField(max_length=200, blank=True)
    what = models.JSONField()
    base = models.CharField(max_length=64, blank=True)
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals")
    successor = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stage = word(Stage, default=Stage.MEASURING)
    reach = word(Reach, blank=True)
    phase = models.CharField(max_length=12, blank=True)
    cursor = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0, help_text="clocks moved by the work of this stage")
    counts = models.JSONField(default=dict, blank=True)
    proposed_by = person_of_staff(null=True, blank=True)
    proposed_at = models.DateTimeField()
    measured_at = models.DateTimeField(null=True, blank=True)
    decided_by = person_of_staff(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    before_edition = models.PositiveIntegerField(null=True, blank=True)
    after_edition = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["id"], name="proposal_at_work", condition=models.Q(stage__in=AT_WORK)),
        ]

    def __str__(self) -> str:
        return self.title


class ProposedMove(models.Model):
    """A clock that would move: its due moment now and then. ``is_chosen``: ticked for Reach.CHOSEN, ticket by ticket."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="moves")
    timer = models.ForeignKey(Timer, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    side = word(Side)
    kind = word(ClockKind)
    due_before = models.DateTimeField()
    due_at = models.DateTimeField(help_text="as it would be")
    effect = word(Effect)
    is_chosen = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "timer"], name="one_move_of_clock")]
        indexes = [
            models.Index(fields=["proposal", "due_at", "id"], name="move_by_due"),
            models.Index(fields=["proposal", "ticket"], name="move_by_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.timer_id}"
