"""看板数字: the sums of days and months from which the board is read, what each ticket has added to them, and how far they are."""

from __future__ import annotations

from django.db import models

DAY, MONTH, NOW = "d", "m", "n"
TOPIC = "topic"


class Figure(models.Model):
    """One cell. ``grain``: d a Shanghai day, m a month (``date`` its first day), n the present (``date`` is of no meaning then).

    ``channel`` '' is all of them; ``section`` 0 is none; ``side`` as measured (outer, inner, '' for both), or topic: then ``key`` is
    a hot topic, else a rate or tally of ``queries.measures``. ``micros``: open time, of the handling time alone.
    """

    grain = models.CharField(max_length=1)
    channel = models.CharField(max_length=24, blank=True)
    side = models.CharField(max_length=8, blank=True)
    date = models.DateField()
    key = models.CharField(max_length=80)
    section = models.BigIntegerField(default=0)
    numerator = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grain", "channel", "side", "date", "key", "section"], name="one_figure")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.key} {self.numerator}/{self.denominator}"


class FigureShare(models.Model):
    """What a ticket has added to the figures, so that it can be taken out again when the ticket has changed: a list of
    [side, key, day, section, channel, counted, micros]; ``day`` is null for the present."""

    ticket = models.OneToOneField("Ticket", primary_key=True, on_delete=models.PROTECT, related_name="+")
    parts = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.ticket_id)


class Fold(models.Model):
    """How far the figures are: one row. ``seal``: the journal's newest seal that is in them; ``as_of``: the moment they tell of;
    ``serial`` grows with every change of a figure; tickets below ``again_below`` are still to be counted under ``definition``."""

    seal = models.BigIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    serial = models.PositiveBigIntegerField(default=0)
    again_below = models.BigIntegerField(default=0)
    definition = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"seal {self.seal}, {self.as_of}"
