"""上线: many short calls in one sitting, whose limits run from the programme; the last one corrected or withdrawn; a summary on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hotline.models import Draft, RadioSession
from tests.hotline.bureau import Bureau, Desk, inquiry_of
from tests.hotline.intake_desk import NUMBER, rule
from tickets import clock
from tickets.actions import handling
from tickets.domain.moments import to_local
from tickets.models import Ticket, Timer

pytestmark = pytest.mark.everywhere


@pytest.fixture
def clerk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["intake"])


def opened(desk: Desk, days_ago: int = 2) -> RadioSession:
    on_air = (to_local(clock.now()) - timedelta(days=days_ago)).replace(hour=9, minute=30, second=0, microsecond=0)
    answer = desk.client.post(
        "/intake/radio/", {"programme": "政风行风热线", "on_air_at": f"{on_air:%Y-%m-%dT%H:%M}", "guest": "样例局长"}
    )
    assert answer.status_code == 303, answer.content.decode()
    return RadioSession.objects.get(pk=answer["Location"].split("/")[3])


def call(desk: Desk, session: RadioSession, entry: str = "e1", **typed: Any) -> Any:
    given = {"entry": entry, "phone": NUMBER, "content": "样例路口路灯不亮，请修。", "place": "样例路", "type": "help"}
    return desk.client.post(f"/intake/radio/{session.pk}/", {**given, **typed})


def test_a_call_is_logged_and_its_limit_runs_from_the_programme(bureau: Bureau, clerk: Desk) -> None:
    session = opened(clerk)
    assert call(clerk, session).status_code == 303
    ticket = Ticket.objects.get()
    inquiry = inquiry_of(ticket)
    assert (ticket.channel, ticket.number[:3], ticket.type) == ("radio", "SX-", "help")
    assert inquiry.dispatched_at == inquiry.called_at == session.on_air_at
    timer = Timer.objects.get(inquiry=inquiry, kind="reply")
    assert timer.started_at == session.on_air_at
    assert timer.due_at is not None
    assert (to_local(timer.due_at) - to_local(session.on_air_at)).days >= 7
    assert "节目播出" in clerk.get(f"/intake/receipt/{ticket.number}/").content.decode()


def test_nobodys_number_is_an_anonymous_listener_and_enter_twice_is_one_call(clerk: Desk) -> None:
    session = opened(clerk)
    call(clerk, session, phone="")
    call(clerk, session, phone="")
    assert inquiry_of(Ticket.objects.get()).is_anonymous
    call(clerk, session, entry="e2", phone="")
    assert Ticket.objects.count() == 2
    assert clerk.get(f"/intake/radio/{session.pk}/").content.decode().count("匿名听众") >= 2


def test_a_fragment_brings_the_empty_form_and_the_grown_list(clerk: Desk) -> None:
    session = opened(clerk)
    given = {"entry": "e1", "phone": NUMBER, "content": "样例路口路灯不亮，请修。", "type": "help"}
    answer = clerk.client.post(f"/intake/radio/{session.pk}/", given, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in body
    assert "199****1234" in body
    assert NUMBER not in body
    wrong = clerk.client.post(f"/intake/radio/{session.pk}/", {**given, "content": ""}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert f'value="{NUMBER}"' in wrong.content.decode()


def test_the_last_call_is_corrected_and_what_was_stays_in_the_history(bureau: Bureau, clerk: Desk) -> None:
    session = opened(clerk)
    call(clerk, session)
    ticket = Ticket.objects.get()
    row = session.calls.get()
    address = f"/intake/radio/{session.pk}/{row.pk}/"
    assert "样例路口路灯不亮" in clerk.get(address).content.decode()
    for content, phone in (("示范路口路灯不亮，请修。", ""), ("示范路北口路灯不亮，请修。", "19900005678")):
        answer = clerk.client.post(address, {"content": content, "place": "示范路", "type": "help", "phone": phone})
        assert answer.status_code == 303, answer.content.decode()
    ticket.refresh_from_db()
    assert (ticket.content, ticket.place, ticket.title) == (
        "示范路北口路灯不亮，请修。",
        "示范路",
        "示范路北口路灯不亮，请修",
    )
    inquiry = inquiry_of(ticket)
    assert inquiry.person is not None
    assert inquiry.person.party().phone == "19900005678"
    assert inquiry.dispatched_at == session.on_air_at
    assert ticket.events.filter(action="amend", user_id=bureau.people["intake"].pk).count() == 2
    assert Ticket.objects.count() == 1


def test_a_call_is_withdrawn_until_a_section_has_signed(bureau: Bureau, clerk: Desk) -> None:
    rule(bureau, dispatches=True, words=("路灯",))
    session = opened(clerk)
    for entry in ("e1", "e2"):
        call(clerk, session, entry=entry)
    first, second = session.calls.order_by("id")
    assert clerk.client.post(f"/intake/radio/{session.pk}/{second.pk}/withdraw/").status_code == 303
    second.inquiry.ticket.refresh_from_db()
    assert second.inquiry.ticket.state == "terminated"
    body = clerk.get(f"/intake/radio/{session.pk}/").content.decode()
    assert 'class="gone"' in body
    assert f"/{first.pk}/withdraw/" in body  # the last that can still be mended
    ticket = first.inquiry.ticket
    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    handling.sign(ticket=ticket, actor=bureau.actor("handler"), now=clock.now())
    refused = clerk.client.post(f"/intake/radio/{session.pk}/{first.pk}/withdraw/")
    assert refused.status_code == 409
    assert "请由办公室撤单" in refused.content.decode()


def test_a_closed_session_prints_and_takes_no_more_until_it_is_opened_again(clerk: Desk) -> None:
    session = opened(clerk)
    call(clerk, session)
    call(clerk, session, entry="e2", phone="", content="建议公园加座椅。", type="suggestion")
    clerk.client.post(f"/intake/radio/{session.pk}/{session.calls.last().pk}/withdraw/")  # type: ignore[union-attr]
    closed = clerk.client.post(f"/intake/radio/{session.pk}/close/")
    assert closed["Location"] == f"/intake/radio/{session.pk}/summary/"
    body = clerk.get(closed["Location"]).content.decode()
    for said in ("样例局长", "求助 1", "其中撤单 1", "199****1234", "data-print"):
        assert said in body, said
    assert "建议 1" not in body
    late = call(clerk, session, entry="e3")
    assert late.status_code == 422
    assert "本场已结束" in late.content.decode()
    assert clerk.get(f"/intake/radio/{session.pk}/").status_code == 303
    clerk.client.post(f"/intake/radio/{session.pk}/close/", {"do": "open"})
    assert call(clerk, session, entry="e3").status_code == 303
    assert Ticket.objects.count() == 3


def test_a_programme_is_opened_on_its_day_and_the_next_has_its_name(clerk: Desk) -> None:
    tomorrow = to_local(clock.now()) + timedelta(days=1)
    answer = clerk.client.post("/intake/radio/", {"programme": "样例节目", "on_air_at": f"{tomorrow:%Y-%m-%dT%H:%M}"})
    assert answer.status_code == 422
    assert "以后的节目请在当天开场" in answer.content.decode()
    assert 'value="样例节目"' in answer.content.decode()
    assert "还没有上线场次" in answer.content.decode()
    session = opened(clerk)
    session.programme = "样例民生热线"
    session.save()
    assert 'value="样例民生热线"' in clerk.get("/intake/radio/").content.decode()


def test_what_is_typed_is_kept(bureau: Bureau, clerk: Desk) -> None:
    session = opened(clerk)
    clerk.client.post(f"/intake/radio/{session.pk}/draft/", {"phone": NUMBER, "content": "说到一半", "type": "help"})
    assert Draft.objects.get().place == f"radio/{session.pk}"
    assert "说到一半" in clerk.get(f"/intake/radio/{session.pk}/").content.decode()
    call(clerk, session)
    assert not Draft.objects.exists()


def test_the_sitting_costs_the_same_with_many_calls(clerk: Desk) -> None:
    session = opened(clerk)
    counted = []
    for many in (3, 27):
        for place in range(many):
            call(clerk, session, entry=f"{many}-{place}")
        asked = []
        for address in ("", "summary/"):
            with CaptureQueriesContext(connection) as found:
                assert clerk.get(f"/intake/radio/{session.pk}/{address}").status_code == 200
            asked.append(len(found))
        with CaptureQueriesContext(connection) as found:
            clerk.get("/intake/radio/")
        counted.append([*asked, len(found)])
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 6
