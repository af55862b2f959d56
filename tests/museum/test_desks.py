"""Faults of peers that concern what people at the desks see and what is written for them: what went wrong there, and what ours does."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched, make_bureau
from tests.journeys.office import open_office
from tests.tickets.making import make_ticket
from tickets.actions import intake
from tickets.actions.intake import batch
from tickets.domain.actors import platform
from tickets.models import Event, Inquiry, Notice, Reading, Route, Ticket
from tickets.queries import worklists
from tickets.queries.pages import COUNTED
from tickets.queries.scopes import EVERYTHING
from tickets.queries.worklists import Worklist

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


@pytest.fixture
def bureau(db: None) -> Bureau:
    return make_bureau()


def statements(desk: Desk, address: str) -> int:
    desk.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(address).status_code == 200
    return len(asked)


def test_helpdesk_list(bureau: Bureau) -> None:
    """An API list of 50 asked for each row again (57 s at 100,000 tickets): ours asks the same of fifty rows as of three."""
    office = Desk(bureau.people["dispatcher"])
    for _ in range(3):
        dispatched(bureau)
    few = statements(office, "/api/tickets?size=50")
    for _ in range(47):
        dispatched(bureau)
    assert statements(office, "/api/tickets?size=50") == few
    assert len(office.get("/api/tickets?size=50").json()["rows"]) == 50


def test_osticket5365() -> None:
    """Counters counted 800,000 tickets anew on each page: ours are one statement for all of them, and stop counting at a thousand."""
    make_ticket()
    wanted = (Worklist.QUEUE, Worklist.OVERDUE, Worklist.OPEN, Worklist.ALL)
    with CaptureQueriesContext(connection) as asked:
        found = worklists.counts(worklists=wanted, scope=EVERYTHING)
    assert found["all"] == 1
    assert len(asked) == 1
    assert asked[0]["sql"].count(f"LIMIT {COUNTED}") == len(wanted)


def test_signalen_rule() -> None:
    """A routing rule that raises was skipped in silence: ours alarms the office, and the other rules go on."""
    office = open_office()
    Route.objects.create(name="坏规则", order=0, section=office.sections["roads"], conditions={"nonsense": [1]})
    ticket = office.dispatched()
    assert ticket.section == office.sections["quality"]
    assert Route.objects.get(name="坏规则").trouble
    assert Notice.objects.filter(kind="route_trouble", role="dispatcher").exists()


def test_shist_replay() -> None:
    """A batch written again with ``ignore_conflicts`` got a second history: a replay of ours writes no row, no history and no event."""
    office = open_office()
    first = [office.incoming(), office.incoming()]
    batch.receive_many(incomings=first, actor=platform("hotline"), now=office.now)
    tables = (Ticket, Ticket.history.model, Inquiry, Inquiry.history.model, Event)
    before = [table.objects.count() for table in tables]
    batch.receive_many(incomings=first, actor=platform("hotline"), now=office.wait(hours=1))
    intake.receive(incoming=first[0], actor=platform("hotline"), now=office.now)
    assert [table.objects.count() for table in tables] == before


def test_baoshan_leak(bureau: Bureau) -> None:
    """A forwarded picture of a ticket, and nobody could say who had looked: ours names the looker on the page and keeps the look, and
    a contributing section gets no petitioner at all."""
    ticket = dispatched(bureau, bureau.people["helper"].section)
    page = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert 'class="watermark"' in page
    assert bureau.people["handler"].name in page.split('class="watermark"')[1]
    assert Reading.objects.get(ticket=ticket).user == bureau.people["handler"]
    helping = Desk(bureau.people["helper"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert PARTY.name not in helping
    assert PARTY.phone not in helping
