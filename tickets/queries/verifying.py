"""The folded figures against the live ones: both ways must say the same of every month, section and channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Max, Min

from tickets.domain.moments import to_local
from tickets.models import Ticket

from . import figures
from .response_rates import Rate, response_rates

SLACK = 1e-6  # hours: the database adds seconds up as floating numbers


def differences(*, now: datetime) -> tuple[int, list[str]]:
    """How many figures were compared, and a line for each that differs."""
    compared, wrong = 0, list[str]()
    for first, last in months():
        for live, folded, name in _both(first, last, now):
            compared += 1
            if not same(live, folded):
                wrong.append(f"{first:%Y-%m} {name} {live.key}: {_told(live)} live, {_told(folded)} folded")
    return compared, wrong


def months() -> Iterator[tuple[date, date]]:
    """First and last day of every month from the first ticket to the newest due moment there is."""
    found = Ticket.objects.aggregate(first=Min("registered_at"), last=Max("registered_at"))
    if found["first"] is None:
        return
    day, end = to_local(found["first"]).date().replace(day=1), to_local(found["last"]).date() + timedelta(days=92)
    while day <= end:
        following = (day + timedelta(days=31)).replace(day=1)
        yield day, following - timedelta(days=1)
        day = following


def _both(first: date, last: date, now: datetime) -> Iterator[tuple[Rate, Rate, str]]:
    for live, folded in zip(response_rates(first, last, now=now), figures.rates(first, last), strict=True):
        yield live, folded, "-"
    for by in ("section", "channel"):
        lines = zip(response_rates(first, last, now=now, by=by), figures.rates(first, last, by=by), strict=True)
        for live, folded in lines:
            yield live, folded, f"{by} {live.group}"


def same(live: Rate, folded: Rate) -> bool:
    """Equal in everything that is shown."""
    if (live.key, live.group, live.numerator, live.denominator, live.outcome, live.base_zh) != (
        folded.key, folded.group, folded.numerator, folded.denominator, folded.outcome, folded.base_zh
    ):  # fmt: skip
        return False
    return abs((live.hours or 0.0) - (folded.hours or 0.0)) < SLACK


def _told(rate: Rate) -> str:
    return f"{rate.numerator}/{rate.denominator}" if rate.hours is None else f"{rate.hours:.4f} h of {rate.denominator}"
