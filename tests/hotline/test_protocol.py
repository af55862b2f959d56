"""What the API promises of HTTP: versions, idempotency, strict input, one shape of refusal in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hotline.models import Answered
from tests.hotline.bureau import Bureau, Desk, dispatched
from tickets.models import Event, Ticket

CALL = {"title": "样例路围挡破损", "content": "样例路东段围挡破损。"}


def test_without_if_match_nothing_is_done(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    answer = Desk(bureau.people["handler"]).post(f"/api/tickets/{ticket.number}/sign/")
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match")
    assert Ticket.objects.get(pk=ticket.pk).state == "dispatched"


def test_two_editors_the_second_learns_who_was_first(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    first, second = Desk(bureau.people["handler"]), Desk(bureau.people["chief"])
    seen = second.get(f"/api/tickets/{ticket.number}")["ETag"]
    assert first.act(ticket, "sign").status_code == 200
    answer = second.act(ticket, "contact", {"reached": True}, version=seen)
    assert answer.status_code == 412
    changed = answer.json()["changed"]
    assert (changed["action"], changed["action_label"], changed["actor"]) == ("sign", "签收", "测试handler")
    assert answer["ETag"] == f'W/"{changed["version"]}"'
    assert changed["at"].endswith("+08:00")
    assert second.act(ticket, "contact", {"reached": True}, version=answer["ETag"]).status_code == 200


@pytest.mark.everywhere
def test_every_moment_of_a_list_is_in_shanghai_time(bureau: Bureau) -> None:
    dispatched(bureau)
    office = Desk(bureau.people["dispatcher"])
    for address in ("/api/tickets", "/api/tickets?order=due", "/api/worklists/open", "/api/search?q=样例"):
        rows = office.get(address).json()["rows"]
        moments = [row[name] for row in rows for name in ("registered_at", "dispatched_at", "due_at", "due_from")]
        assert moments, address
        assert all(moment.endswith("+08:00") for moment in moments), moments


@pytest.mark.parametrize("value", ['"x"', "7", 'W/"1", W/"2"', "*"])
def test_an_if_match_that_says_nothing_is_refused(bureau: Bureau, value: str) -> None:
    ticket = dispatched(bureau)
    assert Desk(bureau.people["handler"]).act(ticket, "sign", version=value).status_code == 400


def test_the_state_forbids_and_says_what_is_possible(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    body = {"outcome": "solved", "public_text": "已经修复完毕，谢谢反映。"}
    answer = Desk(bureau.people["handler"]).act(ticket, "draft", body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "state")
    assert {"action": "sign", "label": "签收"} in told["possible"]
    assert "待签收" in told["message"]
    english = Desk(bureau.people["handler"], language="en").act(ticket, "draft", body).json()
    assert {"action": "sign", "label": "Sign for"} in english["possible"]
    assert "Dispatched" in english["message"]


def test_the_accounts_language_is_the_default_of_its_reader(bureau: Bureau) -> None:
    user = bureau.people["handler"]
    user.language = "en"
    user.save()
    assert Desk(user).get("/api/tickets/XX-1").json()["message"].startswith("There is nothing here")
    user.language = ""
    user.save()
    assert Desk(user).get("/api/tickets/XX-1").json()["message"] == "没有这项内容，或您无权查看。"


def test_an_unknown_field_is_named(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"])
    answer = desk.post("/api/tickets", {**CALL, "titel": "x", "party": {"phne": "1"}})
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} >= {"titel"}
    nested = desk.post("/api/tickets", {**CALL, "party": {"phne": "1"}})
    assert [each["field"] for each in nested.json()["errors"]] == ["party.phne"]
    assert Ticket.objects.count() == 0
    assert desk.get("/api/tickets", stat="registered").json()["errors"][0]["field"] == "stat"


BAD: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'"text"', 400),
    (b"null", 400),
    (b'{"title": "\\u0000", "content": "x"}', 400),
    (b'{"title": "\\ud800", "content": "x"}', 400),
    (b'{"title": "\xff\xfe", "content": "x"}', 400),
    (b'{"title": "", "content": " "}', 400),
    (b'{"title": 7, "content": {"a": 1}}', 400),
    (b'{"title": "x", "called_at": "0001-01-01T00:00:00"}', 400),
    (b'{"title": "x", "called_at": "9999-12-31T23:59:59Z"}', 400),
    (b'{"title": "x", "channel": "hotline"}', 400),
    (b'{"title": "x", "related_numbers": "many"}', 400),
    (b'{"title": "' + b"x" * 201 + b'"}', 400),
    (b'{"content": "' + b"x" * (1024 * 1024) + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=range(len(BAD)))
def test_bad_bodies_are_refused_and_leave_nothing(bureau: Bureau, body: bytes, status: int) -> None:
    answer = Desk(bureau.people["intake"]).post("/api/tickets", body)
    assert answer.status_code == status, answer.content
    assert set(answer.json()) >= {"code", "message"}
    assert not Ticket.objects.exists()


BAD_QUERIES = (
    "q=%00",
    "after=xx",
    "after=WzFd%00",
    "size=0",
    "size=999",
    "due_before=soon",
    "section=%ED%A0%80",
    "state=lost",
)


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_bad_queries_are_refused(bureau: Bureau, query: str) -> None:
    answer = Desk(bureau.people["dispatcher"]).get(f"/api/tickets?{query}")
    assert answer.status_code in (200, 400) if "%ED" in query else answer.status_code == 400, answer.content


@pytest.mark.parametrize("number", ["%00", "SZ-2026-9", "..%2f", "💣"])
def test_strange_numbers_are_nothing(bureau: Bureau, number: str) -> None:
    answer = Desk(bureau.people["dispatcher"]).get(f"/api/tickets/{number}")
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] in ("not_found", "invalid")


def test_nothing_here_and_wrong_methods_speak_json(bureau: Bureau) -> None:
    desk = Desk(bureau.people["dispatcher"])
    for answer, status, code in (
        (desk.get("/api/nothing"), 404, "not_found"),
        (desk.post("/api/me"), 405, "method_not_allowed"),
        (desk.client.delete("/api/tickets"), 405, "method_not_allowed"),
        (desk.post("/api/session/none"), 404, "not_found"),
        (desk.client.post("/api/tickets", "a=1", content_type="application/x-www-form-urlencoded"), 415, "media_type"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_that_is_too_large_or_comes_as_json_is_told_how(bureau: Bureau) -> None:
    desk = Desk(bureau.people["dispatcher"])
    address = f"/api/tickets/{dispatched(bureau).number}/attach/"
    large = SimpleUploadedFile("现场.png", b"\x89PNG\r\n\x1a\n" + bytes(20 * 1024 * 1024))
    refused = desk.client.post(address, {"file": large}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "20 MB" in refused.json()["message"]
    typed = desk.post(address, {"file": "abc"}, If_Match="*")
    assert (typed.status_code, typed.json()["message"]) == (415, "请以 multipart/form-data 发送。")


def test_the_same_key_gives_the_first_answer(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"])
    first = desk.post("/api/tickets", CALL, Idempotency_Key="call-1")
    again = desk.post("/api/tickets", CALL, Idempotency_Key="call-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert Ticket.objects.count() == 1
    other = desk.post("/api/tickets", {**CALL, "title": "另一件"}, Idempotency_Key="call-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key")
    elsewhere = Desk(bureau.people["dispatcher"]).post("/api/tickets", CALL, Idempotency_Key="call-1")
    assert elsewhere.json()["number"] != first.json()["number"]


def test_what_is_kept_is_sealed(bureau: Bureau) -> None:
    told = Desk(bureau.people["intake"]).post("/api/tickets", CALL, Idempotency_Key="call-2").json()
    assert told["lookup_code"].encode() not in bytes(Answered.objects.get().body)


def test_a_refusal_is_not_kept_and_an_act_is_done_once(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    desk = Desk(bureau.people["handler"])
    early = desk.act(ticket, "submit", version=ticket.version, Idempotency_Key="k")
    assert early.status_code == 409
    assert Answered.objects.count() == 0
    done = desk.act(ticket, "sign", version=ticket.version, Idempotency_Key="k")
    again = desk.act(ticket, "sign", version=ticket.version, Idempotency_Key="k")
    assert (done.status_code, again.status_code, again["Idempotent-Replay"]) == (200, 200, "true")
    assert Event.objects.filter(ticket=ticket, action="sign").count() == 1


def test_a_key_of_seven_days_ago_is_forgotten(bureau: Bureau, settings: Any) -> None:
    from datetime import timedelta

    desk = Desk(bureau.people["intake"])
    first = desk.post("/api/tickets", CALL, Idempotency_Key="old").json()
    settings.CLOCK_OFFSET += timedelta(days=8)
    later = Desk(bureau.people["intake"]).post("/api/tickets", CALL, Idempotency_Key="old")
    assert later.status_code == 201
    assert later.json()["number"] != first["number"]


def test_the_same_number_again_is_the_same_matter(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"])
    first = desk.post("/api/tickets", {**CALL, "number": "电话-0417"})
    again = desk.post("/api/tickets", {**CALL, "number": "电话-0417"})
    assert (first.status_code, again.status_code, again.json()["result"]) == (201, 200, "calm")
    assert again.json()["number"] == first.json()["number"]


def test_a_document_nested_thousands_deep_is_unreadable_and_no_fault(db: None) -> None:
    answer = Client().post("/api/session", data="[" * 50_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
