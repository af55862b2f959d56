"""Logging, listing, reading and acting over HTTP."""

from __future__ import annotations

import pytest

from tests.hotline.bureau import Bureau, Desk, dispatched, log_matter
from tickets.models import Ticket
from tickets.queries.calendar import working_calendar

pytestmark = pytest.mark.everywhere


def test_a_call_is_logged_routed_and_answered_with_its_number(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"])
    body = {
        "channel": "direct",
        "title": "样例路围挡破损",
        "content": "样例路东段施工围挡破损。",
        "type": "complaint",
        "place": "样例路东段",
        "party": {"name": "测试甲", "phone": "19900001234"},
    }
    answer = desk.post("/api/tickets", body)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["number"].startswith("LD-")
    assert len(told["lookup_code"]) == 17
    assert told["state"] == "registered"
    assert told["route_reason"]
    assert answer["Location"] == f"/api/tickets/{told['number']}"
    again = desk.post("/api/tickets", body).json()
    assert [each["number"] for each in again["duplicates"]] == [told["number"]]
    assert "phone" in again["duplicates"][0]["reasons"]


def test_a_list_is_a_few_statements_and_pages_by_key(bureau: Bureau, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    tickets = [log_matter(title=f"样例事项{place}") for place in range(5)]
    desk = Desk(bureau.people["dispatcher"])
    working_calendar()  # built once in a process
    with django_assert_max_num_queries(4):  # session, account, rows, has the calendar changed?
        first = desk.get("/api/tickets", size=2).json()
    assert [row["number"] for row in first["rows"]] == [tickets[4].number, tickets[3].number]
    second = desk.get("/api/tickets", size=2, after=first["next"]).json()
    assert [row["number"] for row in second["rows"]] == [tickets[2].number, tickets[1].number]
    third = desk.get("/api/tickets", size=2, after=second["next"]).json()
    assert [row["number"] for row in third["rows"]] == [tickets[0].number]
    assert third["next"] == ""


def test_two_chinese_characters_find_a_ticket(bureau: Bureau) -> None:
    found, _other = (
        log_matter(title="井盖丢失", content="样例路口。"),
        log_matter(title="路灯不亮", content="样例路口。"),
    )
    desk = Desk(bureau.people["dispatcher"])
    assert [row["number"] for row in desk.get("/api/tickets", q="井盖").json()["rows"]] == [found.number]


def test_a_section_signs_and_the_answer_says_where_it_stands(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    read = desk.get(f"/api/tickets/{ticket.number}")
    assert read.status_code == 200, read.content
    assert read["ETag"] == f'W/"{ticket.version}"'
    told = read.json()
    possible = {each["action"] for each in told["actions"] if each["is_possible"]}
    assert "sign" in possible
    assert "submit" not in possible
    answer = desk.post(f"/api/tickets/{ticket.number}/sign/", {}, If_Match=read["ETag"])
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "in_progress"
    assert answer["ETag"] == f'W/"{ticket.version + 1}"'
    assert Ticket.objects.get(pk=ticket.pk).handler == bureau.people["handler"]


def test_the_clocks_are_told_in_words(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    clocks = Desk(bureau.people["handler"]).get(f"/api/tickets/{ticket.number}").json()["clocks"]
    assert {"sign", "contact"} <= {clock["kind"] for clock in clocks}
    assert all(clock["explanation"] for clock in clocks)


def test_the_story_and_the_changes_of_a_ticket(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["dispatcher"])
    amended = desk.act(ticket, "amend", {"title": "样例路围栏破损", "reason": "名称记错"})
    assert amended.status_code == 200, amended.content
    story = desk.get(f"/api/tickets/{ticket.number}/timeline").json()["rows"]
    assert [line["code"] for line in story if line["kind"] == "act"] == ["receive", "dispatch", "amend"]
    newest = desk.get(f"/api/tickets/{ticket.number}/history").json()["rows"][0]
    titles = [change for change in newest["changes"] if change["field"] == "title"]
    assert titles == [{"field": "title", "old": "样例路围挡破损", "new": "样例路围栏破损"}]
    assert newest["actor"] == "测试dispatcher"


def test_of_very_many_changes_the_newest_are_told(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.telling.changes.MOST", 2)
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["dispatcher"])
    for number in range(1, 5):
        assert desk.act(ticket, "amend", {"title": f"样例路{number}号", "reason": "名称记错"}).status_code == 200
    rows = desk.get(f"/api/tickets/{ticket.number}/history").json()["rows"]
    titles = [(each["old"], each["new"]) for row in rows for each in row["changes"] if each["field"] == "title"]
    assert titles == [("样例路3号", "样例路4号"), ("样例路2号", "样例路3号")]


def test_a_last_slash_is_forgiven(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    assert desk.get(f"/api/tickets/{ticket.number}/").status_code == 200
    answer = desk.post(f"/api/tickets/{ticket.number}/sign", {}, If_Match='W/"1"')
    assert answer.status_code == 412
