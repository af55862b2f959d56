"""预测: what falls due over two weeks and round the next holiday, by section; each number leads to its tickets."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.telling import forecast as telling
from hotline.telling import rows
from hotline.wording import moments, whole
from tickets.domain.moments import to_local
from tickets.queries import forecast as queries
from tickets.queries import offices
from tickets.queries.calendar import working_calendar
from tickets.queries.pages import BadCursor

from .visit import Visit, page

SIZE = 40


def own_section(visit: Visit) -> int | None:
    """A chief sees the own section's only; None: all."""
    return None if visit.scope.kind == "all" else visit.scope.section_id or 0


@page("page.board.forecast")
def forecast(visit: Visit) -> HttpResponse:
    """The picture and its table."""
    calendar = working_calendar()
    found = queries.read(visit.now, own_section(visit))
    facts = {
        "columns": telling.picture(found, calendar),
        "days": telling.days(found, calendar),
        "rows": telling.rows(found, offices.sections(), _listing),
        "holiday": telling.holiday(found),
        "overdue": found.whole.overdue,
        "total": found.whole.within(found.days[0], found.days[-1]),
        "width": telling.WIDTH,
        "height": telling.HEIGHT,
        "foot": telling.HEIGHT - telling.FOOT,
    }
    return visit.page("board/forecast.html", facts)


def _listing(**asked: Any) -> str:
    query = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asked.items() if value != ""
    }
    return f"{reverse('forecast_tickets')}?{urlencode(query)}"


@page("page.board.forecast")
def behind(visit: Visit) -> HttpResponse:
    """The tickets behind a number."""
    asked = visit.request.GET
    own, section = own_section(visit), asked.get("section", "")
    wanted = own if own is not None else whole(section)
    today, is_overdue = to_local(visit.now).date(), asked.get("overdue") == "1"
    first, last = (_day(asked.get(name, ""), today) for name in ("first", "last"))
    facts: dict[str, Any] = {"first": first, "last": last, "section_id": wanted, "is_overdue": is_overdue}
    try:
        found = queries.tickets(now=visit.now, scope=visit.scope, after=asked.get("after", ""), size=SIZE, **facts)
    except BadCursor:
        return visit.go(reverse("forecast"))
    days = moments.day(first, today) if first == last else f"{moments.day(first, today)} – {moments.day(last, today)}"
    known = offices.sections()
    name = known[wanted].name if wanted in known else _("Not dispatched to a section") if wanted == 0 else ""
    kept = {name: value for name, value in asked.items() if name != "after"}
    more = {
        "title": _("Overdue now") if is_overdue else _("Falls due: %s") % days,
        "section": name,
        "rows": rows.shown(found.rows, visit.actor),
        "next": f"?{urlencode({**kept, 'after': found.next})}" if found.next else "",
    }
    return visit.page("board/forecast_tickets.html", more)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise Http404(text) from None
