"""Faults of peers in counting days and hours, each once: what went wrong there, and what ours answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.tickets.domain.test_clocks_oracle import Happened
from tests.tickets.making import moment
from tickets.domain import notices
from tickets.domain.calendar import NoOpenTime, SpecialDay, WorkingCalendar
from tickets.domain.clock_events import ClockEventKind
from tickets.domain.deadlines import Pause, Terms, due
from tickets.domain.hours import parse_office_hours
from tickets.domain.reckoning import standing
from tickets.domain.seed import seed_calendar

CALENDAR = seed_calendar()
SAMPLES = Path(__file__).parents[1] / "samples"
K = ClockEventKind


def ends(
    amount: object, unit: str, start: str, *pauses: tuple[str, str], calendar: WorkingCalendar = CALENDAR
) -> datetime:
    spans = [Pause(moment(first), moment(last)) for first, last in pauses]
    return due(Terms(str(amount), unit), moment(start), calendar, spans).moment


def test_glpi10594() -> None:
    """Waiting was measured in wall time and added as working time: a night's pause costs a working-hours limit nothing."""
    plain = ends(8, "working_hours", "2026-03-03 16:00")
    assert ends(8, "working_hours", "2026-03-03 16:00", ("2026-03-03 18:00", "2026-03-04 07:00")) == plain


def test_glpi467() -> None:
    """No make-up Saturday: 10 October 2026 is worked and counts."""
    assert ends(2, "working_days", "2026-10-08 09:00") == moment("2026-10-11 00:00")


def test_glpi8129() -> None:
    """A calendar with no open day looped to 2038: ours is refused when it is made."""
    shut = [SpecialDay(date(2026, 1, 1) + timedelta(days=day), False) for day in range(365)]
    with pytest.raises(NoOpenTime):
        WorkingCalendar(shut, covered_from=date(2026, 1, 1), covered_until=date(2026, 12, 31))


def test_zammad_dtstart() -> None:
    """A feed's long holiday became one day: DTSTART to DTEND is read whole."""
    notice = notices.read((SAMPLES / "notices" / "2027.ics").read_bytes(), year=2027, document="样例通知")
    october = [row.date for row in notice.days if row.date.month == 10 and not row.is_working]
    assert october == [date(2027, 10, day) for day in range(1, 8)]


def test_glpi_86400() -> None:
    """Steps of 86,400 seconds counted a day twice at a clock change: dates are counted, also where China had summer time."""
    found = WorkingCalendar().add_days(date(2026, 3, 6), 5)
    assert found == date(2026, 3, 13)


def test_chatwoot_friday() -> None:
    """Rolling over kept Friday's closing time: the new day's own hours are used."""
    summer = CALENDAR.with_hours(parse_office_hours("08:00-12:00,14:30-17:30|2026-06-01 08:00-12:00,15:00-18:00"))
    found = due(Terms("1", "working_days", "close"), moment("2026-05-29 10:00"), summer).moment
    assert found == moment("2026-06-01 18:00")


def test_helpdesk_inverted() -> None:
    """Excluded days made tickets escalate earlier: a holiday never hastens."""
    without = WorkingCalendar(covered_from=date(2026, 1, 1), covered_until=date(2026, 12, 31))
    for start in ("2026-09-28 10:00", "2026-02-10 10:00", "2026-04-30 10:00"):
        with_holidays = [SpecialDay(date(2026, 10, day), False) for day in range(1, 8)]
        holidays = WorkingCalendar(with_holidays, covered_from=date(2026, 1, 1), covered_until=date(2026, 12, 31))
        assert ends(5, "working_days", start, calendar=holidays) >= ends(5, "working_days", start, calendar=without)


def test_signalen_holiday() -> None:
    """Three working days from 30 September ended on 3 October: National Day does not count."""
    assert ends(3, "working_days", "2026-09-30 10:00") == moment("2026-10-11 00:00")


def test_signalen_utc() -> None:
    """The weekday was taken in UTC: Friday 17:00 UTC is Saturday in Shanghai."""
    found = due(Terms("1", "working_days"), datetime(2026, 3, 5, 17, 0, tzinfo=UTC), CALENDAR).moment
    assert found == moment("2026-03-10 00:00")  # begun on Friday the 6th, so Monday the 9th


def test_osticket6847() -> None:
    """A lunch break was impossible: a limit in hours steps over it."""
    assert ends(1, "working_hours", "2026-03-03 11:30") == moment("2026-03-03 15:00")


def test_servicenow_swap() -> None:
    """A schedule swap summed two schedules: each day has the hours of one version."""
    hours = parse_office_hours("08:00-12:00,14:30-17:30|2026-06-01 09:00-17:00")
    swapped = CALENDAR.with_hours(hours)
    assert swapped.between(moment("2026-05-29 00:00"), moment("2026-06-02 00:00")) == (7 + 8) * 3600


def test_glpi6902() -> None:
    """A new policy forgot earlier pauses: other terms keep them, and what was used."""
    start, paused, resumed = moment("2026-03-02 09:00"), moment("2026-03-03 00:00"), moment("2026-03-05 00:00")
    events = [
        Happened(K.START, start, terms={"amount": "10", "unit": "working_days"}),
        Happened(K.PAUSE, paused, ground="suspension"),
        Happened(K.RESUME, resumed),
        Happened(K.RECOUNT, resumed, terms={"amount": "5", "unit": "working_days"}, policy_id=2, policy_version=1),
    ]
    found = standing(events, CALENDAR, moment("2026-03-06 09:00"))
    assert found.reckoned.due_at == moment("2026-03-12 00:00")  # 5 days and the two paused ones


def test_bkitsm_refresh() -> None:
    """A change of priority gave elapsed time back: what was used stays used, under terms of the same kind."""
    start, now = moment("2026-03-02 09:00"), moment("2026-03-04 09:00")
    events = [Happened(K.START, start, terms={"amount": "10", "unit": "working_days"})]
    before = standing(events, CALENDAR, now).used
    events.append(Happened(K.RECOUNT, now, terms={"amount": "3", "unit": "working_days"}, amount=Decimal(0)))
    assert standing(events, CALENDAR, now).used == before > 0
