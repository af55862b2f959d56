"""The clocks of some tickets counted anew under another calendar or policy, in memory: what each would be, nothing is written.

The same functions count that start and fire clocks (reckoning, rows); limits in days without pauses are counted once a day and policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db.models import QuerySet

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.moments import at as midnight
from tickets.domain.moments import to_local
from tickets.domain.reckoning import is_plain
from tickets.domain.terms import Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import Effect, Policy, Run, Timer
from tickets.queries.reckoning import WARNED, Reckoned, Rung, ladder, reckon

from ..timers.rows import ALIVE, BESIDE, next_moment, step_back
from .columns import CLOCKS, Clock, every, plain

DAYS = (Unit.WORKING_DAYS.value, Unit.CALENDAR_DAYS.value)
RUNNING, PAUSED = Run.RUNNING.value, Run.PAUSED.value
INNER, OUTER, REPLY = Side.INNER.value, Side.OUTER.value, ClockKind.REPLY.value
CONTRIBUTE, ANSWERS = ClockKind.CONTRIBUTE.value, (ClockKind.REPLY.value, ClockKind.REVIEW.value)


@dataclass(slots=True)
class Recounted:
    """A clock before and after; ``is_moved``: its due moment is another, ``has_terms``, ``has_policy``: other ones, whatever becomes of
    the moment, ``differs``: anything of its row is another."""

    before: Clock
    after: Clock
    effect: str

    @property
    def is_moved(self) -> bool:
        return self.before.due_at != self.after.due_at

    @property
    def has_terms(self) -> bool:
        return self.before.terms is not self.after.terms and self.before.terms != self.after.terms

    @property
    def has_policy(self) -> bool:
        return self.before.policy_id != self.after.policy_id

    @property
    def differs(self) -> bool:
        return self.has_terms or plain(self.before) != plain(self.after)


@dataclass(slots=True)
class Target:
    """Under what is counted. ``instead``: policy rows by the id of the row they take the place of. ``loosens``: clocks that stay with
    an edition follow ``calendar`` again."""

    calendar: WorkingCalendar
    now: datetime
    policies: Mapping[int, Policy]
    instead: Mapping[int, Policy] = field(default_factory=dict)
    loosens: bool = False
    _counted: dict[tuple[Any, ...], tuple[Reckoned, list[Rung]]] = field(default_factory=dict)

    def count(self, clock: Clock) -> tuple[Reckoned, list[Rung]]:
        """The due moment and the rungs. A paused clock is counted as it was when the pause began, as its row is kept."""
        key = self._key(clock)
        if key is None:
            return self._count(clock)
        found = self._counted.get(key)
        if found is None:
            begin = midnight(to_local(clock.started_at).date(), 0)
            found = self._counted[key] = self._count(replace(clock, started_at=begin))
        reckoned, rungs = found
        if rungs and rungs[0].step == WARNED and rungs[0].at <= clock.started_at:
            rungs = rungs[1:]
        return reckoned, rungs

    def _count(self, clock: Clock) -> tuple[Reckoned, list[Rung]]:
        timer, policy = clock.as_timer, self._policy(clock.policy_id)
        reckoned = reckon(timer, self.calendar, None if clock.run == PAUSED else self.now)
        return reckoned, ladder(timer, policy, self.calendar, reckoned)

    def _policy(self, pk: int | None) -> Policy | None:
        return None if pk is None else self.policies[pk]

    def _key(self, clock: Clock) -> tuple[Any, ...] | None:
        """What a plain limit in days depends on; None for every other, and where the warning depends on the very start."""
        terms, policy = clock.terms, self._policy(clock.policy_id)
        if (
            (policy and policy.warn_share)
            or clock.calendar_edition
            or terms.get("unit") not in DAYS
            or not is_plain(clock)
        ):
            return None
        return clock.policy_id, terms["amount"], terms["unit"], terms.get("end"), _day(clock.started_at)


def _day(moment: datetime) -> date:
    return to_local(moment).date()


def load(ticket_ids: Sequence[int]) -> dict[int, list[Clock]]:
    """The clocks of these tickets that are neither met nor stopped, the sources' first."""
    return clocks_of(map(orjson.loads, CLOCKS.written(alive_of(ticket_ids))))


def alive_of(ticket_ids: Any) -> QuerySet[Timer]:
    """The clocks of these tickets (ids, or a query of them) that are neither met nor stopped."""
    return Timer.objects.filter(ticket_id__in=ticket_ids, run__in=ALIVE)


def clocks_of(rows: Iterable[list[Any]]) -> dict[int, list[Clock]]:
    """By ticket, the sources' first; ``rows``: arrays of ``CLOCKS``."""
    found: dict[int, list[Clock]] = {}
    clocks = [Clock(*values) for values in CLOCKS.values(rows)]
    for clock in sorted(clocks, key=lambda clock: (clock.ticket_id, clock.side == INNER, clock.id)):
        found.setdefault(clock.ticket_id, []).append(clock)
    return found


def recount(clocks: Iterable[Clock], target: Target) -> list[Recounted]:
    """All clocks of one ticket, as they would be; a section's clock follows the sources' where it is kept ahead of them."""
    made: list[Recounted] = []
    for clock in clocks:
        after = Clock(*every(clock))
        _take_target(after, target)
        if after.side == INNER and after.kind == REPLY:
            _follow(after, _earliest(made))
        if after.kind == CONTRIBUTE:
            _follow(after, _lead(made))
        _arm(after, target)
        made.append(Recounted(clock, after, _effect(clock, after, target.now)))
    return made


def _take_target(clock: Clock, target: Target) -> None:
    if target.loosens:
        clock.calendar_edition = None
    policy = target.instead.get(clock.policy_id or 0)
    if policy is None:
        return
    clock.policy_id, clock.policy_version = policy.pk, policy.version
    if "amount" in clock.terms:
        said = {"amount": f"{policy.amount.normalize():f}", "unit": policy.unit, "end": policy.end}
        clock.terms = {**clock.terms, **said}


def _lead(made: Sequence[Recounted]) -> datetime | None:
    """When the lead section must have answered: contributing ones are ahead of that."""
    return next((each.after.due_at for each in made if each.after.side == INNER and each.after.kind == REPLY), None)


def _earliest(made: Sequence[Recounted]) -> datetime | None:
    ends = [each.after.due_at for each in made if each.after.side == OUTER and each.after.kind in ANSWERS]
    return min((end for end in ends if end is not None), default=None)


def _follow(clock: Clock, outer_due: datetime | None) -> None:
    """As timers.follow does it: before the earliest outer deadline, a date that was given never after it."""
    if outer_due is None or not clock.terms.keys() & {"before", "until"}:
        return
    before = clock.terms.get("before")
    if before is not None and datetime.fromisoformat(before) == outer_due:
        return
    clock.terms = {**clock.terms, "before": outer_due.astimezone(UTC).isoformat()}
    if "until" in clock.terms:
        clock.terms["until"] = min(datetime.fromisoformat(clock.terms["until"]), outer_due).isoformat()


def _arm(clock: Clock, target: Target) -> None:
    reckoned, rungs = target.count(clock)
    clock.due_at, clock.is_provisional = reckoned.due_at, reckoned.is_provisional
    if clock.step:
        step_back(clock.as_timer, rungs, reckoned, target.now)
    clock.next_at = next_moment(clock.as_timer, rungs, reckoned)


def _effect(before: Clock, after: Clock, now: datetime) -> str:
    """'' when the due moment stays. A right that lapses makes nobody overdue."""
    if before.due_at == after.due_at or before.due_at is None or after.due_at is None:
        return ""
    if before.kind not in BESIDE and before.run == RUNNING:
        was, is_ = before.due_at <= now, after.due_at <= now
        if was != is_:
            return (Effect.OVERDUE if is_ else Effect.SAVED).value
    return (Effect.LATER if after.due_at > before.due_at else Effect.EARLIER).value
