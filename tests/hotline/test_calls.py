"""A telephone system's events: each counts once, in any order; the form opens with the number; missed calls are called back by one."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hotline.acting import calls as acting
from hotline.models import Call, CallState, Draft
from tests.hotline.bureau import PASSWORD, Bureau, Desk, inquiry_of
from tests.hotline.intake_desk import NUMBER, form, logged
from tickets import clock
from tickets.models import Event

pytestmark = pytest.mark.everywhere


@pytest.fixture
def clerk(bureau: Bureau) -> Desk:
    return Desk(bureau.people["intake"])


def tell(desk: Desk, event: str, call: str = "c-1", **facts: Any) -> Any:
    answer = desk.post("/api/calls", {"event": event, "call": call, **facts})
    assert answer.status_code == 200, answer.content
    return answer.json()


def at(seconds: int) -> str:
    return (clock.now() - timedelta(seconds=seconds)).isoformat()


def test_a_call_rings_is_answered_and_ends(bureau: Bureau, clerk: Desk) -> None:
    assert tell(clerk, "ring", number=NUMBER)["state"] == "ringing"
    told = tell(clerk, "answer", agent="intake")
    assert (told["state"], told["agent"]) == ("talking", "intake")
    assert tell(clerk, "hangup")["state"] == "ended"
    assert Call.objects.get().number() == NUMBER
    assert NUMBER.encode() not in bytes(Call.objects.get().sealed)


def test_events_in_any_order_and_twice_say_the_same(bureau: Bureau, clerk: Desk) -> None:
    events = [
        {"event": "ring", "number": NUMBER, "at": at(90)},
        {"event": "answer", "agent": "intake", "at": at(80)},
        {"event": "hangup", "at": at(20)},
    ]
    seen = set()
    for place, order in enumerate(permutations([*events, events[0]])):
        for event in order:
            tell(clerk, call=f"c-{place}", **event)
        call = Call.objects.get(call_id=f"c-{place}")
        assert call.agent == bureau.people["intake"]
        assert call.answered_at is not None
        assert call.ended_at is not None
        seen.add((call.came_at, call.answered_at, call.ended_at, call.number(), call.state(clock.now())))
    assert len(seen) == 1


def test_an_event_that_cannot_be_read_names_the_field(clerk: Desk) -> None:
    answer = clerk.post("/api/calls", {"event": "explode", "call": "", "nummer": "1"})
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} >= {"nummer"}
    answer = clerk.post("/api/calls", {"event": "explode", "call": ""})
    assert {each["field"] for each in answer.json()["errors"]} == {"event", "call"}
    tell(clerk, "ring", at=(clock.now() + timedelta(days=1)).isoformat())
    assert Call.objects.get().came_at <= clock.now()  # a telephone system whose clock is ahead


def test_a_machine_speaks_with_the_token_of_an_intake_account(bureau: Bureau) -> None:
    signed_in = {"username": "intake", "password": PASSWORD, "token": True}
    token = Desk().post("/api/session", signed_in).json()["token"]
    desk = Desk()
    body = {"event": "ring", "call": "c-9", "number": NUMBER}
    assert desk.post("/api/calls", body, Authorization=f"Token {token}").status_code == 200
    assert desk.post("/api/calls", body).status_code == 401
    for name in ("dispatcher", "handler", "leader", "auditor", "adapter"):
        assert Desk(bureau.people[name]).post("/api/calls", body).status_code == 403, name


def bar(desk: Desk, seen: str = "") -> Any:
    return desk.client.get("/intake/ringing/", {"seen": seen}, headers={"HX-Request": "true"})


def test_the_desk_is_told_of_its_call_and_of_nothing_while_nothing_changes(bureau: Bureau, clerk: Desk) -> None:
    assert bar(clerk).status_code == 204
    tell(clerk, "ring", number=NUMBER)
    call = Call.objects.get()
    first = bar(clerk)
    assert first.status_code == 200
    assert f'data-number="{NUMBER}"' in first.content.decode()
    assert bar(clerk, f"{call.pk}-ringing").status_code == 204
    again = clerk.client.get("/intake/ringing/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    tell(clerk, "answer", agent="intake", at=at(102))
    talking = bar(clerk, f"{call.pk}-ringing").content.decode()
    assert "通话中" in talking
    elapsed = re.search(r'data-elapsed="(\d+)"', talking)
    assert elapsed is not None
    assert 102 <= int(elapsed[1]) < 112
    tell(clerk, "hangup")
    over = bar(clerk, f"{call.pk}-talking")
    assert over.status_code == 200
    assert "data-call" not in over.content.decode()
    assert bar(clerk).status_code == 204


def test_a_call_rings_where_it_rings_and_is_his_who_answers(bureau: Bureau, clerk: Desk) -> None:
    office = Desk(bureau.people["dispatcher"])
    clerk.client.post("/intake/calls/extension/", {"extension": "8001"})
    tell(clerk, "ring", number=NUMBER, extension="8001")
    assert bar(clerk).status_code == 200
    assert bar(office).status_code == 204
    tell(clerk, "ring", number=NUMBER, agent="dispatcher")
    assert bar(office).status_code == 200
    tell(clerk, "answer", agent="dispatcher")
    assert bar(clerk).status_code == 204
    assert "通话中" in bar(office).content.decode()
    assert clerk.get(f"/intake/?call={Call.objects.get().pk}").content.decode().count(NUMBER) == 0
    office.client.post("/intake/calls/extension/", {"extension": "8001"})  # somebody else sits there now
    assert 'value="8001"' not in clerk.get("/intake/calls/").content.decode()


def test_who_has_answered_a_call_keeps_it(bureau: Bureau, clerk: Desk) -> None:
    office = Desk(bureau.people["dispatcher"])
    tell(clerk, "ring", number=NUMBER, agent="dispatcher")
    tell(clerk, "answer", agent="dispatcher")
    assert tell(clerk, "answer", agent="intake")["agent"] == "dispatcher"
    address = f"/intake/?call={Call.objects.get().pk}"
    for _ in ("talking", "ended"):
        assert NUMBER in office.get(address).content.decode()
        assert NUMBER not in clerk.get(address).content.decode()
        tell(clerk, "hangup")


def test_a_call_of_nobody_closes_when_its_matter_is_logged_or_hours_have_passed(
    bureau: Bureau, clerk: Desk, settings: Any
) -> None:
    for name in ("logged", "left"):
        tell(clerk, "ring", name, number=NUMBER)
        tell(clerk, "answer", name)
        tell(clerk, "hangup", name)
    first, second = (f"/intake/?call={Call.objects.get(call_id=name).pk}" for name in ("logged", "left"))
    assert all(NUMBER in clerk.get(address).content.decode() for address in (first, second))
    logged(clerk, call=first.rpartition("=")[2])
    office = Desk(bureau.people["dispatcher"])
    assert [NUMBER in office.get(address).content.decode() for address in (first, second)] == [False, True]
    settings.CLOCK_OFFSET += timedelta(hours=5)
    assert NUMBER not in Desk(bureau.people["dispatcher"]).get(second).content.decode()


def test_without_scripts_the_form_opens_with_the_number_and_the_matter_hangs_on_the_call(clerk: Desk) -> None:
    tell(clerk, "ring", number=NUMBER)
    tell(clerk, "answer", agent="intake")
    call = Call.objects.get()
    body = clerk.get(f"/intake/?call={call.pk}").content.decode()
    assert f'name="incoming_phone" type="tel" inputmode="tel" value="{NUMBER}"' in body
    clerk.client.post("/intake/draft/", form(call=str(call.pk)))
    assert Draft.objects.get().place == f"intake/{call.pk}"
    assert "另有一份登记尚未提交" in clerk.get("/intake/").content.decode()
    ticket = logged(clerk, call=str(call.pk))
    call.refresh_from_db()
    assert call.inquiry == inquiry_of(ticket)
    assert not Draft.objects.exists()
    assert ticket.number in clerk.get("/intake/calls/").content.decode()


def test_missed_callers_wait_and_one_of_us_calls_back(bureau: Bureau, clerk: Desk) -> None:
    for call in ("c-1", "c-2"):
        tell(clerk, "ring", call, number=NUMBER)
        tell(clerk, "hangup", call)
    tell(clerk, "ring", "c-3", number="19900005678", at=at(400))  # nobody told that it ended
    assert "未接 3" in clerk.get("/intake/").content.decode()
    body = clerk.get("/intake/calls/").content.decode()
    assert body.count("199****1234") == 2
    assert NUMBER not in body
    first = Call.objects.get(call_id="c-1")
    answer = clerk.client.post(f"/intake/calls/{first.pk}/back/")
    assert answer["Location"] == f"/intake/?call={first.pk}"
    assert NUMBER in clerk.get(answer["Location"]).content.decode()
    assert Event.objects.filter(chain="calls", action="call_back").count() == 1
    assert Call.objects.filter(called_back_by=bureau.people["intake"]).count() == 2  # both calls of this caller
    office = Desk(bureau.people["dispatcher"])
    assert office.client.post(f"/intake/calls/{first.pk}/back/")["Location"] == "/intake/calls/"
    assert "已有同事先行回拨" in office.get("/intake/calls/").content.decode()
    assert NUMBER not in office.get(f"/intake/?call={first.pk}").content.decode()
    assert office.client.post("/intake/calls/999999/back/").status_code == 404


def test_of_two_who_looked_at_once_the_second_opens_no_number(
    bureau: Bureau, clerk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(clerk, "ring", number=NUMBER)
    tell(clerk, "hangup")
    call = Call.objects.get()
    monkeypatch.setattr("hotline.web.calls.telling.missed", lambda now: Call.objects.all())  # as both saw it
    assert clerk.client.post(f"/intake/calls/{call.pk}/back/")["Location"] == f"/intake/?call={call.pk}"
    office = Desk(bureau.people["dispatcher"])
    assert office.client.post(f"/intake/calls/{call.pk}/back/")["Location"] == "/intake/calls/"
    assert "已有同事先行回拨" in office.get("/intake/calls/").content.decode()
    assert Event.objects.filter(chain="calls", action="call_back").count() == 1
    call.refresh_from_db()
    assert call.called_back_by == bureau.people["intake"]


def test_without_a_telephone_system_nothing_of_it_is_there(clerk: Desk) -> None:
    body = clerk.get("/intake/").content.decode()
    assert "/intake/ringing/" not in body
    assert "/intake/calls/" not in body
    assert "尚未接入电话系统" in clerk.get("/intake/calls/").content.decode()


def test_what_was_never_ended_is_over_after_a_while(bureau: Bureau, clerk: Desk) -> None:
    now = clock.now()
    tell(clerk, "ring", "long", number=NUMBER, at=at(5 * 3600))
    tell(clerk, "answer", "long", agent="intake", at=at(5 * 3600 - 10))
    assert Call.objects.get(call_id="long").state(now) is CallState.ENDED
    assert acting.going_on(bureau.people["intake"], now) is None


def test_old_calls_are_forgotten(clerk: Desk) -> None:
    tell(clerk, "ring", "old", number=NUMBER)
    Call.objects.update(came_at=clock.now() - acting.KEPT_FOR - timedelta(days=1))
    tell(clerk, "ring", "new", number=NUMBER)
    assert list(Call.objects.values_list("call_id", flat=True)) == ["new"]


def test_the_lists_cost_the_same_with_many_calls(clerk: Desk) -> None:
    counted = []
    for many in (3, 27):
        for place in range(many):
            tell(clerk, "ring", f"{many}-{place}", number=NUMBER)
            if place % 2:
                tell(clerk, "hangup", f"{many}-{place}")
        asked = []
        clerk.get("/intake/")  # phrases and projects are built once in a process
        for address in ("/intake/calls/", "/intake/ringing/", "/intake/"):
            with CaptureQueriesContext(connection) as found:
                clerk.get(address)
            asked.append(len(found))
        counted.append(asked)
    assert counted[0] == counted[1]
    assert counted[0][1] <= 3
