"""The business platform's stand-in keeps its contract: signatures, pushes and retries, commands, links, ledger, misbehaviour."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.platforms.business_signing import sign_request, sign_webhook
from integrations.platforms.values import reply_digest

from .callers import PUBLIC_REPLY, BusinessCaller, solve_body
from .receiver import Receiver, until
from .running import Running

NUMBER = "QY2026030200000017"
NOW = datetime.fromisoformat("2026-03-02T09:15:03+08:00")
KEY = "whsec_ZXhhbXBsZS1rZXktb2YtdGhlLXdpcmUtZG9jdW1lbnQ="


@pytest.fixture
def business(tmp_path: Path) -> Iterator[BusinessCaller]:
    with Running(tmp_path, now=NOW, only=("business",)) as platforms:
        yield BusinessCaller(platforms)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def pushing(tmp_path: Path, receiver: Receiver) -> Iterator[BusinessCaller]:
    with Running(tmp_path, now=NOW, push_to=receiver.url, only=("business",)) as platforms:
        yield BusinessCaller(platforms)


def refusal(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def is_signed(push: tuple[dict[str, str], bytes], key: str = KEY) -> bool:
    """Verified anew from the words of Standard Webhooks."""
    headers, body = push
    secret = base64.b64decode(key.removeprefix("whsec_"))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(secret, message, hashlib.sha256).digest()).decode()
    return right in headers["webhook-signature"].split(" ")


def test_the_vectors_of_the_contract() -> None:
    body = b'{"type":"endpoint.ping","timestamp":"2026-03-02T09:15:03+08:00","data":{}}'
    assert (
        sign_webhook(KEY, "evt_0000000000000017", 1772414103, body) == "v1,i6891Xtaw3pT7Cx7+Wh4u70EJQgG6/AxzCeFnoOD8d0="
    )
    target = f"/openapi/v1/demands/{NUMBER}/start"
    signature = sign_request("example-secret", "POST", target, "1773300000", "0123456789abcdef", b'{"round":1}')
    assert signature == "03ad204a07fb9deea6bb883cf0ec811f2f9540b523582e23299e4bc53143086f"
    digest = "fc601e36949f186ce8dac555b226d0b042aa2f44b278a5ebfd908b27113878c9"
    assert {reply_digest(text) for text in ("已整改。\r\n谢谢", "已整改。\n谢谢", "已整改。\r谢谢")} == {digest}
    assert reply_digest("") == ""


def test_a_demand_is_pushed_signed_and_stands_in_the_catch_up(pushing: BusinessCaller, receiver: Receiver) -> None:
    pushing.dispatch()
    push = receiver.wait(1)[0]
    assert is_signed(push)
    event = json.loads(push[1])
    assert pushing.changes() == [event]
    assert (event["id"], event["type"]) == (push[0]["webhook-id"], "demand.assigned")
    assert abs(int(push[0]["webhook-timestamp"]) - NOW.timestamp()) < 60
    assert (event["data"]["seq"], event["data"]["demand"]["status"]) == (1, "assigned")
    pushing.happen("", "ping")
    assert json.loads(receiver.wait(2)[1][1])["type"] == "endpoint.ping"
    assert len(pushing.changes()) == 1


def test_a_push_that_fails_is_tried_again_on_the_schedule(pushing: BusinessCaller, receiver: Receiver) -> None:
    receiver.status = 500
    pushing.dispatch()
    moment = NOW
    for tries, seconds in enumerate((5, 300, 1800, 7200, 18000, 36000, 50400), start=1):
        receiver.wait(tries)
        until(lambda tries=tries: len(pushing.platforms.control("pushes?platform=business")["rows"]) == tries)  # type: ignore[misc]
        moment += timedelta(seconds=seconds + 30)
        pushing.platforms.control("clock", {"now": moment.isoformat()})
    pushes = receiver.wait(8)
    until(lambda: len(pushing.platforms.control("pushes?platform=business")["rows"]) == 8)
    pushing.platforms.control("clock", {"now": (moment + timedelta(days=9)).isoformat()})
    pushing.happen("", "ping")
    receiver.wait(9)
    assert len({push[0]["webhook-id"] for push in pushes}) == 1
    assert len({push[1] for push in pushes}) == 1
    assert len({push[0]["webhook-timestamp"] for push in pushes}) == 8
    assert all(is_signed(push) for push in pushes)
    assert [json.loads(push[1])["type"] for push in receiver.pushes[8:]] == ["endpoint.ping"]


def test_410_stops_the_pushing_until_it_is_resumed(pushing: BusinessCaller, receiver: Receiver) -> None:
    receiver.status = 410
    pushing.dispatch()
    receiver.wait(1)
    until(lambda: bool(pushing.platforms.control("pushes?platform=business")["rows"]))
    receiver.status = 204
    pushing.happen(NUMBER, "urge")
    time.sleep(0.3)
    assert len(receiver.pushes) == 1
    pushing.happen("", "resume")
    kinds = {json.loads(push[1])["type"] for push in receiver.wait(3)[1:]}
    assert kinds == {"demand.urged", "endpoint.ping"}


@pytest.mark.parametrize("name", ["wrong_signature", "old_timestamp", "new_key_only"])
def test_a_wrong_push_is_right_when_it_is_tried_again(pushing: BusinessCaller, receiver: Receiver, name: str) -> None:
    receiver.status = 401
    pushing.platforms.control("misbehave", {"platform": "business", "name": name, "times": 1})
    pushing.dispatch()
    wrong = receiver.wait(1)[0]
    now = pushing.platforms.world.clock.now()
    is_fresh = abs(int(wrong[0]["webhook-timestamp"]) - now.timestamp()) < 300
    assert not (is_signed(wrong) and is_fresh)
    until(lambda: bool(pushing.platforms.control("pushes?platform=business")["rows"]))
    pushing.platforms.control("clock", {"now": (now + timedelta(seconds=6)).isoformat()})
    right = receiver.wait(2)[1]
    assert is_signed(right)
    assert right[1] == wrong[1]


def test_pushes_twice_late_never_and_by_two_keys(pushing: BusinessCaller, receiver: Receiver) -> None:
    def misbehave(name: str, **how: Any) -> None:
        pushing.platforms.control("misbehave", {"platform": "business", "name": name, "times": 1} | how)

    misbehave("twice", where="push")
    pushing.dispatch("QY2026030200000001")
    assert len({push[0]["webhook-id"] for push in receiver.wait(2)}) == 1
    misbehave("never_push")
    pushing.dispatch("QY2026030200000002")
    misbehave("two_keys")
    pushing.dispatch("QY2026030200000003")
    third = receiver.wait(3)[2]
    assert json.loads(third[1])["data"]["demandNo"] == "QY2026030200000003"
    assert third[0]["webhook-signature"].startswith("v1a,")
    assert is_signed(third)
    assert is_signed(third, pushing.platforms.keys.webhook_next)
    assert [event["data"]["demandNo"][-1] for event in pushing.changes()] == ["1", "2", "3"]


def test_requests_need_signature_window_and_a_fresh_nonce(business: BusinessCaller) -> None:
    path = f"/demands/{business.dispatch()}"
    assert refusal(BusinessCaller(business.platforms, "other").call("GET", path)) == (401, "bad_signature")
    now = int(business.platforms.world.clock.now().timestamp())
    late = business.call("GET", path, X_Timestamp=str(now - 310))
    assert refusal(late) == (401, "timestamp_out_of_window")
    assert datetime.fromisoformat(late.json()["serverTime"]).tzinfo is not None
    nonce = "0123456789abcdef"
    assert business.call("GET", path, X_Nonce=nonce).status_code == 200
    assert refusal(business.call("GET", path, X_Nonce=nonce)) == (401, "nonce_reused")
    assert refusal(business.call("GET", path, X_Nonce="short")) == (401, "bad_signature")
    assert refusal(business.call("GET", path + "x")) == (404, "not_found")
    assert refusal(business.call("POST", "/ledger")) == (405, "method_not_allowed")


def test_three_steps_fill_three_moments(business: BusinessCaller) -> None:
    number = business.dispatch()
    assert business.start(number).json()["status"] == "started"
    answer = {"round": 1, "redoNo": 0, "answer": "已安排现场踏勘,正在制定临时通道方案。"}
    assert business.command(number, "answer", answer).json()["status"] == "answered"
    told = business.command(number, "solve", solve_body()).json()
    assert (told["status"], told["seq"]) == ("solved", 4)
    row = business.call("GET", "/ledger?date=2026-03-02&after=&limit=10").json()["rows"][0]
    assert row["replySha256"] == reply_digest(PUBLIC_REPLY)
    assert row["answerSha256"] == reply_digest(answer["answer"])
    assert all(row[name].endswith("+08:00") for name in ("startedAt", "answeredAt", "solvedAt"))
    business.happen(number, "satisfaction")
    business.happen(number, "close")
    assert business.platforms.book("business")[number, 1]["meaning"] == "closed"


def test_solving_at_once_fills_the_answer_too(business: BusinessCaller) -> None:
    number = business.dispatch()
    business.start(number)
    business.command(number, "solve", solve_body())
    demand = business.demand(number)
    assert demand["answeredAt"] == demand["solvedAt"] is not None


def test_the_same_key_gives_the_first_answer(business: BusinessCaller) -> None:
    number = business.dispatch()
    business.start(number)
    first, again = (business.command(number, "solve", solve_body(), "ob-9") for _ in range(2))
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert refusal(business.command(number, "solve", solve_body(outcome="explained"), "ob-9")) == (
        409,
        "idempotency_conflict",
    )
    assert business.demand(number)["seq"] == 3


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"round": "1"}, "bad_request", "round"),
        ({"outcome": "5"}, "bad_request", "outcome"),
        ({"handlingDetail": ""}, "bad_request", "handlingDetail"),
        ({"attachments": "A1"}, "bad_request", "attachments"),
        ({"publicReply": "太短"}, "content_refused", "publicReply"),
        ({"outcome": "in_progress"}, "content_refused", "promisedDate"),
        ({"attachments": ["A1"]}, "content_refused", "attachments"),
    ],
)
def test_a_wrong_solution_names_its_field(
    business: BusinessCaller, body: dict[str, Any], code: str, field: str
) -> None:
    number = business.dispatch()
    business.start(number)
    response = business.command(number, "solve", solve_body(**body))
    assert response.json()["code"] == code
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_states_rounds_and_foreign_demands(business: BusinessCaller) -> None:
    number = business.dispatch()
    too_early = business.command(number, "solve", solve_body())
    assert refusal(too_early) == (409, "state_conflict")
    assert too_early.json()["current"] == {"status": "assigned", "round": 1, "redoNo": 0, "seq": 1}
    assert refusal(business.start(number, round=2)) == (409, "stale_round")
    business.dispatch("QY2026030200000099", extra={"unit": "341300ZZ"})
    assert refusal(business.call("GET", "/demands/QY2026030200000099")) == (403, "not_yours")
    assert business.changes()[-1]["data"]["demandNo"] == number


def test_return_refused_then_handled_redo_and_new_round(business: BusinessCaller) -> None:
    number = business.dispatch()
    business.start(number)
    body = {"round": 1, "reason": "该事项属经开区管委会职责,建议转办"}
    assert business.command(number, "return", body).json()["status"] == "return_pending"
    business.happen(number, "return_decision", agreed=False)
    assert (business.demand(number)["status"], business.demand(number)["mustHandle"]) == ("started", True)
    assert refusal(business.command(number, "return", body)) == (409, "return_not_allowed")
    business.command(number, "solve", solve_body())
    business.happen(number, "redo", reason="仍未通行")
    assert refusal(business.command(number, "solve", solve_body())) == (409, "stale_round")
    answer = {"round": 1, "redoNo": 1, "answer": "已再次组织现场会商,三日内答复。"}
    assert business.command(number, "answer", answer).json()["status"] == "redo"
    assert business.command(number, "solve", solve_body(redoNo=1)).json()["status"] == "solved"
    business.happen(number, "redispatch")
    assert [(row["round"], row["state"]) for row in business.platforms.book("business").values()] == [
        (1, "solved"),
        (2, "assigned"),
    ]
    assert [event["data"]["seq"] for event in business.changes()] == [1, 4, 6, 9]


def test_an_extension_moves_the_limit_of_its_step(business: BusinessCaller) -> None:
    number = business.dispatch()
    business.start(number)
    body = {
        "round": 1,
        "step": "answer",
        "newLimit": "2026-03-10",
        "reason": "需等待设计变更批复文件",
        "approver": "测试庚",
    }
    assert refusal(business.command(number, "extension", body | {"newLimit": "2026-03-05"})) == (422, "content_refused")
    assert business.command(number, "extension", body).status_code == 200
    business.happen(number, "extension_decision", agreed=True)
    assert business.demand(number)["limits"]["answerBy"] == "2026-03-10"
    business.platforms.control("clock", {"now": "2026-03-11T00:00:01+08:00"})
    assert refusal(business.command(number, "extension", body | {"newLimit": "2026-03-20"})) == (
        409,
        "extension_too_late",
    )


def test_attachment_links_live_a_day(business: BusinessCaller) -> None:
    number = business.dispatch(extra={"files": [["现场.jpg", "pixels"]]})
    url = business.demand(number)["attachments"][0]["url"]
    http = business.platforms.http
    assert http.get(url).content == b"pixels"
    assert refusal(http.get(url[:-1] + ("0" if url[-1] != "0" else "1"))) == (403, "link_expired")
    business.platforms.control("clock", {"now": (NOW + timedelta(hours=25)).isoformat()})
    assert refusal(http.get(url)) == (403, "link_expired")
    assert http.get(business.demand(number)["attachments"][0]["url"]).content == b"pixels"


def test_catch_up_and_ledger_page(business: BusinessCaller) -> None:
    numbers = [business.dispatch(f"QY202603020000000{n}") for n in range(5)]
    seen, after, more = [], "", True
    while more:
        page = business.call("GET", f"/demands/changes?after={after}&limit=2").json()
        seen += [event["data"]["demandNo"] for event in page["items"]]
        after, more = page["next"], page["more"]
    assert seen == numbers
    assert business.call("GET", f"/demands/changes?after={after}&limit=2").json() == {
        "items": [],
        "next": after,
        "more": False,
    }
    rows, after, more = [], "", True
    while more:
        page = business.call("GET", f"/ledger?date=2026-03-02&after={after.replace('#', '%23')}&limit=2").json()
        rows += [row["demandNo"] for row in page["rows"]]
        after, more = page["next"], page["more"]
    assert rows == numbers
    assert refusal(business.call("GET", "/demands/changes?limit=101")) == (400, "bad_request")


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("no_number", lambda events: "demandNo" not in events[1]["data"]),
        ("null_text", lambda events: events[0]["data"]["demand"]["content"] is None),
        ("bad_date", lambda events: events[0]["data"]["demand"]["submittedAt"] == "2026-13-45"),
        ("unknown_event", lambda events: events[1]["type"] == "demand.piloted"),
        ("not_object", lambda events: isinstance(events[1], str)),
        ("counters_text", lambda events: events[0]["data"]["seq"] == "1"),
        ("late_dispatch", lambda events: [event["data"]["seq"] for event in events] == [2, 1]),
        ("older_update", lambda events: [event["data"]["seq"] for event in events] == [1, 3, 2]),
        ("twice", lambda events: events[0] == events[1]),
    ],
)
def test_its_events_misbehave_on_demand(business: BusinessCaller, name: str, check: Any) -> None:
    business.platforms.control("misbehave", {"platform": "business", "name": name, "times": 1})
    business.dispatch()
    assert check(business.changes())


def test_odd_demands_have_forms_that_live_systems_sent(business: BusinessCaller) -> None:
    business.platforms.control("misbehave", {"platform": "business", "name": "odd_demand", "share": 1})
    for n in range(20):
        business.dispatch(f"QY20260302000000{n:02d}")
    demands = [event["data"]["demand"] for event in business.changes()]
    assert any(demand["enterprise"] is None for demand in demands)
    assert any(isinstance(demand["category"], str) for demand in demands)
    assert any(demand["limits"]["answerBy"] == 3 for demand in demands)
    assert any((demand["enterprise"] or {}).get("uscc") == "341300000000001" for demand in demands)


def test_its_clock_may_be_minutes_off(business: BusinessCaller) -> None:
    number = business.dispatch()
    business.platforms.control("misbehave", {"platform": "business", "name": "clock_skew", "seconds": 400})
    answer = business.call("GET", f"/demands/{number}")
    assert refusal(answer) == (401, "timestamp_out_of_window")
    theirs = datetime.fromisoformat(answer.json()["serverTime"])
    assert 390 < (theirs - business.platforms.world.clock.now()).total_seconds() < 401
