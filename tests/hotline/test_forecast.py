"""到期预测: two weeks and the next holiday by section, its numbers lead to their tickets, a chief sees the own section, few statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import Bureau, Desk, dispatched, log_matter
from tests.tickets.making import moment
from tickets import clock
from tickets.domain.moments import to_local
from tickets.models import Ticket
from tickets.queries import forecast

pytestmark = pytest.mark.everywhere


@pytest.fixture(autouse=True)
def before_national_day(settings: Any) -> None:
    """It is Monday, 21 September 2026: Mid-autumn (25 – 27) is next."""
    settings.CLOCK_OFFSET = moment("2026-09-21 09:00") - datetime.now(UTC)


def due(ticket: Ticket, at: str, *, overdue: bool = False) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(due_at=moment(at), is_overdue=overdue)
    return ticket


def filled(bureau: Bureau) -> list[Ticket]:
    made = [dispatched(bureau) for _ in range(5)]
    due(made[0], "2026-09-22 00:00")  # Monday, 24:00
    due(made[1], "2026-09-25 00:00")  # Thursday, the last working day
    due(made[2], "2026-09-26 10:00")  # during the holiday
    due(made[3], "2026-09-18 10:00", overdue=True)
    due(made[4], "2026-12-01 10:00")  # beyond
    return [*made, due(log_matter(), "2026-09-28 17:30")]


def test_what_falls_due_when(bureau: Bureau) -> None:
    filled(bureau)
    found = forecast.read(clock.now())
    assert [line.section_id for line in found.lines] == [0, bureau.lead.pk]
    lead, whole = found.lines[1], found.whole
    assert (lead.overdue, whole.overdue) == (1, 1)
    assert {f"{day:%m-%d}": count for day, count in whole.by_day.items()} == {
        "09-21": 1,
        "09-24": 1,
        "09-26": 1,
        "09-28": 1,
    }
    holiday = found.holiday
    assert holiday is not None
    assert [f"{day:%m-%d}" for day in (holiday.before, holiday.first, holiday.last, holiday.after)] == [
        "09-24", "09-25", "09-27", "09-28",
    ]  # fmt: skip
    assert lead.within(found.today, holiday.before) == 2
    assert lead.within(holiday.first, holiday.last) == 1
    assert len(found.days) == 14


def test_every_number_leads_to_its_tickets(bureau: Bureau) -> None:
    made = filled(bureau)
    leader = Desk(bureau.people["leader"])
    body = unescape(leader.get("/board/forecast/").content.decode())
    assert "中秋节" in body
    assert "<svg" in body
    listed = leader.get(
        "/board/forecast/tickets/", section=str(bureau.lead.pk), first="2026-09-24", last="2026-09-24"
    ).content.decode()
    assert made[1].number in listed
    assert sum(ticket.number in listed for ticket in made) == 1
    late = leader.get("/board/forecast/tickets/", overdue="1").content.decode()
    assert made[3].number in late
    nobody = leader.get("/board/forecast/tickets/", section="0", first="2026-09-21", last="2026-10-04").content.decode()
    assert made[5].number in nobody
    assert leader.get("/board/forecast/tickets/", first="soon").status_code == 404


def test_a_chief_sees_the_own_section_only(bureau: Bureau) -> None:
    made = filled(bureau)
    strange = Desk(bureau.people["strange_chief"])
    assert "没有即将到期的件" in strange.get("/board/forecast/").content.decode()
    listed = strange.get("/board/forecast/tickets/", section=str(bureau.lead.pk), first="2026-09-21", last="2026-10-04")
    assert not any(ticket.number in listed.content.decode() for ticket in made)
    own = Desk(bureau.people["chief"]).get("/board/forecast/").content.decode()
    assert "未派科室" not in own
    for name in ("handler", "intake", "sysadmin", "secrecy"):
        assert Desk(bureau.people[name]).get("/board/forecast/").status_code == 403


def test_it_costs_at_most_ten_statements_however_many_there_are(bureau: Bureau) -> None:
    leader = Desk(bureau.people["leader"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            leader.get("/board/forecast/")
        return len(seen)

    def more(count: int) -> None:
        for number in range(count):
            due(dispatched(bureau), f"{to_local(clock.now()).date() + timedelta(days=number % 14)} 10:00")

    more(3)
    cost()
    before = cost()
    more(27)
    assert cost() == before <= 10
