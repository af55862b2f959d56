"""Time limits as dated, cited rows: law, one place's rule, or the bureau's own (domain §3)."""

from __future__ import annotations

from django.db import models

from tickets.domain.words import Channel, ClockKind, Labelled, MatterType, Side, Urgency

from .base import history, word


class Tag(Labelled):
    """Where a limit comes from."""

    LAW = "law", "法定", "Law"
    LOCAL = "local", "地方", "Local rule"
    OWN = "own", "本单位", "The bureau's own"


class Start(Labelled):
    """The moment a clock starts from."""

    RECEIPT = "receipt", "收到", "Receipt"
    SOURCE_DISPATCH = "source_dispatch", "平台派单", "The platform's dispatch to us"
    OFFICE_DISPATCH = "office_dispatch", "办公室派单", "The office's dispatch to the section"
    ACCEPTANCE = "acceptance", "受理", "Acceptance"
    CONFIRMATION = "confirmation", "双方确认", "Confirmation by both sides"
    REDO = "redo", "重办", "The redo"
    CONSULTED = "consulted", "发出征求意见", "The asking of the third party"


class Policy(models.Model):
    """One limit. A blank channel, type, urgency or category means any; a category holds for those below it. The most specific row
    in force wins, then the newest.

    ``amount`` with ``unit`` (working_days, calendar_days, working_hours, clock_hours); ``end`` midnight or close of business;
    ``issuer``: the place or body that made the rule; ``warn_hours``: working hours before due at
    which the handler is warned; ``steps``: escalation after due as [{"after_hours": n, "to": role}] in the limit's own kind of
    hours (working hours for day limits).
    """

    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True, help_text="blank: the name stands on English pages as well")
    clock = word(ClockKind)
    side = word(Side)
    starts_at = word(Start)
    channel = word(Channel, blank=True)
    type = word(MatterType, blank=True)
    urgency = word(Urgency, blank=True)
    category = models.CharField(max_length=120, blank=True)
    is_redo = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=7, decimal_places=2)
    unit = models.CharField(max_length=16)
    end = models.CharField(max_length=8, default="midnight")
    extension_limit = models.DecimalField(
        max_digits=7, decimal_places=2, default=0, help_text="most that may be added, once; 0: none"
    )
    warn_hours = models.DecimalField(max_digits=6, decimal_places=2, default=8)
    warn_share = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=0,
        help_text="warned when so much of the limit is over instead; 0: by warn_hours",
    )
    steps = models.JSONField(default=list, blank=True)
    tag = word(Tag)
    issuer = models.CharField(max_length=60, blank=True)
    citation = models.CharField(max_length=200, blank=True)
    citation_en = models.CharField(max_length=300, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True, help_text="False: the bureau's own, to be confirmed")
    version = models.PositiveIntegerField(default=1)
    history = history()

    class Meta:
        ordering = ("clock", "side", "channel", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> tuple[str, str]:
        """The name in Chinese and in English."""
        return self.name, self.name_en or self.name

    @property
    def citations(self) -> tuple[str, str]:
        """Whence it is, in Chinese and in English."""
        return self.citation, self.citation_en or self.citation


class SignOffRule(models.Model):
    """Who must sign off: the rows that ask for a leader instead of the office (domain §2, sign-off)."""

    channel = word(Channel, blank=True)
    outcome = models.CharField(max_length=24, blank=True)
    is_supervised = models.BooleanField(default=False)
    needs_leader = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    history = history()

    def __str__(self) -> str:
        return f"{self.channel or '*'}/{self.outcome or '*'}"
