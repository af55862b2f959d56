"""The clocks of brand-new tickets, counted in memory for the batch intake: the same limits, moments and rungs as start.py writes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.moments import at as midnight
from tickets.domain.moments import to_local
from tickets.domain.terms import Unit
from tickets.domain.words import NO_CALLER, ClockKind, Side
from tickets.models import Inquiry, Policy, Run, Timer
from tickets.queries import policies
from tickets.queries.calendar import working_calendar
from tickets.queries.reckoning import WARNED, Reckoned, Rung, reckon, rungs

from .rows import BESIDE, next_moment, plain_terms
from .sources import start_of
from .start import ANSWERS, OF_THEMSELVES

Row = dict[str, Any]
#: What a matter is: type, urgency, category.
KindOf = tuple[str, str, str]
DAYS = (Unit.WORKING_DAYS.value, Unit.CALENDAR_DAYS.value)
RUNNING = Run.RUNNING.value
LIMITS = tuple((kind, f"limit_{kind.value}") for kind in OF_THEMSELVES)


@dataclass(slots=True)
class Planner:
    """Counts with one calendar and one reading of the policies; the rows are dicts of Timer's columns, without ticket and inquiry."""

    now: datetime
    _calendar: WorkingCalendar = field(default_factory=working_calendar)
    _policies: list[Policy] = field(default_factory=policies.active)
    _turns: list[date] = field(default_factory=list)
    _categories: list[str] = field(default_factory=list)
    _found: dict[tuple[Any, ...], Policy | None] = field(default_factory=dict)
    _places: dict[datetime, tuple[int, datetime]] = field(default_factory=dict)
    _said: dict[int, dict[str, Any]] = field(default_factory=dict)
    _counted: dict[tuple[Any, ...], tuple[Reckoned, list[Rung]]] = field(default_factory=dict)
    _clock: Timer = field(default_factory=Timer)

    def __post_init__(self) -> None:
        """The days on which another row may begin to hold: between two of them the same rows are in force."""
        begins = {row.effective_from for row in self._policies}
        ends = {row.effective_to + timedelta(days=1) for row in self._policies if row.effective_to}
        self._turns = sorted(begins | ends)
        self._categories = sorted({row.category for row in self._policies if row.category})

    def outer(self, inquiry: Inquiry, kind_of: KindOf) -> list[Row]:
        """What ``start_outer`` begins for the first inquiry of a ticket of this kind; the inquiry need not be saved."""
        rows = []
        for kind, limit_of in LIMITS:
            limit: datetime | None = getattr(inquiry, limit_of, None)
            if inquiry.is_anonymous and kind is ClockKind.CONTACT:
                continue
            policy = self._policy(kind, Side.OUTER, inquiry.dispatched_at, inquiry.channel, kind_of)
            started_at = inquiry.dispatched_at if limit is not None else start_of(policy, inquiry)
            if started_at is not None:
                row = self._row(kind, Side.OUTER, started_at, policy, self._terms(policy), limit)
                row["channel"], row["section_id"] = inquiry.channel, None
                rows.append(row)
        return rows

    def inner(self, inquiry: Inquiry, kind_of: KindOf, section_id: int, outer: Iterable[Row]) -> list[Row]:
        """What ``start_inner`` begins at a dispatch in the moment of receipt, ``outer`` being the outer clocks."""
        rows = [self._inner(ClockKind.SIGN, inquiry, kind_of)]
        if not inquiry.is_anonymous and inquiry.channel not in NO_CALLER:
            rows.append(self._inner(ClockKind.CONTACT, inquiry, kind_of))
        ends = [row["due_at"] for row in outer if row["kind"] in ANSWERS]
        if ends:
            rows.append(self._inner(ClockKind.REPLY, inquiry, kind_of, before=min(ends).astimezone(UTC).isoformat()))
        return [{**row, "channel": inquiry.channel, "section_id": section_id} for row in rows if row is not None]

    def helping(self, inquiry: Inquiry, kind_of: KindOf, section_ids: Iterable[int], inner: Iterable[Row]) -> list[Row]:
        """What ``start_helpers`` begins for the contributing sections, ``inner`` being the lead section's clocks."""
        lead = next((row["due_at"] for row in inner if row["kind"] == ClockKind.REPLY), None)
        if lead is None:
            return []
        before = lead.astimezone(UTC).isoformat()
        rows = [(pk, self._inner(ClockKind.CONTRIBUTE, inquiry, kind_of, before=before)) for pk in section_ids]
        return [{**row, "channel": inquiry.channel, "section_id": pk} for pk, row in rows if row is not None]

    def meet_sign(self, outer: Iterable[Row]) -> None:
        """What ``meet`` does to the outer sign-for clocks when the office dispatches at once."""
        for row in outer:
            if row["kind"] == ClockKind.SIGN:
                late_after = row["late_after"]
                row["is_late"] = late_after is not None and self.now > late_after
                row["run"], row["met_at"], row["next_at"] = Run.MET.value, self.now, None

    def _inner(self, kind: ClockKind, inquiry: Inquiry, kind_of: KindOf, **more: str) -> Row | None:
        policy = self._policy(kind, Side.INNER, self.now, inquiry.channel, kind_of)
        if policy is None:
            return None
        terms = plain_terms(policy, **more) if more else self._terms(policy)
        return self._row(kind, Side.INNER, self.now, policy, terms, None)

    def _terms(self, policy: Policy | None) -> dict[str, Any]:
        """``plain_terms``, one dict for each policy: nobody changes it here."""
        key = policy.pk if policy else 0
        if key not in self._said:
            self._said[key] = plain_terms(policy)
        return self._said[key]

    def _policy(self, kind: ClockKind, side: Side, at: datetime, channel: str, kind_of: KindOf) -> Policy | None:
        """``policies.find``, asked once for each combination between two turns."""
        type_, urgency, category = kind_of
        narrow = tuple(wanted for wanted in self._categories if policies.holds_for(wanted, category))
        key = (kind, side, self._place(at)[0], channel, type_, urgency, narrow)
        if key not in self._found:
            self._found[key] = policies.find(
                kind, side, at, channel=channel, type=type_, urgency=urgency, category=category, rows=self._policies
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
            "kind": str(kind),
            "side": str(side),
            "policy_id": policy.pk if policy else None,
            "policy_version": policy.version if policy else 1,
            "terms": terms,
            "started_at": started_at,
            "platform_due_at": limit,
            "due_at": reckoned.due_at,
            "is_provisional": reckoned.is_provisional,
            "late_after": reckoned.late_after,
            "run": RUNNING,
            "next_at": next_at,
            "met_at": None,
            "is_late": False,
        }

    def _count(
        self, started_at: datetime, policy: Policy | None, terms: dict[str, Any], limit: datetime | None
    ) -> tuple[Reckoned, datetime | None]:
        """The due moment and the first rung. A limit in days does not ask at what hour of its first day it began: such are counted
        once a day, from midnight, and a warning that lies before the real start is left out."""
        by_day = (
            limit is None and "before" not in terms and terms["unit"] in DAYS and not (policy and policy.warn_share)
        )
        begin = self._place(started_at)[1] if by_day else started_at
        key = (begin, policy.pk if policy else 0, limit, terms.get("before"))
        found = self._counted.get(key)
        if found is None:
            clock = self._clock
            clock.started_at, clock.platform_due_at, clock.terms = begin, limit, terms
            reckoned = reckon(clock, self._calendar, self.now)
            found = self._counted[key] = reckoned, list(islice(rungs(clock, policy, self._calendar, reckoned), 2))
        reckoned, first = found
        coming = [rung for rung in first if rung.step != WARNED or rung.at > started_at]
        return reckoned, next_moment(self._clock, coming, reckoned)

    def _place(self, at: datetime) -> tuple[int, datetime]:
        """Which policies hold at a moment (the number of its turn), and the midnight before it."""
        place = self._places.get(at)
        if place is None:
            day = to_local(at).date()
            place = self._places[at] = bisect_right(self._turns, day), midnight(day, 0)
        return place


def reach(rows: Iterable[Row]) -> Row:
    """What the ticket keeps of the running clock that is due first, of those that oblige somebody (``rows.next_due``)."""
    running = [row for row in rows if row["run"] == RUNNING and row["kind"] not in BESIDE]
    first = min(running, key=itemgetter("due_at"), default=None)
    if first is None:
        return {"due_at": None, "due_kind": "", "due_unit": "", "due_from": None, "due_provisional": False}
    unit = first["terms"].get("unit", Unit.WORKING_DAYS.value)
    kept = {"due_at": first["due_at"], "due_kind": first["kind"], "due_unit": unit, "due_from": first["started_at"]}
    return {**kept, "due_provisional": first["is_provisional"]}
