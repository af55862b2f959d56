"""The rungs a clock climbs: warning, due, escalation; counted from what its row says (tickets.domain.reckoning)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tickets.domain import reckoning
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.reckoning import Reckoned, lasting, pauses_of, shift, terms_of
from tickets.domain.terms import Unit
from tickets.domain.words import Role
from tickets.models import Policy, Timer

from .calendar import counted_by

__all__ = ["DUE", "ESCALATED", "WARNED", "Reckoned", "Rung", "ladder", "pauses_of", "reckon", "rungs", "terms_of"]
WARNED, DUE, ESCALATED = 1, 2, 3
#: For a source's own deadline where no policy of ours stands behind it.
WARN_HOURS = Decimal(7)
STEPS = ({"after_hours": 0, "to": "chief"}, {"after_hours": 7, "to": "dispatcher"}, {"after_hours": 14, "to": "leader"})


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a clock: its number, its moment, the role it is for (None: whoever keeps the clock), the card it shows."""

    step: int
    at: datetime
    to: Role | None = None
    card: str = ""


def reckon(timer: Timer, calendar: WorkingCalendar, now: datetime | None = None) -> Reckoned:
    """``reckoning.reckon`` of a row, by the calendar it stays with, else by the one given."""
    return reckoning.reckon(timer, counted_by(timer, calendar), now)


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
    warn_at = _warn_at(timer, policy, calendar, reckoned)
    if warn_at is not None and warn_at > (timer.restarted_at or timer.started_at):
        yield Rung(WARNED, warn_at)
    if reckoned.breach_at is None:
        return
    yield Rung(DUE, reckoned.breach_at)
    for place, step in enumerate(STEPS if policy is None else policy.steps):
        hours = Decimal(str(step["after_hours"]))
        yield Rung(
            ESCALATED + place, shift(reckoned.breach_at, hours, unit, calendar), Role(step["to"]), step.get("card", "")
        )


def _warn_at(timer: Timer, policy: Policy | None, calendar: WorkingCalendar, reckoned: Reckoned) -> datetime | None:
    """So many hours before the due moment, or when a share of the limit is over; None: no warning."""
    unit = Unit(timer.terms.get("unit", Unit.WORKING_DAYS))
    if policy is None or not policy.warn_share:
        hours = WARN_HOURS if policy is None else policy.warn_hours
        return shift(reckoned.due_at, -hours, unit, calendar) if hours else None
    start, share = timer.restarted_at or timer.started_at, float(policy.warn_share)
    if unit in (Unit.CLOCK_HOURS, Unit.CALENDAR_DAYS):
        return start + (reckoned.due_at - start) * share
    return calendar.add(start, lasting(timer, start, reckoned.due_at, calendar) * share)
