"""Every clock replayed from its events and compared with its row: what `manage.py clocks verify` proves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from tickets.domain.clock_events import Clock, Run, fold
from tickets.domain.reckoning import reckon
from tickets.domain.states import OVER
from tickets.models import ClockEvent, Timer

from .calendar import calendar_at, counted_by, working_calendar
from .freshness import held
from .reckoning import DUE, ladder

PART = 2_000
FOLDED = (
    "run", "started_at", "restarted_at", "policy_id", "policy_version", "terms", "pauses", "platform_due_at", "met_at",
)  # fmt: skip
Differences = list[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """``timer`` of ``ticket`` says ``stored`` where its events say ``replayed``; ``name`` is the column."""

    timer: int
    ticket: str
    clock: str
    name: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"clock {self.timer} ({self.clock}) of {self.ticket}: {self.name} is {self.stored!s}, its events say {self.replayed!s}"


def replay() -> Iterator[Difference | None]:
    """Every clock in order of id: None where all agrees, else the first difference of that clock. Reads by the thousand."""
    last = 0
    while True:
        timers = list(Timer.objects.filter(pk__gt=last).select_related("policy", "ticket").order_by("pk")[:PART])
        if not timers:
            return
        events = ClockEvent.objects.filter(timer__gt=last, timer__lte=timers[-1].pk).order_by("timer_id", "id")
        by_timer = {pk: list(some) for pk, some in groupby(events, key=lambda event: event.timer_id)}
        with held():
            for timer in timers:
                found = differences(timer, by_timer.get(timer.pk, []))
                yield _told(timer, *found[0]) if found else None
        last = timers[-1].pk


def differences(timer: Timer, events: list[ClockEvent]) -> Differences:
    """(column, stored, replayed) of everything that differs; empty when the row is what its events make it."""
    if not events:
        return [("events", "at least the start", "none")]
    try:
        clock = fold(events)
    except ValueError as error:
        return [("events", len(events), str(error))]
    wrong: Differences = [
        (name, getattr(timer, name), getattr(clock, name))
        for name in FOLDED
        if _plain(getattr(timer, name)) != _plain(getattr(clock, name))
    ]
    if Decimal(timer.extension) != clock.extension:
        wrong.append(("extension", timer.extension, clock.extension))
    return wrong or _counted(timer, clock, events[-1].at)


def _counted(timer: Timer, clock: Clock, last: datetime) -> Differences:
    """The due moment by the calendar the clock counts by (at its end, that of then), lateness, and whether something is to come."""
    over = timer.run in (Run.MET, Run.STOPPED)
    calendar = counted_by(timer, calendar_at(last) if over else working_calendar())
    reckoned = reckon(clock, calendar)
    wrong: Differences = []
    if timer.due_at != reckoned.due_at:
        wrong.append(("due_at", timer.due_at, reckoned.due_at))
    if timer.is_provisional != reckoned.is_provisional:
        wrong.append(("is_provisional", timer.is_provisional, reckoned.is_provisional))
    if clock.met_at is not None and timer.run == Run.MET:
        late_after = reckon(clock, calendar, clock.met_at).late_after
        is_late = late_after is not None and clock.met_at > late_after
        if timer.is_late != is_late:
            wrong.append(("is_late", timer.is_late, is_late))
    if timer.run == Run.RUNNING and timer.next_at is None and (first := _to_come(timer)) is not None:
        wrong.append(("next_at", None, first))
    return wrong


def _to_come(timer: Timer) -> datetime | None:
    """The next rung of a clock that runs on work that is not over, under a limit that is switched on."""
    is_off = timer.platform_due_at is None and timer.policy is not None and not timer.policy.is_active
    if timer.ticket.state in OVER or is_off:
        return None
    calendar = working_calendar()
    rungs = ladder(timer, timer.policy, calendar, reckon(timer, counted_by(timer, calendar)))
    return min((rung.at for rung in rungs if rung.step > timer.step and timer.step < DUE), default=None)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Run) else value


def _told(timer: Timer, name: str, stored: Any, replayed: Any) -> Difference:
    return Difference(timer.pk, timer.ticket.number, f"{timer.side}/{timer.kind}", name, stored, replayed)
