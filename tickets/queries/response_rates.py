"""The rates: each with its numerator, its base in words, and the tickets behind it (domain §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count

from tickets.domain.moments import at
from tickets.domain.words import Channel, Side
from tickets.models import Section, Ticket

from . import scopes, worklists
from .calendar import working_calendar
from .handling_time import Spent, handling_time
from .measures import SIDES, Asked, Measure, RateKey, of_key, of_side
from .pages import Page, by_newest
from .scopes import EVERYTHING, Scope

By = Literal["section", "channel"] | None
OUTCOMES = {
    "rate": ("", ""),
    "nothing_due": ("本期无到期件", "nothing due"),
    "no_tickets": ("本期无件", "no tickets"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure. ``rate``: 0..1, None when the base is empty: then ``outcome`` says nothing_due or no_tickets, which is neither
    100 % nor 0 %. Of the mean handling time ``hours`` is the figure (working hours) and ``denominator`` how many."""

    key: RateKey
    group: str
    group_zh: str
    group_en: str
    numerator: int
    denominator: int
    rate: float | None
    outcome: str
    base_zh: str
    base_en: str
    hours: float | None = None

    @property
    def outcome_words(self) -> tuple[str, str]:
        """What to print instead of a figure, in both languages."""
        return OUTCOMES[self.outcome]


@dataclass(frozen=True, slots=True)
class Group:
    """A line of the table: a section, a channel, or the whole (code '')."""

    value: Any
    code: str
    zh: str
    en: str


def response_rates(
    period_from: date,
    period_to: date,
    *,
    now: datetime,
    by: By = None,
    section_id: int | None = None,
    channel: str | None = None,
) -> list[Rate]:
    """Every rate for the Shanghai days ``period_from``..``period_to``, for the whole or a line per section or channel.

    Sections are measured by the inner clocks, the bureau by the outer ones; the base says which. One query a rate, whatever
    the number of tickets and lines.
    """
    asked = _asked(period_from, period_to, now, by, section_id)
    groups = _groups(by, section_id)
    rows: list[Rate] = []
    for measure in of_side(asked.side):
        figures = _figures(measure, asked, by, section_id, channel)
        rows += [_rate(measure, asked, group, *figures.get(group.value, (0, 0))) for group in groups]
    spent = handling_time(asked, by, section_id, channel, working_calendar())
    return rows + [_mean(group, spent.get(group.value)) for group in groups]


def tickets_behind(
    key: RateKey,
    part: Literal["numerator", "denominator"],
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
    """The tickets a figure counts, the newest first, as list rows. For one line of a table pass its section or channel.

    An inquiry or a clock is what is counted; a ticket with two of them stands here once.
    """
    asked = _asked(period_from, period_to, now, by, section_id)
    measure = of_key(key, asked.side)
    base = _narrowed(measure, asked, section_id, channel)
    if part == "numerator":
        base = base.filter(measure.counts(asked))
    rows = scopes.visible(Ticket.objects.filter(pk__in=base.order_by().values(measure.ticket)), scope)
    found = by_newest(rows, worklists.LISTED, after, size)
    calendar = working_calendar()
    return Page([worklists.shown(row, scope, now, calendar) for row in found.rows], found.next)


def _asked(first: date, last: date, now: datetime, by: By, section_id: int | None) -> Asked:
    side = Side.INNER if by == "section" or section_id is not None else Side.OUTER
    return Asked(at(first, 0), at(last + timedelta(days=1), 0), now, side)


def _groups(by: By, section_id: int | None) -> Sequence[Group]:
    if by == "channel":
        return [Group(each.value, each.value, each.zh, each.en) for each in Channel]
    if by is None:
        return [Group(None, "", "全部", "All")]
    sections = Section.objects.all()
    wanted = sections.filter(pk=section_id) if section_id is not None else sections.filter(is_active=True)
    return [Group(each.pk, each.code, each.name, each.name) for each in wanted]


def _narrowed(measure: Measure, asked: Asked, section_id: int | None, channel: str | None) -> Any:
    rows = measure.base(asked)
    if section_id is not None:
        rows = rows.filter(**{measure.section: section_id})
    return rows.filter(**{measure.channel: channel}) if channel else rows


def _figures(
    measure: Measure, asked: Asked, by: By, section_id: int | None, channel: str | None
) -> dict[Any, tuple[int, int]]:
    """Group value -> (numerator, denominator), in one query."""
    rows = _narrowed(measure, asked, section_id, channel)
    counted = {
        "counted": Count(measure.unit, filter=measure.counts(asked), distinct=True),
        "base": Count(measure.unit, distinct=True),
    }
    if by is None:
        found = rows.aggregate(**counted)
        return {None: (found["counted"], found["base"])}
    path = measure.section if by == "section" else measure.channel
    lines = rows.order_by().values(path).annotate(**counted)
    return {line[path]: (line["counted"], line["base"]) for line in lines}


def _rate(measure: Measure, asked: Asked, group: Group, numerator: int, denominator: int) -> Rate:
    zh, en = SIDES[asked.side] if measure.has_clock else ("", "")
    return Rate(
        key=measure.key, group=group.code, group_zh=group.zh, group_en=group.en, numerator=numerator, denominator=denominator,
        rate=numerator / denominator if denominator else None, outcome="rate" if denominator else measure.nothing,
        base_zh=f"{measure.zh}（{zh}）" if zh else measure.zh, base_en=f"{measure.en} ({en})" if en else measure.en,
    )  # fmt: skip


def _mean(group: Group, spent: Spent | None) -> Rate:
    tickets = spent.tickets if spent else 0
    return Rate(
        key=RateKey.HANDLING, group=group.code, group_zh=group.zh, group_en=group.en, numerator=0, denominator=tickets, rate=None,
        outcome="rate" if tickets else "no_tickets", hours=spent.seconds / tickets / 3600 if spent and tickets else None,
        base_zh="本期反馈的件，自派单至反馈的工作时间", base_en="answered in the period: working time from dispatch to reply",
    )  # fmt: skip
