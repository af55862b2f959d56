"""推演: a past period replayed under another limit, calendar or staffing: which clocks would have been late; nothing is written.

What people did stays as it was (when they answered, which pauses and extensions there were), only the count is another. With other
staffing the working time from the start to the answer shrinks or grows with the number of hands: half as many more people do in ten
hours what took fifteen. That is a rough rule, and the page says so. With nothing changed the replay gives back what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.edition import Content
from tickets.domain.many import Many
from tickets.domain.moments import at
from tickets.domain.reckoning import is_plain, reckon, terms_of
from tickets.domain.terms import Terms
from tickets.domain.words import ClockKind, Side
from tickets.models import Policy, Run, Timer

from .calendar import counted_by, working_calendar
from .freshness import held

#: A replay that a page asks for looks at so many clocks at the most.
MOST = 50_000
SAMPLE = 30
#: So many are counted together.
CHUNK = 2_000
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


@held()
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
    for clocks in _read(rows.order_by("-id")):
        yield from _replayed(clocks, otherwise, calendars, ahead, now)


@dataclass(slots=True)
class Row:
    """The columns of a Timer, and its ticket's section, that a replay reads."""

    id: int
    ticket_id: int
    section_id: int | None
    ticket__section_id: int | None
    policy_id: int | None
    policy_version: int
    calendar_edition: int | None
    terms: dict[str, Any]
    run: str
    started_at: datetime
    restarted_at: datetime | None
    pauses: list[dict[str, Any]]
    extension: Decimal
    platform_due_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    is_late: bool
    kind: str

    @property
    def section(self) -> int:
        """The clock's own section, else its ticket's."""
        return self.section_id or self.ticket__section_id or NOBODY


def _read(rows: QuerySet[Timer]) -> Iterator[list[Row]]:
    """So many at a time."""
    found = rows.values_list(*Row.__dataclass_fields__).iterator(CHUNK)
    while some := [Row(*values) for values in islice(found, CHUNK)]:
        yield some


class _Calendars:
    """The calendar supposed, else the one each clock counted by; limits that know no more than a start are counted together."""

    def __init__(self, content: Content | None) -> None:
        self._supposed = None if content is None else content.calendar()
        self._present = working_calendar()
        self._many: dict[WorkingCalendar, Many] = {}

    def of(self, clock: Row) -> WorkingCalendar:
        return self._supposed or self.own(clock)

    def own(self, clock: Row) -> WorkingCalendar:
        return counted_by(clock, self._present)

    @property
    def is_other(self) -> bool:
        return self._supposed is not None

    def ends(self, clocks: Iterable[Row], calendar_of: Callable[[Row], WorkingCalendar]) -> dict[int, datetime]:
        """The due moments of the plain ones by id."""
        alike: dict[tuple[WorkingCalendar, Terms], list[Row]] = {}
        for clock in clocks:
            if is_plain(clock):
                alike.setdefault((calendar_of(clock), terms_of(clock)), []).append(clock)
        found: dict[int, datetime] = {}
        for (calendar, terms), those in alike.items():
            many = self._many.get(calendar) or self._many.setdefault(calendar, Many(calendar))
            ends = many.of(terms, [clock.started_at for clock in those])
            found.update(zip((clock.id for clock in those), ends, strict=True))
        return found


def _replayed(
    clocks: Sequence[Row], otherwise: Otherwise, calendars: _Calendars, ahead: Mapping[int, datetime], now: datetime
) -> Iterator[Replayed]:
    supposed = [_supposed(clock, otherwise, ahead) for clock in clocks]
    ends, ends_then = calendars.ends(clocks, calendars.own), calendars.ends(supposed, calendars.of)
    for clock, then in zip(clocks, supposed, strict=True):
        calendar = calendars.of(clock)
        met_then = _met(clock, otherwise.hands.get(clock.section, Decimal(1)), calendar)
        due_then, late_then = _due(then, calendar, ends_then, met_then or now)
        _, late_after = _due(clock, calendars.own(clock), ends, clock.met_at or now)
        yield Replayed(
            clock.id, clock.ticket_id, clock.section, clock.kind, clock.due_at or due_then, due_then, clock.met_at, met_then,
            _is_late(clock, clock.met_at, late_after, now), _is_late(clock, met_then, late_then, now),
        )  # fmt: skip


def _supposed(clock: Row, otherwise: Otherwise, ahead: Mapping[int, datetime]) -> Row:
    """The clock as it would have been begun."""
    limit, outer = otherwise.limits.get(clock.policy_id or 0), ahead.get(clock.ticket_id)
    changed = dict(limit) if limit is not None and "amount" in clock.terms else {}
    if outer is not None and "before" in clock.terms:
        changed["before"] = outer.isoformat()
    return replace(clock, terms={**clock.terms, **changed}) if changed else clock


def _due(
    clock: Row, calendar: WorkingCalendar, ends: Mapping[int, datetime], moment: datetime
) -> tuple[datetime, datetime | None]:
    """When it is due, and after what moment it is late."""
    end = ends.get(clock.id)
    if end is not None:
        return end, end
    reckoned = reckon(clock, calendar, moment)
    return reckoned.due_at, reckoned.late_after


def _met(clock: Row, hands: Decimal, calendar: WorkingCalendar) -> datetime | None:
    """When it would have been met: with more hands after less working time. What is not met yet stays so."""
    if clock.met_at is None or hands == 1:
        return clock.met_at
    begin = clock.restarted_at or clock.started_at
    return calendar.add(begin, calendar.between(begin, clock.met_at) / float(hands))


def _is_late(clock: Row, met: datetime | None, late_after: datetime | None, now: datetime) -> bool:
    """As meeting and the sweep decide it."""
    if met is None and clock.run == Run.PAUSED:
        return clock.is_late
    return late_after is not None and ((met > late_after) if met is not None else (now >= late_after))


def _outer_ends(
    rows: QuerySet[Timer], otherwise: Otherwise, calendars: _Calendars, now: datetime
) -> dict[int, datetime]:
    """The earliest outer reply deadline of each ticket as supposed: sections' clocks are kept ahead of it."""
    if not otherwise.limits and not calendars.is_other:
        return {}
    outer = Timer.objects.filter(
        ticket_id__in=rows.order_by().values("ticket_id"), side=Side.OUTER.value, kind__in=KINDS, run__in=REPLAYED
    )
    earliest: dict[int, datetime] = {}
    for clocks in _read(outer):
        supposed = [_supposed(clock, otherwise, {}) for clock in clocks]
        ends = calendars.ends(supposed, calendars.of)
        for clock in supposed:
            due, _ = _due(clock, calendars.of(clock), ends, clock.met_at or now)
            earliest[clock.ticket_id] = min(due, earliest.get(clock.ticket_id, due))
    return earliest


def limits_of(policies: Iterable[tuple[Policy, Decimal]]) -> dict[int, dict[str, Any]]:
    """New amounts as ``Otherwise.limits`` takes them."""
    return {
        policy.pk: {"amount": f"{amount.normalize():f}", "unit": policy.unit, "end": policy.end}
        for policy, amount in policies
    }
