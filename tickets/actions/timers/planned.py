"""The clocks of brand-new tickets, counted in memory for the batch intake: the same limits, moments and rungs as start.py writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tickets.domain.moments import to_local
from tickets.domain.words import ClockKind, Side
from tickets.models import Inquiry, Policy, Run, Timer
from tickets.queries import policies
from tickets.queries.calendar import working_calendar
from tickets.queries.reckoning import Reckoned, ladder, reckon

from .rows import LAPSING, next_moment, plain_terms
from .start import NO_CALLER, start_of

Row = dict[str, Any]


@dataclass(slots=True)
class Planner:
    """Counts with one calendar and one reading of the policies; the rows are dicts of Timer's columns, without ticket and inquiry."""

    now: datetime
    _calendar: Any = field(default_factory=working_calendar)
    _policies: list[Policy] = field(default_factory=policies.active)
    _found: dict[tuple[Any, ...], Policy | None] = field(default_factory=dict)
    _days: dict[datetime, date] = field(default_factory=dict)
    _counted: dict[tuple[Any, ...], tuple[Reckoned, datetime | None]] = field(default_factory=dict)
    _clock: Timer = field(default_factory=Timer)

    def outer(self, inquiry: Inquiry, type_: str, urgency: str) -> list[Row]:
        """What ``start_outer`` begins for the first inquiry of a ticket of this type and urgency; the inquiry need not be saved."""
        rows = []
        for kind in ClockKind:
            limit: datetime | None = getattr(inquiry, f"limit_{kind.value}")
            if inquiry.is_anonymous and kind is ClockKind.CONTACT:
                continue
            policy = self._policy(kind, Side.OUTER, inquiry.dispatched_at, inquiry.channel, type_, urgency)
            started_at = inquiry.dispatched_at if limit is not None else start_of(policy, inquiry)
            if started_at is not None:
                row = self._row(kind, Side.OUTER, started_at, policy, plain_terms(policy), limit)
                rows.append({**row, "channel": inquiry.channel})
        return rows

    def inner(self, inquiry: Inquiry, type_: str, urgency: str, section_id: int, outer: Iterable[Row]) -> list[Row]:
        """What ``start_inner`` begins at a dispatch in the moment of receipt, ``outer`` being the outer clocks."""
        rows = [self._inner(ClockKind.SIGN, inquiry, type_, urgency)]
        if not inquiry.is_anonymous and inquiry.channel not in NO_CALLER:
            rows.append(self._inner(ClockKind.CONTACT, inquiry, type_, urgency))
        ends = [row["due_at"] for row in outer if row["kind"] == ClockKind.REPLY.value]
        if ends:
            rows.append(
                self._inner(ClockKind.REPLY, inquiry, type_, urgency, before=min(ends).astimezone(UTC).isoformat())
            )
        return [{**row, "channel": inquiry.channel, "section_id": section_id} for row in rows if row is not None]

    def meet_sign(self, outer: Iterable[Row]) -> None:
        """What ``meet`` does to the outer sign-for clocks when the office dispatches at once."""
        for row in outer:
            if row["kind"] == ClockKind.SIGN.value:
                late_after = row["late_after"]
                row["is_late"] = late_after is not None and self.now > late_after
                row["run"], row["met_at"], row["next_at"] = Run.MET.value, self.now, None

    def _inner(self, kind: ClockKind, inquiry: Inquiry, type_: str, urgency: str, **more: str) -> Row | None:
        policy = self._policy(kind, Side.INNER, self.now, inquiry.channel, type_, urgency)
        if policy is None:
            return None
        return self._row(kind, Side.INNER, self.now, policy, plain_terms(policy, **more), None)

    def _policy(
        self, kind: ClockKind, side: Side, at: datetime, channel: str, type_: str, urgency: str
    ) -> Policy | None:
        """``policies.find``, asked once for each combination on each Shanghai day."""
        day = self._days.get(at)
        if day is None:
            day = self._days[at] = to_local(at).date()
        key = (kind, side, day, channel, type_, urgency)
        if key not in self._found:
            self._found[key] = policies.find(
                kind, side, at, channel=channel, type=type_, urgency=urgency, rows=self._policies
            )
        return self._found[key]

    def _row(
        self,
        kind: ClockKind,
        side: Side,
        started_at: datetime,
        policy: Policy | None,
        terms: dict[str, Any],
        limit: datetime | None,
    ) -> Row:
        reckoned, next_at = self._count(started_at, policy, terms, limit)
        return {
            "kind": kind.value,
            "side": side.value,
            "policy_id": policy.pk if policy else None,
            "policy_version": policy.version if policy else 1,
            "terms": terms,
            "started_at": started_at,
            "platform_due_at": limit,
            "due_at": reckoned.due_at,
            "is_provisional": reckoned.is_provisional,
            "late_after": reckoned.late_after,
            "run": Run.RUNNING.value,
            "next_at": next_at,
            "met_at": None,
            "is_late": False,
        }

    def _count(
        self, started_at: datetime, policy: Policy | None, terms: dict[str, Any], limit: datetime | None
    ) -> tuple[Reckoned, datetime | None]:
        """The due moment and the first rung; what a batch asks again (the office's dispatch is one moment) is counted once."""
        key = (started_at, policy.pk if policy else 0, limit, terms.get("before"))
        if key not in self._counted:
            clock = self._clock
            clock.started_at, clock.platform_due_at, clock.terms = started_at, limit, terms
            reckoned = reckon(clock, self._calendar, self.now)
            self._counted[key] = reckoned, next_moment(clock, ladder(clock, policy, self._calendar, reckoned), reckoned)
        return self._counted[key]


def reach(rows: Iterable[Row]) -> datetime | None:
    """The ticket's ``due_at``: the earliest due moment of the running clocks that oblige somebody."""
    due = [row["due_at"] for row in rows if row["run"] == Run.RUNNING.value and row["kind"] not in LAPSING]
    return min(due, default=None)
