"""版次: the whole content of the calendar at one time as plain data, what a proposal would change of it, and on which days that shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from .calendar import WorkingCalendar
from .chain import canonical, sha256
from .days import SpecialDay
from .hours import DEFAULT_OFFICE_HOURS, DayHours, OfficeHours
from .statutory import statutory_days
from .words import Labelled

ONE_DAY = timedelta(days=1)


class Issuer(Labelled):
    """Who decided that a day is special; a notice of the state does not sweep away what a place or the bureau ordered for itself."""

    STATE = "state", "国务院办公厅", "State Council"
    LOCAL = "local", "地方安排", "Local order"
    OWN = "own", "本单位安排", "The bureau's own order"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One special day. ``hours`` is their text, blank for the office hours in force."""

    date: date
    is_working: bool
    name_zh: str
    name_en: str = ""
    document: str = ""
    issuer: str = Issuer.STATE.value
    announced: bool = True
    hours: str = ""

    def special(self) -> SpecialDay:
        """As the calendar reads it; BadHours for hours that are none."""
        hours = DayHours.parse(self.hours) if self.hours else None
        return SpecialDay(self.date, self.is_working, self.name_zh, self.name_en, self.document, self.announced, hours)

    def says(self) -> tuple[Any, ...]:
        """What the day is, whoever says so."""
        return self.is_working, self.announced, self.hours


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Office hours from a first day on."""

    first_date: date
    hours: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year whose table is loaded."""

    year: int
    document: str = ""
    announced: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """All rows of the calendar, by what names each."""

    days: Mapping[date, DayRow] = field(default_factory=dict)
    hours: Mapping[date, HoursRow] = field(default_factory=dict)
    years: Mapping[int, YearRow] = field(default_factory=dict)

    def calendar(self) -> WorkingCalendar:
        """What is counted by. Raises BadHours, NoOpenTime."""
        covered_from, covered_until = self.covered()
        return WorkingCalendar(
            [row.special() for row in self.days.values()], self._hours(), covered_from=covered_from, covered_until=covered_until
        )  # fmt: skip

    def _hours(self) -> tuple[OfficeHours, ...]:
        """The earliest version also speaks for the days before it."""
        rows = [self.hours[day] for day in sorted(self.hours)]
        return (
            tuple(
                OfficeHours(row.first_date if place else None, DayHours.parse(row.hours))
                for place, row in enumerate(rows)
            )
            or DEFAULT_OFFICE_HOURS
        )

    def covered(self) -> tuple[date | None, date | None]:
        """First and last day of the unbroken run of announced years."""
        years = sorted(row.year for row in self.years.values() if row.announced)
        if not years:
            return None, None
        last = years[0]
        for year in years[1:]:
            if year != last + 1:
                break
            last = year
        return date(years[0], 1, 1), date(last, 12, 31)

    def plain(self) -> dict[str, Any]:
        """For JSON, in order."""
        tables: tuple[tuple[str, Mapping[Any, Any]], ...] = (
            ("days", self.days),
            ("hours", self.hours),
            ("years", self.years),
        )
        return {name: [_plain(rows[key]) for key in sorted(rows)] for name, rows in tables}

    def digest(self) -> str:
        """What an edition is known by."""
        return sha256(canonical(self.plain()))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Content:
        """Back from JSON."""
        days = [DayRow(**{**row, "date": date.fromisoformat(row["date"])}) for row in plain["days"]]
        hours = [HoursRow(**{**row, "first_date": date.fromisoformat(row["first_date"])}) for row in plain["hours"]]
        years = [YearRow(**row) for row in plain["years"]]
        return cls(
            {row.date: row for row in days}, {row.first_date: row for row in hours}, {row.year: row for row in years}
        )


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(row).items()}


@dataclass(frozen=True, slots=True)
class Amendment:
    """What would change: rows put in place of those of the same day or year, and what goes."""

    days: tuple[DayRow, ...] = ()
    no_days: tuple[date, ...] = ()
    hours: tuple[HoursRow, ...] = ()
    no_hours: tuple[date, ...] = ()
    years: tuple[YearRow, ...] = ()
    no_years: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any((self.days, self.no_days, self.hours, self.no_hours, self.years, self.no_years))

    def of(self, content: Content) -> Content:
        """The content as it would be."""
        gone, shut = set(self.no_days), set(self.no_hours)
        return Content(
            {day: row for day, row in content.days.items() if day not in gone} | {row.date: row for row in self.days},
            {day: row for day, row in content.hours.items() if day not in shut} | {row.first_date: row for row in self.hours},
            {year: row for year, row in content.years.items() if year not in self.no_years} | {row.year: row for row in self.years},
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        content = Content(
            {row.date: row for row in self.days}, {row.first_date: row for row in self.hours}, {row.year: row for row in self.years}
        )  # fmt: skip
        gone = {
            "no_days": [day.isoformat() for day in self.no_days],
            "no_hours": [day.isoformat() for day in self.no_hours],
            "no_years": list(self.no_years),
        }
        return {**content.plain(), **gone}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Amendment:
        """Back from JSON."""
        content = Content.of(plain)
        return cls(
            tuple(content.days.values()),
            tuple(date.fromisoformat(day) for day in plain["no_days"]),
            tuple(content.hours.values()),
            tuple(date.fromisoformat(day) for day in plain["no_hours"]),
            tuple(content.years.values()),
            tuple(plain["no_years"]),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that is another than before: its row, where it has one, before and after."""

    date: date
    before: DayRow | None
    after: DayRow | None


def between(before: Content, after: Content) -> Amendment:
    """What makes the one of the other; rows that only say the same again are left out."""
    return Amendment(
        tuple(row for day, row in sorted(after.days.items()) if before.days.get(day) != row),
        tuple(sorted(before.days.keys() - after.days.keys())),
        tuple(row for day, row in sorted(after.hours.items()) if before.hours.get(day) != row),
        tuple(sorted(before.hours.keys() - after.hours.keys())),
        tuple(row for year, row in sorted(after.years.items()) if before.years.get(year) != row),
        tuple(sorted(before.years.keys() - after.years.keys())),
    )


def differences(before: Content, after: Content) -> list[Difference]:
    """Row by row, in order of date."""
    days = sorted({day for day in (*before.days, *after.days) if before.days.get(day) != after.days.get(day)})
    return [Difference(day, before.days.get(day), after.days.get(day)) for day in days]


def reach(before: Content, after: Content) -> tuple[date, date] | None:
    """The first and last day that a count would read otherwise (worked, hours, or only provisional before); None when there is none."""
    years = {day.year for day in (*before.days, *after.days) if before.days.get(day) != after.days.get(day)}
    years |= {year for year in (*before.years, *after.years) if before.years.get(year) != after.years.get(year)}
    turns = {day for day in (*before.hours, *after.hours) if before.hours.get(day) != after.hours.get(day)}
    if not years and not turns:
        return None
    if turns:
        later = [day for day in (*before.hours, *after.hours) if day > max(turns)]
        years |= {min(turns).year, min(later).year if later else max(turns).year + 2}
    one, other = before.calendar(), after.calendar()
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    changed = [day for day in _days(first, last) if _seen(one, day) != _seen(other, day)]
    return (changed[0], changed[-1]) if changed else None


def _seen(calendar: WorkingCalendar, day: date) -> tuple[Any, ...]:
    working = calendar.is_working(day)
    return working, calendar.is_provisional(day), str(calendar.hours_on(day)) if working else ""


def _days(first: date, last: date) -> Iterable[date]:
    return (first + ONE_DAY * place for place in range((last - first).days + 1))


def forgotten(year: int, days: Mapping[date, DayRow]) -> list[tuple[date, str]]:
    """Days off that the law itself fixes (since 2025) and on which a table of that year would have the office open."""
    if year < 2025:
        return []
    return [
        (day, names[0])
        for day, names in sorted(statutory_days(year).items())
        if (days[day].is_working if day in days else day.weekday() < 5)
    ]
