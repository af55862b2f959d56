"""Figures read from the sums of days and months: the same rates as the live ones, at a cost that does not grow with the tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from tickets.domain.words import Labelled, Side
from tickets.models import Figure, Fold
from tickets.models.figure import DAY, MONTH, TOPIC

from .measures import HANDLING, of_side
from .response_rates import By, Group, Rate, groups_of, mean_of, rate_of, side_of

Key = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the cells add up to."""

    numerator: int = 0
    denominator: int = 0
    micros: int = 0


NOTHING = Sums()


def fold() -> Fold:
    """How far the figures are."""
    return Fold.objects.first() or Fold()


def within(first: date, last: date) -> Q:
    """The cells of the days first..last: whole months as months, the rest as days."""
    months, days, day = [], Q(), first
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        end = min(last, following - timedelta(days=1))
        if day.day == 1 and end == following - timedelta(days=1):
            months.append(day)
        else:
            days |= Q(grain=DAY, date__gte=day, date__lte=end)
        day = following
    return (Q(grain=MONTH, date__in=months) | days) if months else days


def summed(spans: Mapping[str, Q], columns: Sequence[str], **chosen: Any) -> QuerySet[Any, dict[str, Any]]:
    """A line for each combination of ``columns`` with ``{span}_numerator``, ``{span}_denominator`` and ``{span}_micros``."""
    wanted = Q()
    for span in spans.values():
        wanted |= span
    sums = {
        f"{name}_{column}": Sum(column, filter=span, default=0)
        for name, span in spans.items()
        for column in ("numerator", "denominator", "micros")
    }
    found: QuerySet[Any, dict[str, Any]] = (
        Figure.objects.filter(wanted, **chosen).order_by().values(*columns).annotate(**sums)
    )
    return found


def sums_of(line: Mapping[str, Any], span: str) -> Sums:
    """One span of such a line."""
    return Sums(*(int(line[f"{span}_{column}"]) for column in ("numerator", "denominator", "micros")))


def added_up(lines: Iterable[Mapping[str, Any]], span: str, by: str | None) -> dict[Key, Sums]:
    """(side, key, value of ``by``) -> sums; ``by`` None adds all lines of a figure up."""
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        sums = sums_of(line, span)
        total = totals[line["side"], line["key"], line[by] if by else None]
        for place, value in enumerate((sums.numerator, sums.denominator, sums.micros)):
            total[place] += value
    return {key: Sums(*total) for key, total in totals.items()}


def lines_of(totals: Mapping[Key, Sums], side: Side, groups: Sequence[Group]) -> list[Rate]:
    """Every rate of a side, a line for each group, as ``response_rates`` tells them."""
    made = []
    for measure in of_side(side):
        where = measure.sides[0] if len(measure.sides) == 1 else side.value
        for group in groups:
            found = totals.get((where, measure.key.value, group.value), NOTHING)
            made.append(rate_of(measure, side, group, found.numerator, found.denominator))
    for group in groups:
        found = totals.get(("", HANDLING.key.value, group.value), NOTHING)
        made.append(mean_of(group, found.denominator, found.micros / 1_000_000))
    return made


def rates(
    period_from: date,
    period_to: date,
    *,
    by: By = None,
    section_id: int | None = None,
    channel: str | None = None,
) -> list[Rate]:
    """``response_rates`` of the same question as of the last fold, in two statements."""
    side = side_of(by, section_id)
    chosen: dict[str, Any] = {"section": section_id} if section_id is not None else {}
    chosen |= {"channel": channel} if channel else {} if by == "channel" else {"channel": ""}
    rows = summed({"now": within(period_from, period_to)}, ("side", "key", "section", "channel"), **chosen)
    lines = list(rows.exclude(side=TOPIC))
    if by == "channel":
        lines = [line for line in lines if line["channel"]]
    return lines_of(added_up(lines, "now", by), side, groups_of(by, section_id))


def key_of(code: str, *kinds: type[Labelled]) -> Labelled:
    """The rate or tally of that name. Raises LookupError."""
    for kind in kinds:
        if code in kind._value2member_map_:
            return kind(code)
    raise LookupError(code)
