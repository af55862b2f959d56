"""What a clock row says: its due moment counted anew from its terms, and the rungs it climbs (warning, due, escalation)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.counting import DAY, day_of
from tickets.domain.deadlines import breach, due
from tickets.domain.moments import at, to_local
from tickets.domain.terms import End, Pause, Terms, Unit
from tickets.domain.words import Role
from tickets.models import Policy, Timer

from .calendar import counted_by

WARNED, DUE, ESCALATED = 1, 2, 3
#: For a source's own deadline where no policy of ours stands behind it.
WARN_HOURS = Decimal(7)
STEPS = ({"after_hours": 0, "to": "chief"}, {"after_hours": 7, "to": "dispatcher"}, {"after_hours": 14, "to": "leader"})


@dataclass(frozen=True, slots=True)
class Reckoned:
    """``breach_at`` and ``late_after`` are None while the due moment lies inside a pause that goes on (domain §3 rule 8)."""

    due_at: datetime
    is_provisional: bool
    breach_at: datetime | None
    late_after: datetime | None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a clock: its number, its moment, and the role it is for (None: whoever keeps the clock)."""

    step: int
    at: datetime
    to: Role | None = None


def reckon(timer: Timer, calendar: WorkingCalendar, now: datetime | None = None) -> Reckoned:
    """The due moment from the row alone: the source's own goes first and knows no pause; else a granted date, a margin
    before the outer deadline, or the count of the terms. ``now`` closes pauses that go on."""
    if timer.platform_due_at is not None:
        return Reckoned(timer.platform_due_at, False, timer.platform_due_at, timer.platform_due_at)
    calendar, pauses = counted_by(timer, calendar), pauses_of(timer)
    if "until" in timer.terms:
        return _fixed(datetime.fromisoformat(timer.terms["until"]), False, pauses, calendar, now)
    if "before" in timer.terms:
        moment, provisional = _ahead(timer, calendar)
        return _fixed(moment, provisional, pauses, calendar, now)
    answer = due(
        terms_of(timer),
        timer.started_at,
        calendar,
        pauses,
        extension=timer.extension,
        restart=timer.restarted_at,
        now=now,
    )
    return Reckoned(answer.moment, answer.provisional, answer.breach_at, answer.late_after)


def ladder(timer: Timer, policy: Policy | None, calendar: WorkingCalendar, reckoned: Reckoned) -> list[Rung]:
    """The rungs in order (``rungs``), all of them."""
    return list(rungs(timer, policy, calendar, reckoned))


def rungs(timer: Timer, policy: Policy | None, calendar: WorkingCalendar, reckoned: Reckoned) -> Iterator[Rung]:
    """The rungs one by one, each counted when it is asked for.

    Hours are the limit's own kind: clock hours for a round-the-clock limit, working hours for the rest. A warning that
    would come before the start is left out; nothing while the breach waits for a resuming.
    """
    calendar = counted_by(timer, calendar)
    unit = Unit(timer.terms.get("unit", Unit.WORKING_DAYS))
    warn_hours = WARN_HOURS if policy is None else policy.warn_hours
    warn_at = _shift(reckoned.due_at, -warn_hours, unit, calendar)
    if warn_hours and warn_at > (timer.restarted_at or timer.started_at):
        yield Rung(WARNED, warn_at)
    if reckoned.breach_at is None:
        return
    yield Rung(DUE, reckoned.breach_at)
    for place, step in enumerate(STEPS if policy is None else policy.steps):
        hours = Decimal(str(step["after_hours"]))
        yield Rung(ESCALATED + place, _shift(reckoned.breach_at, hours, unit, calendar), Role(step["to"]))


def terms_of(timer: Timer) -> Terms:
    """The counted limit of the row; BadTerms when it says nothing."""
    said: dict[str, Any] = timer.terms
    return _terms(said["amount"], said["unit"], said.get("end", End.MIDNIGHT))


@lru_cache(maxsize=256)
def _terms(amount: str, unit: str, end: str) -> Terms:
    return Terms(amount, unit, end)


def pauses_of(timer: Timer) -> list[Pause]:
    """The row's pauses; one that goes on has no end."""
    return [
        Pause(datetime.fromisoformat(each["from"]), datetime.fromisoformat(each["to"]) if each.get("to") else None)
        for each in timer.pauses
    ]


def _fixed(
    moment: datetime, provisional: bool, pauses: Sequence[Pause], calendar: WorkingCalendar, now: datetime | None
) -> Reckoned:
    _, breach_at, late_after = breach(to_local(moment), pauses, calendar, now)
    return Reckoned(moment, provisional, breach_at, late_after)


def _ahead(timer: Timer, calendar: WorkingCalendar) -> tuple[datetime, bool]:
    """A margin ahead of the outer deadline: half of what is left where the margin does not fit, never after the deadline
    itself and never before the start."""
    outer, start = datetime.fromisoformat(timer.terms["before"]), timer.restarted_at or timer.started_at
    if outer <= start:
        return start, False
    moment = _margin(terms_of(timer), outer, calendar)
    if moment <= start:
        moment = start + (outer - start) / 2
    return min(moment, outer), calendar.is_provisional(day_of(outer))


def _margin(terms: Terms, outer: datetime, calendar: WorkingCalendar) -> datetime:
    if not terms.unit.is_days:
        return _shift(outer, -terms.amount, terms.unit, calendar)
    day, days = day_of(outer), terms.size
    last = calendar.add_days(day, -days) if terms.unit is Unit.WORKING_DAYS else day - timedelta(days=days)
    return at(last, DAY) if terms.end is End.MIDNIGHT else calendar.closing(last)


def _shift(moment: datetime, hours: Decimal, unit: Unit, calendar: WorkingCalendar) -> datetime:
    if unit is Unit.CLOCK_HOURS:
        return moment + timedelta(hours=float(hours))
    return calendar.add(moment, float(hours) * 3600)
