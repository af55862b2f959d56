"""What falls due, told: columns of a picture drawn by attributes, and the table beneath it with every number leading to its tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hotline.wording import moments, pair
from tickets.domain.calendar import WorkingCalendar
from tickets.models import Section
from tickets.queries.forecast import NOBODY, Forecast, Line

#: The picture's own units.
WIDTH, HEIGHT, HEAD, FOOT = 1_060, 180, 20, 38
Listing = Callable[..., str]


def picture(found: Forecast, calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """One column a day: where it stands, how high, what is written above and below; days off are grounded."""
    most = max([found.whole.by_day.get(day, 0) for day in found.days] or [0]) or 1
    step = WIDTH / len(found.days)
    return [_column(found, calendar, day, place * step, step, most) for place, day in enumerate(found.days)]


def _column(
    found: Forecast, calendar: WorkingCalendar, day: date, left: float, step: float, most: int
) -> dict[str, Any]:
    count = found.whole.by_day.get(day, 0)
    height = round((HEIGHT - HEAD - FOOT) * count / most, 1)
    known = calendar.day(day)
    return {
        "left": round(left, 1), "width": round(step, 1), "bar_left": round(left + step * 0.2, 1), "bar_width": round(step * 0.6, 1),
        "middle": round(left + step / 2, 1), "height": height, "top": round(HEIGHT - FOOT - height, 1),
        "above": round(HEIGHT - FOOT - height - 5, 1), "count": count, "is_off": known.hours is None,
        "is_today": day == found.today, "day": f"{day.month}/{day.day}", "weekday": moments.weekday(day),
        "title": f"{moments.day(day, found.today)} {pair(known.name_zh, known.name_en)}".strip(),
    }  # fmt: skip


def days(found: Forecast, calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """The heads of the table's columns."""
    return [
        {"date": day, "day": f"{day.month}/{day.day}", "weekday": moments.weekday(day), "is_off": not calendar.is_working(day)}
        for day in found.days
    ]  # fmt: skip


def rows(found: Forecast, sections: Mapping[int, Section], listing: Listing) -> list[dict[str, Any]]:
    """Section by section in the office's order, the whole at the end."""
    order = sorted(
        found.lines,
        key=lambda line: (
            line.section_id == NOBODY,
            getattr(sections.get(line.section_id), "order", 0),
            line.section_id,
        ),
    )
    made = [_row(found, line, _name(line, sections), listing) for line in order]
    return [*made, {**_row(found, found.whole, _("All"), listing), "is_whole": True}] if len(made) > 1 else made


def _name(line: Line, sections: Mapping[int, Section]) -> str:
    return sections[line.section_id].name if line.section_id in sections else _("Not dispatched to a section")


def _row(found: Forecast, line: Line, name: str, listing: Listing) -> dict[str, Any]:
    section = "" if line.section_id < 0 else str(line.section_id)

    def number(first: date, last: date) -> dict[str, Any]:
        count = line.within(first, last)
        return {"count": count, "address": listing(section=section, first=first, last=last) if count else ""}

    holiday = found.holiday
    return {
        "name": name,
        "overdue": {"count": line.overdue, "address": listing(section=section, overdue="1") if line.overdue else ""},
        "days": [number(day, day) for day in found.days],
        "total": number(found.days[0], found.days[-1]),
        "until": number(found.today, holiday.before) if holiday else None,
        "last_day": number(holiday.before, holiday.before) if holiday else None,
        "inside": number(holiday.first, holiday.last) if holiday else None,
        "next_day": number(holiday.after, holiday.after) if holiday else None,
    }


def holiday(found: Forecast) -> dict[str, str] | None:
    """The next holiday with its days."""
    if found.holiday is None:
        return None
    each, today = found.holiday, found.today
    span = moments.day(each.first, today)
    if each.last != each.first:
        span = f"{span} – {moments.day(each.last, today)}"
    return {
        "name": pair(each.name_zh, each.name_en or each.name_zh), "span": span, "before": moments.day(each.before, today),
        "after": moments.day(each.after, today), "ahead": str((each.first - today).days),
    }  # fmt: skip
