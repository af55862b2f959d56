"""The working calendar as editable rows: special days with their document, office hours with their first day, covered years."""

from __future__ import annotations

from django.db import models

from tickets.domain.edition import Issuer

from .base import history, word


class SpecialDay(models.Model):
    """A day that differs from its weekday: a holiday, a make-up day (调休), or a day with its own hours (half-day)."""

    date = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=120, blank=True, help_text="the notice that decides it")
    issuer = word(Issuer, default=Issuer.STATE)
    version = models.PositiveSmallIntegerField(default=1, help_text="grows with each change of the row")
    is_announced = models.BooleanField(default=True, help_text="False: provisional (暂定)")
    intervals = models.CharField(max_length=120, blank=True, help_text="08:00-12:00; blank = the office hours in force")
    history = history()

    class Meta:
        ordering = ("date",)

    def __str__(self) -> str:
        return f"{self.date} {self.name_zh}"


class OfficeHours(models.Model):
    """Office hours from a first day on (many cities change them in summer)."""

    first_date = models.DateField(primary_key=True)
    intervals = models.CharField(max_length=120, help_text="08:00-12:00,14:30-17:30")
    document = models.CharField(max_length=120, blank=True)
    history = history()

    class Meta:
        ordering = ("first_date",)

    def __str__(self) -> str:
        return f"{self.first_date} {self.intervals}"


class CoveredYear(models.Model):
    """A year whose table is loaded; the calendar is covered up to the last year of an unbroken run."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    document = models.CharField(max_length=120, blank=True)
    is_announced = models.BooleanField(default=True)
    version = models.PositiveSmallIntegerField(default=1, help_text="how often its table was loaded anew")
    history = history()

    class Meta:
        ordering = ("year",)

    def __str__(self) -> str:
        return str(self.year)


class CalendarEdition(models.Model):
    """版次: the whole calendar as it was from ``made_at`` on, kept when a proposal changes it; clocks that stay with it count by it."""

    number = models.PositiveIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    content = models.JSONField(help_text="tickets.domain.edition.Content.plain()")
    digest = models.CharField(max_length=64)
    document = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"edition {self.number}"
