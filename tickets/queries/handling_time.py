"""Mean handling time in working hours, by sums per day in the database: the open time before a moment is that of the days before
it and that of its own day, so only the days are gone through here, never the tickets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, FloatField, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, ExtractHour, ExtractMinute, ExtractSecond, Greatest, Least, TruncDate

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.hours import DayHours
from tickets.domain.moments import SECOND, SHANGHAI, at

from .measures import HANDLING, Asked

PATHS = {"section": "section_id", "channel": "channel"}


@dataclass(frozen=True, slots=True)
class Spent:
    """Open seconds spent on so many tickets."""

    tickets: int
    seconds: float


def handling_time(
    asked: Asked, by: str | None, section_id: int | None, channel: str | None, calendar: WorkingCalendar
) -> dict[Any, Spent]:
    """Group value (None for the whole) -> working time from dispatch to reply of the tickets answered in the period."""
    rows = HANDLING.base(asked)
    if section_id is not None:
        rows = rows.filter(section_id=section_id)
    if channel:
        rows = rows.filter(channel=channel)
    begun, ended = (_positions(rows, moment, by, calendar) for moment in ("dispatched_at", "sent_at"))
    return {group: Spent(spent.tickets, spent.seconds - begun[group].seconds) for group, spent in ended.items()}


def _positions(rows: QuerySet[Any], moment: str, by: str | None, calendar: WorkingCalendar) -> dict[Any, Spent]:
    """The sum of the moments' places in open time, with how many they are."""
    kinds = _kinds_of_days(rows, moment, calendar)
    sums = {f"open_{place}": Sum(_elapsed(moment, hours)) for place, hours in enumerate(kinds)}
    path = PATHS[by] if by else None
    dims = [path, "day"] if path else ["day"]
    lines = (
        rows.annotate(day=TruncDate(moment, tzinfo=SHANGHAI))
        .order_by()
        .values(*dims)
        .annotate(many=Count("pk"), **sums)
    )
    found: dict[Any, Spent] = defaultdict(lambda: Spent(0, 0.0))
    for line in lines:
        group, day = line[path] if path else None, line["day"]
        inside = line[f"open_{kinds.index(calendar.hours_on(day))}"] if calendar.is_working(day) else 0.0
        before = calendar.position(at(day, 0)) / SECOND
        kept = found[group]
        found[group] = Spent(kept.tickets + line["many"], kept.seconds + line["many"] * before + float(inside))
    return found


def _kinds_of_days(rows: QuerySet[Any], moment: str, calendar: WorkingCalendar) -> list[DayHours]:
    """The different office hours of the days that occur: one or two."""
    days: list[date] = list(rows.order_by().values_list(TruncDate(moment, tzinfo=SHANGHAI), flat=True).distinct())
    return list(dict.fromkeys(calendar.hours_on(day) for day in days if calendar.is_working(day)))


def _elapsed(moment: str, hours: DayHours) -> Combinable:
    """Open seconds of the moment's own day before it."""
    second = (
        Cast(ExtractHour(moment, tzinfo=SHANGHAI), FloatField()) * 3600.0
        + Cast(ExtractMinute(moment, tzinfo=SHANGHAI), FloatField()) * 60.0
        + Cast(ExtractSecond(F(moment), tzinfo=SHANGHAI), FloatField())
    )
    whole: Combinable = Value(0.0, output_field=FloatField())
    for opens, closes in hours.sessions:
        inside = Least(second, Value(closes * 60.0)) - Value(opens * 60.0)
        whole = whole + Greatest(inside, Value(0.0), output_field=FloatField())
    return whole
