"""推演: a past period replayed under another limit, calendar or staffing: which clocks would have been late; nothing is written.

What people did stays as it was (when they answered, which pauses and extensions there were), only the count is another. With other
staffing the working time from the start to the answer shrinks or grows with the number of hands: half as many more people do in ten
hours what took fifteen. That is a rough rule, and the page says so. With nothing changed the replay gives back what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.edition import Content
from tickets.domain.moments import at
from tickets.domain.words import ClockKind, Side
from tickets.models import Policy, Run, Timer

from .calendar import counted_by, working_calendar
from .reckoning import reckon

#: A replay that a page asks for looks at so many clocks at the most.
MOST = 20_000
SAMPLE = 30
KINDS = (ClockKind.REPLY.value,)
REPLAYED = (Run.RUNNING.value, Run.PAUSED.value, Run.MET.value)
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What is supposed: ``limits`` new terms by the id of a policy's row, another ``content`` of the calendar, ``hands`` of a section
    against those it has (1.5: half as many more)."""

    limits: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    content: Content | None = None
    hands: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def is_history(self) -> bool:
        """Nothing is supposed."""
        return not self.limits and self.content is None and not any(each != 1 for each in self.hands.values())


@dataclass(frozen=True, slots=True)
class Replayed:
    """One clock: late in truth, and as supposed."""

    timer_id: int
    ticket_id: int
    section_id: int
    kind: str
    due_at: datetime
    due_then: datetime
    met_at: datetime | None
    met_then: datetime | None
    was_late: bool
    is_late: bool


@dataclass(slots=True)
class Line:
    """A section: clocks, late in truth, late as supposed, of those new and no longer."""

    clocks: int = 0
    was_late: int = 0
    is_late: int = 0
    turned: int = 0
    saved: int = 0

    def add(self, each: Replayed) -> None:
        """Count one."""
        self.clocks += 1
        self.was_late += each.was_late
        self.is_late += each.is_late
        self.turned += each.is_late and not each.was_late
        self.saved += each.was_late and not each.is_late


@dataclass(slots=True)
class Simulated:
    """The whole, its sections, and a sample of what would differ; ``is_cut``: there were more clocks than are replayed at once."""

    whole: Line = field(default_factory=Line)
    sections: dict[int, Line] = field(default_factory=dict)
    sample: list[Replayed] = field(default_factory=list)
    is_cut: bool = False


def simulate(
    first: date, last: date, otherwise: Otherwise, *, now: datetime, side: Side = Side.OUTER, section_id: int | None = None,
    most: int | None = MOST,
) -> Simulated:  # fmt: skip
    """Replay the reply clocks of a side that began from ``first`` to ``last``, the newest first. Bounded in memory and statements."""
    found = Simulated()
    for place, each in enumerate(replay(first, last, otherwise, now=now, side=side, section_id=section_id)):
        if most is not None and place >= most:
            found.is_cut = True
            break
        found.whole.add(each)
        found.sections.setdefault(each.section_id, Line()).add(each)
        if each.was_late != each.is_late and len(found.sample) < SAMPLE:
            found.sample.append(each)
    return found


def replay(
    first: date, last: date, otherwise: Otherwise, *, now: datetime, side: Side = Side.OUTER, section_id: int | None = None
) -> Iterator[Replayed]:  # fmt: skip
    """Every clock of the period, one by one."""
    rows = Timer.objects.filter(
        side=side.value, kind__in=KINDS, run__in=REPLAYED, started_at__gte=at(first, 0), started_at__lt=at(last + timedelta(days=1), 0)
    )  # fmt: skip
    if section_id is not None:
        rows = rows.filter(ticket__section_id=section_id)
    calendars = _Calendars(otherwise.content)
    ahead = _outer_ends(rows, otherwise, calendars, now) if side is Side.INNER else {}
    for timer in rows.select_related("policy", "ticket").order_by("-id").iterator(1_000):
        yield _replayed(timer, otherwise, calendars, ahead, now)


class _Calendars:
    """The calendar supposed, else the one each clock counted by."""

    def __init__(self, content: Content | None) -> None:
        self._supposed = None if content is None else content.calendar()
        self._present = working_calendar()

    def of(self, timer: Timer) -> WorkingCalendar:
        return self._supposed or self.own(timer)

    def own(self, timer: Timer) -> WorkingCalendar:
        return counted_by(timer, self._present)

    @property
    def is_other(self) -> bool:
        return self._supposed is not None


def _replayed(
    timer: Timer, otherwise: Otherwise, calendars: _Calendars, ahead: Mapping[int, datetime], now: datetime
) -> Replayed:
    section = timer.section_id or timer.ticket.section_id or NOBODY
    clock = _supposed(timer, otherwise, calendars, ahead)
    calendar = calendars.of(timer)
    hands = otherwise.hands.get(section, Decimal(1))
    met_then = _met(timer, hands, calendar)
    was_late = _is_late(timer, timer.met_at, calendars.own(timer), now)
    reckoned = reckon(clock, calendar, met_then or now)
    return Replayed(
        timer.pk, timer.ticket_id, section, timer.kind, timer.due_at or reckoned.due_at, reckoned.due_at, timer.met_at, met_then,
        was_late, _is_late(clock, met_then, calendar, now),
    )  # fmt: skip


def _supposed(timer: Timer, otherwise: Otherwise, calendars: _Calendars, ahead: Mapping[int, datetime]) -> Timer:
    """The clock as it would have been begun."""
    limit = otherwise.limits.get(timer.policy_id or 0)
    outer = ahead.get(timer.ticket_id)
    follows = outer is not None and "before" in timer.terms
    if limit is None and not calendars.is_other and not follows:
        return timer
    clock = copy(timer)
    if calendars.is_other:
        clock.calendar_edition, clock.met_at = None, None
    if limit is not None and "amount" in clock.terms:
        clock.terms = {**clock.terms, **limit}
    if follows and outer is not None:
        clock.terms = {**clock.terms, "before": outer.isoformat()}
    return clock


def _met(timer: Timer, hands: Decimal, calendar: WorkingCalendar) -> datetime | None:
    """When it would have been met: with more hands after less working time. What is not met yet stays so."""
    if timer.met_at is None or hands == 1:
        return timer.met_at
    begin = timer.restarted_at or timer.started_at
    return calendar.add(begin, calendar.between(begin, timer.met_at) / float(hands))


def _is_late(clock: Timer, met: datetime | None, calendar: WorkingCalendar, now: datetime) -> bool:
    """As meeting and the sweep decide it."""
    if met is None and clock.run == Run.PAUSED:
        return clock.is_late
    late_after = reckon(clock, calendar, met or now).late_after
    return late_after is not None and ((met > late_after) if met is not None else (now >= late_after))


def _outer_ends(rows: Any, otherwise: Otherwise, calendars: _Calendars, now: datetime) -> dict[int, datetime]:
    """The earliest outer reply deadline of each ticket as supposed: sections' clocks are kept ahead of it."""
    if not otherwise.limits and not calendars.is_other:
        return {}
    outer = Timer.objects.filter(
        ticket_id__in=rows.order_by().values("ticket_id"), side=Side.OUTER.value, kind__in=KINDS, run__in=REPLAYED
    )
    ends: dict[int, datetime] = {}
    for timer in outer.select_related("policy", "ticket").iterator(1_000):
        due = reckon(_supposed(timer, otherwise, calendars, {}), calendars.of(timer), timer.met_at or now).due_at
        ends[timer.ticket_id] = min(due, ends.get(timer.ticket_id, due))
    return ends


def limits_of(policies: Iterable[tuple[Policy, Decimal]]) -> dict[int, dict[str, Any]]:
    """New amounts as ``Otherwise.limits`` takes them."""
    return {
        policy.pk: {"amount": f"{amount.normalize():f}", "unit": policy.unit, "end": policy.end}
        for policy, amount in policies
    }
