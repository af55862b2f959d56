"""The rates: each with its numerator, its base in words, and the tickets behind it (domain §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Value

from tickets.domain.moments import at
from tickets.domain.words import Channel, Side
from tickets.models import Section

from .calendar import working_calendar
from .handling_time import Spent, handling_time
from .measures import HANDLING, SIDES, Asked, Measure, RateKey, of_side

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
    asked = asked_of(period_from, period_to, now, side_of(by, section_id))
    groups = groups_of(by, section_id)
    rows: list[Rate] = []
    for measure in of_side(asked.side):
        figures = _figures(measure, asked, by, section_id, channel)
        rows += [rate_of(measure, asked.side, group, *figures.get(group.value, (0, 0))) for group in groups]
    spent = handling_time(asked, by, section_id, channel, working_calendar())
    means = [(group, spent.get(group.value, Spent(0, 0.0))) for group in groups]
    return rows + [mean_of(group, each.tickets, each.seconds) for group, each in means]


def side_of(by: By, section_id: int | None) -> Side:
    """Whose clocks answer: a section's own, or the bureau's."""
    return Side.INNER if by == "section" or section_id is not None else Side.OUTER


def asked_of(first: date, last: date, now: datetime, side: Side) -> Asked:
    """The question about the Shanghai days first..last."""
    return Asked(at(first, 0), at(last + timedelta(days=1), 0), now, side)


def groups_of(by: By, section_id: int | None) -> Sequence[Group]:
    """The lines of the table, those with nothing too."""
    if by == "channel":
        return [Group(each.value, each.value, each.zh, each.en) for each in Channel]
    if by is None:
        return [Group(None, "", "全部", "All")]
    sections = Section.objects.all()
    wanted = sections.filter(pk=section_id) if section_id is not None else sections.filter(is_active=True)
    return [Group(each.pk, each.code, each.name, each.name) for each in wanted]


def narrowed(measure: Measure, asked: Asked, section_id: int | None, channel: str | None) -> Any:
    """The base of a figure, of one section or channel."""
    rows = measure.base(asked)
    if section_id is not None:
        rows = rows.filter(**{measure.section: section_id})
    return rows.filter(**{measure.channel: channel}) if channel else rows


def _figures(
    measure: Measure, asked: Asked, by: By, section_id: int | None, channel: str | None
) -> dict[Any, tuple[int, int]]:
    """Group value -> (numerator, denominator), in one query."""
    rows = narrowed(measure, asked, section_id, channel)
    counted = {
        "base": Count("pk"),
        "counted": Count("pk", filter=measure.counts(asked)) if measure.counts else Value(0),
    }
    if by is None:
        found = rows.aggregate(**counted)
        return {None: (found["counted"], found["base"])}
    path = measure.section if by == "section" else measure.channel
    lines = rows.order_by().values(path).annotate(**counted)
    return {line[path]: (line["counted"], line["base"]) for line in lines}


def rate_of(measure: Measure, side: Side, group: Group, numerator: int, denominator: int) -> Rate:
    """A share of a base, with the base in words."""
    zh, en = SIDES[side] if measure.has_clock else ("", "")
    return Rate(
        key=RateKey(measure.key), group=group.code, group_zh=group.zh, group_en=group.en, numerator=numerator, denominator=denominator,
        rate=numerator / denominator if denominator else None, outcome="rate" if denominator else measure.nothing,
        base_zh=f"{measure.zh}（{zh}）" if zh else measure.zh, base_en=f"{measure.en} ({en})" if en else measure.en,
    )  # fmt: skip


def mean_of(group: Group, tickets: int, seconds: float) -> Rate:
    """The mean handling time of so many tickets."""
    return Rate(
        key=RateKey.HANDLING, group=group.code, group_zh=group.zh, group_en=group.en, numerator=0, denominator=tickets, rate=None,
        outcome="rate" if tickets else "no_tickets", hours=seconds / tickets / 3600 if tickets else None,
        base_zh=HANDLING.zh, base_en=HANDLING.en,
    )  # fmt: skip
