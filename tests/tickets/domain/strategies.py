"""What hypothesis draws: moments, hours, calendars, terms and pauses that an office could have."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from tickets.domain.calendar import SpecialDay, WorkingCalendar
from tickets.domain.hours import DayHours, OfficeHours
from tickets.domain.moments import SHANGHAI
from tickets.domain.terms import End, Pause, Terms, Unit

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)

days = st.dates(FIRST, date(2026, 6, 30))
moments = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2026, 6, 30),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)
minutes = moments.map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def day_hours(draw: st.DrawFn) -> DayHours:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    return DayHours(tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=True)))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    versions = [OfficeHours(None, draw(day_hours()))]
    if draw(st.booleans()):
        versions.append(OfficeHours(draw(days), draw(day_hours())))
    rows = [
        SpecialDay(day, is_working, hours=draw(st.none() | day_hours()) if is_working else None)
        for day, is_working in draw(st.dictionaries(days, st.booleans(), max_size=25)).items()
    ]
    return WorkingCalendar(rows, versions, covered_from=FIRST, covered_until=LAST)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    unit = draw(st.sampled_from(Unit))
    amount = st.integers(1, 60) if unit.is_days else st.integers(1, 400).map(lambda quarters: quarters / 4)
    return Terms(draw(amount), unit, draw(st.sampled_from(End)))


def near(start: datetime) -> st.SearchStrategy[list[Pause]]:
    """Pauses about the start, so that they matter."""

    def pause(offset: int, length: int) -> Pause:
        first = start + timedelta(minutes=offset * 30)
        return Pause(first, first + timedelta(minutes=length * 30))

    return st.lists(st.builds(pause, st.integers(-200, 1000), st.integers(0, 500)), max_size=4)
