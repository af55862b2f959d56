"""The tickets behind a figure, asked live, with what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, QuerySet

from tickets.domain.moments import at
from tickets.domain.words import Labelled
from tickets.models import Ticket

from . import pages, scopes, topics, worklists
from .measures import Measure, Tally, of_key
from .pages import Page
from .response_rates import By, asked_of, narrowed, side_of
from .scopes import EVERYTHING, Scope
from .topics import Topic

Part = Literal["numerator", "denominator", "missed"]
#: What waits stands in the order in which it is due.
BY_DUE = (Tally.OVERDUE, Tally.COMING)


@dataclass(frozen=True, slots=True)
class Behind:
    """A question whose answer is a list of tickets. ``units``: what is counted (clocks, inquiries or tickets), ``column``: the path from
    one to its ticket."""

    units: Any
    column: str
    by_due: bool = False

    def counted(self) -> tuple[int, int]:
        """How many units, and in how many tickets."""
        found = self.units.aggregate(units=Count("pk"), tickets=Count(self.column, distinct=True))
        return found["units"], found["tickets"]

    def tickets(self, scope: Scope = EVERYTHING) -> QuerySet[Ticket]:
        """The tickets that the scope sees."""
        return scopes.visible(Ticket.objects.filter(pk__in=self.units.order_by().values(self.column)), scope)

    def page(self, *, now: datetime, scope: Scope = EVERYTHING, after: str = "", size: int = 50) -> Page:
        """One page of them as list rows, the newest first. Raises BadCursor."""
        listed = (pages.by_due if self.by_due else pages.by_newest)(self.tickets(scope), worklists.LISTED, after, size)
        return Page(worklists.shown(listed.rows, scope, now), listed.next)


def of_figure(
    key: Labelled,
    part: Part,
    period_from: date,
    period_to: date,
    *,
    now: datetime,
    by: By = None,
    section_id: int | None = None,
    channel: str | None = None,
) -> Behind:
    """What a figure counts: its base, those of it that count, or those that do not. For one line of a table pass its section or
    channel. An inquiry or a clock is what is counted; a ticket with two of them stands in the list once. LookupError for a part
    that a plain count has not."""
    asked = asked_of(period_from, period_to, now, side_of(by, section_id))
    measure = of_key(key, asked.side)
    rows = narrowed(measure, asked, section_id, channel)
    return Behind(_part(measure, part, rows, asked), measure.ticket, by_due=key in BY_DUE)


def _part(measure: Measure, part: Part, rows: Any, asked: Any) -> Any:
    if part == "denominator":
        return rows
    if measure.counts is None:
        raise LookupError(part)
    counted = measure.counts(asked)
    return (
        rows.filter(counted)
        if part == "numerator"
        else rows.exclude(pk__in=measure.rows(asked).filter(counted).values("pk"))
    )


def of_topic(
    topic: Topic, period_from: date, period_to: date, *, section_id: int | None = None, channel: str | None = None
) -> Behind:
    """The tickets registered in the period that are about it."""
    rows = topics.tickets(topic).filter(
        registered_at__gte=at(period_from, 0), registered_at__lt=at(period_to + timedelta(days=1), 0)
    )
    if section_id is not None:
        rows = rows.filter(section_id=section_id)
    return Behind(rows.filter(channel=channel) if channel else rows, "pk")


def tickets_behind(
    key: Labelled,
    part: Part,
    period_from: date,
    period_to: date,
    *,
    now: datetime,
    by: By = None,
    section_id: int | None = None,
    channel: str | None = None,
    scope: Scope = EVERYTHING,
    after: str = "",
    size: int = 50,
) -> Page:
    """``of_figure`` as a page of list rows."""
    found = of_figure(key, part, period_from, period_to, now=now, by=by, section_id=section_id, channel=channel)
    return found.page(now=now, scope=scope, after=after, size=size)
