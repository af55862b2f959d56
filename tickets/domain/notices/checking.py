"""Whether a notice can be true, and what it would change of the calendar that is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tickets.domain.calendar import NoOpenTime
from tickets.domain.edition import Amendment, Content, DayRow, Issuer, YearRow, between, forgotten
from tickets.domain.hours import BadHours, DayHours

from .notice import BadNotice, Fault, Notice

#: A year's table may reach so far into its neighbours: New Year's holiday begins in December, its make-up day may lie after it.
EARLIEST, LATEST = (12, 15), (1, 20)


def check(notice: Notice) -> None:
    """Raise BadNotice with everything that cannot be."""
    faults = [*_of_days(notice), *_of_hours(notice), *_of_year(notice)]
    if faults:
        raise BadNotice(*faults)


def _of_days(notice: Notice) -> Iterator[Fault]:
    seen: dict[date, DayRow] = {}
    for row in notice.days:
        where = row.date.isoformat()
        if row.date in seen and seen[row.date].says() != row.says():
            yield Fault(
                where,
                f"同一天既是“{seen[row.date].name_zh}”又是“{row.name_zh}”，互相矛盾。",
                "One day cannot be both: two entries contradict each other.",
            )
        seen[row.date] = row
        if row.is_working and not row.hours and row.date.weekday() < 5 and notice.issuer == Issuer.STATE:
            yield Fault(
                where,
                "补班日应为周六或周日，这一天本就上班。",
                "A make-up day is a Saturday or Sunday; this one is worked anyway.",
            )
        if notice.year is not None and not _belongs(row.date, notice.year):
            yield Fault(
                where,
                f"不在 {notice.year} 年内，请核对年份。",
                f"This day does not belong to {notice.year}: check the year.",
            )
        yield from _hours(where, row.hours)


def _belongs(day: date, year: int) -> bool:
    return date(year - 1, *EARLIEST) <= day <= date(year + 1, *LATEST)


def _of_hours(notice: Notice) -> Iterator[Fault]:
    for row in notice.hours:
        yield from _hours(row.first_date.isoformat(), row.hours)


def _hours(where: str, text: str) -> Iterator[Fault]:
    try:
        if text:
            DayHours.parse(text)
    except BadHours:
        yield Fault(
            where,
            f"办公时间看不懂：{text[:40]}，应写作 08:00-12:00,14:30-17:30。",
            "Unreadable hours: write 08:00-12:00,14:30-17:30.",
        )


def _of_year(notice: Notice) -> Iterator[Fault]:
    """A whole year's table of the State Council names every day off that the law fixes."""
    if notice.year is None or notice.issuer != Issuer.STATE:
        if not notice.days and not notice.hours:
            yield Fault("", "文件里没有任何日期。", "There is no day in this file.")
        return
    if not any(not row.is_working for row in notice.days):
        yield Fault("", f"文件里没有 {notice.year} 年的放假日。", f"There is no day off of {notice.year} in this file.")
        return
    for day, name in forgotten(notice.year, {row.date: row for row in notice.days}):
        yield Fault(
            day.isoformat(),
            f"{name}是法定假日，文件没有安排放假，可能缺漏。",
            f"{name} is a statutory day off; the file leaves it out.",
        )


def amendment(notice: Notice, content: Content) -> tuple[Amendment, list[DayRow]]:
    """What the notice changes, and the rows that stay although it says otherwise: a place's or the bureau's own order on that day.

    A year's table replaces the earlier table of that year whole. Raises BadNotice for a calendar that could not be counted by.
    """
    kept = [
        content.days[row.date] for row in notice.days
        if notice.issuer == Issuer.STATE and row.date in content.days and content.days[row.date].issuer != Issuer.STATE
    ]  # fmt: skip
    stays = {row.date for row in kept}
    days = {day: row for day, row in content.days.items() if not _replaced(row, notice)}
    days |= {row.date: _named(row, content) for row in notice.days if row.date not in stays}
    hours = {**content.hours, **{row.first_date: row for row in notice.hours}}
    years = dict(content.years)
    if notice.year is not None and notice.issuer == Issuer.STATE:
        years[notice.year] = YearRow(notice.year, notice.document, notice.announced)
    after = Content(days, hours, years)
    try:
        after.calendar()
    except (NoOpenTime, BadHours) as error:
        raise BadNotice(
            Fault("", "照此安排将没有任何办公时间。", "The office would never open under this calendar.")
        ) from error
    return between(content, after), kept


def _replaced(row: DayRow, notice: Notice) -> bool:
    """A row of an earlier table of the same year; days of its margins only where the earlier table's document names that year."""
    if notice.year is None or notice.issuer != Issuer.STATE or row.issuer != Issuer.STATE:
        return False
    return row.date.year == notice.year or (_belongs(row.date, notice.year) and f"{notice.year}年" in row.document)


def _named(row: DayRow, content: Content) -> DayRow:
    """English names that a feed does not bring are taken from earlier years."""
    if row.name_en:
        return row
    known = next((old.name_en for old in content.days.values() if old.name_zh == row.name_zh and old.name_en), "")
    return row if not known else DayRow(
        row.date, row.is_working, row.name_zh, known, row.document, row.issuer, row.announced, row.hours
    )  # fmt: skip
