"""The hotline's stand-in keeps its contract: feed, commands, files, ledger, refusals and misbehaviour."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from .callers import PUBLIC_REPLY, HotlineCaller, reply_body
from .running import Running

NUMBER = "260302091200000017"
NOW = datetime.fromisoformat("2026-03-02T09:15:03+08:00")


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineCaller]:
    with Running(tmp_path, now=NOW, only=("hotline",)) as platforms:
        yield HotlineCaller(platforms)


def signed(hotline: HotlineCaller, number: str = NUMBER, **record: Any) -> str:
    hotline.dispatch(number, **record)
    assert hotline.command(number, "sign", {"round": 1, "signer": "测试丙"}).status_code == 200
    return number


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_feed_pages_by_an_opaque_cursor_and_never_repeats(hotline: HotlineCaller) -> None:
    numbers = [hotline.dispatch(f"2603020912000000{n:02d}") for n in range(5)]
    first = hotline.feed(limit=2)
    second = hotline.feed(cursor=first["nextCursor"], limit=2)
    third = hotline.feed(cursor=second["nextCursor"], limit=2)
    assert [page["hasMore"] for page in (first, second, third)] == [True, True, False]
    assert [item["orderNo"] for page in (first, second, third) for item in page["items"]] == numbers
    empty = hotline.feed(cursor=third["nextCursor"])
    assert empty["items"] == []
    assert hotline.feed(cursor=empty["nextCursor"])["items"] == []


def test_feed_knows_since_limits_and_the_age_of_a_cursor(hotline: HotlineCaller) -> None:
    hotline.dispatch("260302091200000001")
    cursor = hotline.feed()["nextCursor"]
    hotline.platforms.control("clock", {"now": (NOW + timedelta(days=31)).isoformat()})
    hotline.dispatch("260302091200000002")
    assert refusal(hotline.get("/hotlineTickets/feed", cursor=cursor)) == (410, "E4100")
    assert [item["orderNo"] for item in hotline.feed(since="2026-03-10 00:00:00")["items"]] == ["260302091200000002"]
    for params in ({"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"cursor": "***"}, {"since": "gestern"}):
        assert refusal(hotline.get("/hotlineTickets/feed", **params)) == (400, "E4001")


def test_an_ordinary_life_counts_versions_and_ends_in_the_ledger(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    contact = {"round": 1, "isContacted": "1", "contactTime": "2026-03-02 10:00:00"}
    assert hotline.command(number, "contact", contact).json()["data"]["status"] == "20"
    told = hotline.command(number, "reply", reply_body()).json()["data"]
    assert (told["status"], told["version"], told["receiptNo"][:8]) == ("50", 4, "HZ260302")
    row = hotline.get("/ledger", date="2026-03-02").json()["data"]["rows"][0]
    digest = hashlib.sha256(PUBLIC_REPLY.encode()).hexdigest()
    assert (row["status"], row["version"], row["replyNo"], row["replySha256"]) == ("50", 4, 1, digest)
    for kind in ("accept", "satisfaction", "close"):
        hotline.happen(number, kind)
    assert hotline.ticket(number)["status"] == "80"
    assert hotline.platforms.book("hotline")[number, 1]["meaning"] == "closed"
    events = [item["eventType"] for item in hotline.feed()["items"]]
    assert events == ["dispatch", "accept", "satisfaction", "close"]


def test_the_same_key_gives_the_first_answer_and_acts_once(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    first = hotline.command(number, "reply", reply_body(), "ob-1")
    again = hotline.command(number, "reply", reply_body(), "ob-1")
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert again.json()["data"] == first.json()["data"]
    other = hotline.command(number, "reply", reply_body(publicReply=PUBLIC_REPLY + "!"), "ob-1")
    assert refusal(other) == (409, "E4091")
    assert hotline.ticket(number)["version"] == 3


def test_a_refusal_is_not_stored_under_its_key_and_keys_live_seven_days(hotline: HotlineCaller) -> None:
    number = hotline.dispatch()
    body = {"round": 1, "signer": "测试丙"}
    assert refusal(hotline.command(number, "reply", reply_body(), "ob-1")) == (409, "E4090")
    assert hotline.command(number, "sign", body, "ob-1").status_code == 200
    hotline.platforms.control("clock", {"now": (NOW + timedelta(days=8)).isoformat()})
    assert refusal(hotline.command(number, "sign", body, "ob-1")) == (409, "E4090")


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        (b"{", "E4001", ["body"]),
        (b"[]", "E4001", ["body"]),
        ("publicReply=", "E4001", ["publicReply"]),
        ("handleResult=无", "E4001", ["handleResult"]),
        ({"isTrue": 1}, "E4001", ["isTrue"]),
        ({"round": "1"}, "E4001", ["round"]),
        ({"resolution": "7"}, "E4001", ["resolution"]),
        ({"handleFiles": "F1"}, "E4001", ["handleFiles"]),
        ({"contactTime": "2026-13-45"}, "E4001", ["contactTime"]),
        ({"publicReply": "太短"}, "E4220", ["publicReply"]),
        ({"publicReply": "长" * 4001}, "E4220", ["publicReply"]),
        ({"contactTime": ""}, "E4220", ["contactTime"]),
        ({"isContacted": "0"}, "E4220", ["notContactReason"]),
        ({"resolution": "3"}, "E4220", ["promisedDate"]),
        ({"resolution": "0"}, "E4220", ["unsolvedReason"]),
        ({"isBeyondDuty": "1"}, "E4220", ["beyondDutyType"]),
        ({"handleFiles": ["F00"], "contactFiles": ["F01"]}, "E4220", ["contactFiles", "handleFiles"]),
    ],
)
def test_a_wrong_reply_is_refused_with_its_fields(
    hotline: HotlineCaller, body: Any, code: str, fields: list[str]
) -> None:
    if isinstance(body, str):
        name, _, value = body.partition("=")
        body = {name: value}
    number = signed(hotline)
    response = hotline.command(number, "reply", body if isinstance(body, bytes) else reply_body(**body))
    assert response.json()["code"] == code
    assert sorted(error["field"] for error in response.json()["errors"]) == fields
    assert hotline.ticket(number)["status"] == "20"


def test_an_anonymous_caller_needs_no_reason_for_no_contact(hotline: HotlineCaller) -> None:
    number = signed(hotline, anonymous=True)
    assert hotline.command(number, "reply", reply_body(isContacted="0", contactTime="")).status_code == 200


def test_stale_rounds_unknown_numbers_and_foreign_tickets(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    stale = hotline.command(number, "reply", reply_body(redoNo=1))
    assert refusal(stale) == (409, "E4092")
    assert stale.json()["data"] == {"status": "20", "round": 1, "redoNo": 0}
    assert refusal(hotline.command("260302091200009999", "sign", {"round": 1, "signer": "a"})) == (404, "E4040")
    hotline.dispatch("260302091200000088", extra={"unit": "341300ZZ"})
    assert refusal(hotline.get("/hotlineTickets/260302091200000088")) == (403, "E4030")
    assert refusal(hotline.get("/ledger/x")) == (404, "E4040")
    assert refusal(hotline.get(f"/hotlineTickets/{number}/sign")) == (405, "E4050")
    keyless = hotline.platforms.http.get("/api/hotlineTickets/feed")
    assert refusal(keyless) == (401, "E4010")


def test_a_refused_return_must_be_handled(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    body = {"round": 1, "reasonCode": "01", "reason": "该道路不属于我局管理范围,建议另派"}
    assert refusal(hotline.command(number, "return", body | {"reason": "不是我们"})) == (422, "E4220")
    receipt = hotline.command(number, "return", body).json()["data"]
    assert receipt["status"] == "30"
    hotline.happen(number, "return_decision", result="0")
    event = hotline.feed()["items"][-1]
    assert (event["status"], event["detail"]["result"], event["detail"]["requestNo"]) == (
        "20",
        "0",
        receipt["receiptNo"],
    )
    assert hotline.ticket(number)["mustHandle"] == "1"
    assert refusal(hotline.command(number, "return", body)) == (409, "E4093")
    hotline.happen(number, "return_decision", status=409)


def test_an_extension_waits_for_its_ruling_and_moves_the_deadline(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    assert hotline.ticket(number)["expectedDeadline"] == "2026-03-12"
    body = {"round": 1, "reason": "需等待专家论证后施工", "newDeadline": "2026-03-20", "approver": "测试庚"}
    early = hotline.command(number, "extension", body | {"newDeadline": "2026-03-12"})
    assert refusal(early) == (422, "E4220")
    assert hotline.command(number, "extension", body).json()["data"]["status"] == "20"
    assert refusal(hotline.command(number, "extension", body)) == (409, "E4094")
    hotline.happen(number, "extension_decision", result="1")
    assert hotline.ticket(number)["expectedDeadline"] == "2026-03-20"
    hotline.platforms.control("clock", {"now": "2026-03-21T00:00:01+08:00"})
    assert refusal(hotline.command(number, "extension", body | {"newDeadline": "2026-03-30"})) == (409, "E4094")


def test_bounce_redo_and_a_new_round(hotline: HotlineCaller) -> None:
    number = signed(hotline)
    hotline.command(number, "reply", reply_body())
    hotline.happen(number, "bounce", reasons=["公开答复有错别字"])
    assert hotline.command(number, "reply", reply_body()).json()["data"]["status"] == "50"
    hotline.happen(number, "accept")
    hotline.happen(number, "redo", reason="未解决")
    assert refusal(hotline.command(number, "reply", reply_body())) == (409, "E4092")
    assert hotline.command(number, "reply", reply_body(redoNo=1)).status_code == 200
    hotline.happen(number, "redispatch", reason="再次来电")
    rows = hotline.get("/ledger", date="2026-03-02").json()["data"]["rows"]
    assert [(row["round"], row["status"], row["redoNo"], row["replyNo"]) for row in rows] == [
        (1, "50", 1, 3),
        (2, "10", 0, 0),
    ]
    ticket = hotline.ticket(number)
    assert (ticket["round"], ticket["redoNo"], ticket["isRepeat"]) == (2, 0, "1")
    assert refusal(hotline.command(number, "reply", reply_body(redoNo=1))) == (409, "E4092")


def test_lodged_calls_come_back_through_the_feed(hotline: HotlineCaller) -> None:
    body = {
        "callerName": "测试甲", "contactPhone": "19900001234", "appealType": "01", "appealSubject": "样例桥何时通车",
        "incidentAddress": "样例湖大桥", "urgencyLevel": "1", "clientRef": "OWN-1",
    }  # fmt: skip
    missing = hotline.post("/hotlineTickets", {"callerName": "测试甲"})
    assert refusal(missing) == (400, "E4001")
    assert {error["field"] for error in missing.json()["errors"]} >= {"contactPhone", "appealSubject"}
    made = hotline.post("/hotlineTickets", body)
    assert made.status_code == 201
    ticket = hotline.feed()["items"][0]["ticket"]
    assert (ticket["orderNo"], ticket["clientRef"], ticket["appealType"]) == (
        made.json()["data"]["orderNo"],
        "OWN-1",
        "01",
    )


def test_equal_bytes_lodged_without_a_key_are_one_call(hotline: HotlineCaller) -> None:
    body = ('{"callerName":"测试甲","contactPhone":"19900001234","appealType":"01","appealSubject":"咨询","incidentAddress":"样例路",'
            '"urgencyLevel":"1"}').encode()  # fmt: skip
    http, headers = hotline.platforms.http, {"x-api-key": "demo-hotline-key"}
    first, again = (http.post("/api/hotlineTickets", content=body, headers=headers) for _ in range(2))
    assert first.json()["data"] == again.json()["data"]
    assert len(hotline.feed()["items"]) == 1


def test_files_go_up_and_come_down(hotline: HotlineCaller) -> None:
    def upload(name: str, raw: bytes) -> httpx.Response:
        headers = {"x-api-key": "demo-hotline-key", "Content-Type": "image/jpeg", "X-File-Name": name}
        return hotline.platforms.http.post("/api/files", content=raw, headers=headers)

    raw = b"\xff\xd8" + b"x" * 2000
    first = upload("%E7%8E%B0%E5%9C%BA1.jpg", raw)
    assert first.status_code == 201
    data = first.json()["data"]
    assert (data["size"], data["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert upload("other.jpg", raw).json()["data"]["fileId"] == data["fileId"]
    assert hotline.get(f"/files/{data['fileId']}").content == raw
    number = signed(hotline)
    assert hotline.command(number, "reply", reply_body(handleFiles=[data["fileId"]])).status_code == 200
    assert refusal(upload("run.exe", raw)) == (415, "E4150")
    assert refusal(upload("big.jpg", b"0" * (20 * 1024 * 1024 + 1))) == (413, "E4130")
    assert refusal(hotline.get("/files/F0")) == (404, "E4040")


def test_the_ledger_pages_and_shows_each_round_of_the_day(hotline: HotlineCaller) -> None:
    numbers = [hotline.dispatch(f"2603020912000000{n:02d}") for n in range(5)]
    seen, cursor, more = [], "", True
    while more:
        page = hotline.get("/ledger", date="2026-03-02", limit=2, cursor=cursor).json()["data"]
        seen += [row["orderNo"] for row in page["rows"]]
        cursor, more = page["nextCursor"], page["hasMore"]
        assert page["total"] == 5
    assert seen == numbers
    assert hotline.get("/ledger", date="2026-03-01").json()["data"]["rows"] == []
    assert refusal(hotline.get("/ledger", date="2026-3-2")) == (400, "E4001")


def test_the_autopilot_brings_a_reply_to_its_end(tmp_path: Path) -> None:
    from .receiver import until

    with Running(tmp_path, autopilot=True, only=("hotline",)) as platforms:
        hotline = HotlineCaller(platforms)
        number = signed(hotline)
        hotline.command(number, "reply", reply_body())
        until(lambda: hotline.ticket(number)["status"] == "80")
        assert [item["eventType"] for item in hotline.feed()["items"]] == [
            "dispatch",
            "accept",
            "satisfaction",
            "close",
        ]


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("twice", lambda items: len(items) == 2 and items[0] == items[1]),
        ("no_number", lambda items: "orderNo" not in items[1] and items[0]["orderNo"] == NUMBER),
        ("null_text", lambda items: items[0]["ticket"]["appealContent"] is None),
        ("bad_date", lambda items: items[0]["ticket"]["callTime"] == "2026-13-45"),
        ("unknown_event", lambda items: items[1]["eventType"] == "pilot_notice"),
        ("not_object", lambda items: isinstance(items[1], str)),
        ("counters_text", lambda items: (items[0]["round"], items[0]["ticket"]["version"]) == ("1", "1")),
        ("attachments_text", lambda items: items[0]["ticket"]["attachments"] in (None, "无")),
        (
            "late_dispatch",
            lambda items: [(item["eventType"], item["version"]) for item in items] == [("urge", 2), ("dispatch", 1)],
        ),
        ("older_update", lambda items: [item["version"] for item in items] == [1, 3, 2]),
    ],
)
def test_the_feed_misbehaves_on_demand(hotline: HotlineCaller, name: str, check: Any) -> None:
    hotline.platforms.control("misbehave", {"platform": "hotline", "name": name, "times": 1})
    hotline.dispatch(NUMBER)
    assert check(hotline.feed()["items"])
    hotline.dispatch("260302091200000018")
    assert hotline.feed()["items"][-1]["orderNo"] == "260302091200000018"
