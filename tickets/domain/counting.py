"""The four counts of a limit (samples rules 1–6) and the pauses laid on each one's number line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from .calendar import WorkingCalendar
from .moments import since_midnight, to_local
from .spans import Span, advance, joined
from .terms import HOUR, Pause

DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]


def working_days(
    count: int, start: date, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> tuple[date, tuple[date, date]]:
    """The ``count``-th working day after ``start`` that is not wholly paused, and the days looked up for it."""
    first = calendar.index(start + ONE_DAY)
    last = calendar.nth(advance(first, count, paused_working_days(calendar, pauses)) - 1)
    return last, (start + ONE_DAY, last)


def calendar_days(
    count: int, start: date, calendar: WorkingCalendar, pauses: Sequence[Stretch]
) -> tuple[date, tuple[date, date]]:
    """The ``count``-th day after ``start``, wholly paused ones left out, rolled; only the end is looked up (samples rule 3)."""
    blocked = paused_days(pauses)
    nominal = date.fromordinal(advance(start.toordinal() + 1, count, blocked) - 1)
    last = calendar.roll(nominal)
    for first, end in blocked:
        if first <= last.toordinal() < end:
            last = calendar.roll(date.fromordinal(end))
    return last, (nominal, last)


def working_hours(size: int, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Stretch]) -> datetime:
    """``size`` microseconds of open time, from the start or the next opening on."""
    return calendar.moment(advance(calendar.position(start), size, open_pauses(calendar, pauses)))


def clock_hours(size: int, start: datetime, pauses: Sequence[Stretch]) -> datetime:
    """``size`` microseconds, day and night; needs no calendar."""
    blocked = joined((ticks(first), ticks(end)) for first, end in pauses)
    return to_local(EPOCH + timedelta(microseconds=advance(ticks(start), size, blocked)))


def closed(pause: Pause, now: datetime | None) -> Stretch:
    """A pause that still goes on is taken to end now."""
    if pause.ends is not None:
        return pause.starts, pause.ends
    return pause.starts, pause.starts if now is None else max(pause.starts, to_local(now))


def open_pauses(calendar: WorkingCalendar, pauses: Sequence[Stretch]) -> list[Span]:
    """The pauses in open time: what lies between two of them while the office is shut does not part them."""
    if not pauses:
        return []
    return joined((calendar.position(first), calendar.position(end)) for first, end in pauses)


def paused_working_days(calendar: WorkingCalendar, pauses: Sequence[Stretch]) -> list[Span]:
    """Numbers of the working days all of whose office hours are paused."""
    if not pauses:
        return []
    return joined(calendar.days_inside(first, end) for first, end in open_pauses(calendar, pauses))


def paused_days(pauses: Sequence[Stretch]) -> list[Span]:
    """Ordinals of the days all of whose 24 hours are paused."""
    whole = joined((wall(first), wall(end)) for first, end in pauses)
    return joined((-(-first // DAY), end // DAY) for first, end in whole)


def wall(moment: datetime) -> int:
    """The Shanghai clock as one number: the date's ordinal, then the time within it."""
    local = to_local(moment)
    return local.toordinal() * DAY + since_midnight(local)


def ticks(moment: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (moment - EPOCH) // TICK


def day_of(moment: datetime) -> date:
    """The day a moment ends: 00:00 belongs to the day before it."""
    return (to_local(moment) - TICK).date()


def is_under_way(pause: Pause, now: datetime | None) -> bool:
    """Whether the pause holds now; without ``now``, whether it still goes on."""
    if now is None:
        return pause.ends is None
    return pause.starts <= now and (pause.ends is None or now < pause.ends)
