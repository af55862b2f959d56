"""What we tell the hotline: its bodies field by field, and when a refused command had its way already."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.adapters.hotline import telling
from integrations.protocol import AdapterError, Book
from integrations.reading import reply_digest
from tickets.domain.messages import Outgoing, Telling
from tickets.domain.words import Outcome, ReturnReason

REPLY = {
    "text": "您好,您反映的夜间施工问题已核实,施工单位已调整作业时间,感谢监督。",
    "handling": "3月3日现场核查,责令施工单位22:00后停止浇筑作业。",
    "outcome": "solved",
    "promised_on": "2026-04-01",
    "is_true": True,
    "contacted": True,
    "contacted_at": datetime(2026, 3, 3, 7, 20, tzinfo=UTC),
    "not_contacted_reason": "x",
    "contact_phone": "19900001234",
    "replied_at": "2026-03-04T16:00:00+08:00",
    "handler": "样例科 测试乙",
    "handler_phone": "19900002001",
    "signer": "测试丙",
}


def outgoing(kind: Telling, facts: dict[str, Any], redo_no: int = 0) -> Outgoing:
    return Outgoing("ob-1", "hotline", "260302091200000017", 1, redo_no, kind, facts)


def body(kind: Telling, facts: dict[str, Any], **files: list[str]) -> dict[str, Any]:
    got: dict[str, Any] = json.loads(telling.body(outgoing(kind, facts), files))
    return got


def test_sign_and_contact() -> None:
    assert body(Telling.SIGN, {"signer": "测试丙", "signed_at": datetime(2026, 3, 2, 2, 0, tzinfo=UTC)}) == {
        "round": 1,
        "signer": "测试丙",
        "signTime": "2026-03-02 10:00:00",
    }
    facts = {
        "reached": False,
        "contacted_at": "2026-03-02T10:00:00+08:00",
        "person": "测试乙",
        "phone": "1990000",
        "note": "无人接听",
    }
    assert body(Telling.CONTACT, facts, contact=["F1"]) == {
        "round": 1,
        "isContacted": "0",
        "contactTime": "2026-03-02 10:00:00",
        "contactPhone": "1990000",
        "contactPerson": "测试乙",
        "contactNote": "无人接听",
        "contactFiles": ["F1"],
    }


def test_a_reply_as_the_wire_shows_it() -> None:
    got = body(Telling.REPLY, REPLY, contact=["F77aa"], handling=["F88bb"], photo=["F99cc"])
    assert got == {
        "round": 1,
        "redoNo": 0,
        "isTrue": "1",
        "isBeyondDuty": "0",
        "beyondDutyType": "",
        "isContacted": "1",
        "contactPhone": "19900001234",
        "contactTime": "2026-03-03 15:20:00",
        "notContactReason": "",
        "resolution": "5",
        "unsolvedReason": "",
        "promisedDate": "",
        "handleResult": REPLY["handling"],
        "publicReply": REPLY["text"],
        "replyTime": "2026-03-04 16:00:00",
        "handler": "样例科 测试乙",
        "handlerPhone": "19900002001",
        "signer": "测试丙",
        "idFiles": [],
        "contactFiles": ["F77aa"],
        "handleFiles": ["F88bb", "F99cc"],
    }


@pytest.mark.parametrize(
    ("outcome", "resolution", "is_true", "beyond", "promised"),
    [
        ("solved", "5", "1", "0", ""),
        ("in_progress", "3", "1", "0", "2026-04-01"),
        ("explained", "4", "1", "0", ""),
        ("not_true", "4", "0", "0", ""),
        ("not_ours", "4", "1", "1", ""),
    ],
)
def test_our_outcomes_in_their_codes(outcome: str, resolution: str, is_true: str, beyond: str, promised: str) -> None:
    got = body(Telling.REPLY, REPLY | {"outcome": outcome})
    assert (got["resolution"], got["isTrue"], got["isBeyondDuty"], got["promisedDate"]) == (
        resolution,
        is_true,
        beyond,
        promised,
    )
    assert bool(got["beyondDutyType"]) == (beyond == "1")


def test_every_outcome_and_return_reason_has_a_code() -> None:
    assert set(telling.RESOLUTIONS) == set(Outcome)
    assert set(telling.RETURN_REASONS) == set(ReturnReason)


def test_not_contacted_gives_the_reason_and_no_time() -> None:
    got = body(Telling.REPLY, REPLY | {"contacted": False, "not_contacted_reason": "电话停机"})
    assert (got["isContacted"], got["contactTime"], got["notContactReason"]) == ("0", "", "电话停机")


def test_return_extension_and_lodge() -> None:
    facts = {
        "code": "not_area",
        "reason": "该路段不在本单位管辖范围",
        "basis": "职责清单",
        "suggested_unit": "市交通局",
    }
    assert body(Telling.RETURN, facts)["reasonCode"] == "02"
    asked = {
        "new_deadline": datetime(2026, 3, 20, 16, tzinfo=UTC),
        "reason": "需现场检测",
        "approver": "测试丙",
        "told_at": None,
    }
    got = body(Telling.EXTENSION, asked)
    assert (got["newDeadline"], got["callerToldTime"], got["approver"]) == ("2026-03-20", "", "测试丙")
    lodged = body(
        Telling.LODGE,
        {
            "caller": "",
            "phone": "19900001234",
            "type": "complaint",
            "title": "路灯不亮",
            "place": "样例路",
            "urgency": "urgent",
            "content": "三盏",
            "reference": "N-1",
        },
    )
    assert (lodged["callerName"], lodged["appealType"], lodged["urgencyLevel"], lodged["clientRef"]) == (
        "匿名",
        "03",
        "2",
        "N-1",
    )


def test_a_body_is_the_same_on_every_attempt() -> None:
    asked = outgoing(Telling.REPLY, REPLY)
    assert telling.body(asked, {"handling": ["F1"]}) == telling.body(asked, {"handling": ["F1"]})


@pytest.mark.parametrize(
    ("kind", "facts"), [(Telling.ACCEPT, {}), (Telling.INTERIM, {}), (Telling.REPLY, REPLY | {"outcome": "?"})]
)
def test_what_the_wire_does_not_speak_goes_to_a_person(kind: Telling, facts: dict[str, Any]) -> None:
    with pytest.raises(AdapterError) as told:
        telling.body(outgoing(kind, facts), {})
    assert told.value.permanent


def book(state: str, text: str = "", redo_no: int = 0, **facts: Any) -> Book:
    return Book("260302091200000017", 1, state, redo_no, 5, reply_digest(text), facts)


@pytest.mark.parametrize(
    ("kind", "held", "reached"),
    [
        (Telling.SIGN, book("in_progress"), True),
        (Telling.SIGN, book("registered"), False),
        (Telling.SIGN, book("returned"), False),
        (Telling.REPLY, book("sent", str(REPLY["text"])), True),
        (Telling.REPLY, book("closed", str(REPLY["text"])), True),
        (Telling.REPLY, book("sent", "另一份由平台网页提交的答复"), False),
        (Telling.REPLY, book("sent"), False),
        (Telling.REPLY, book("sent", str(REPLY["text"]), redo_no=1), False),
        (Telling.REPLY, book("bounced", str(REPLY["text"])), False),
        (Telling.RETURN, book("return_asked"), True),
        (Telling.RETURN, book("in_progress"), False),
        (Telling.EXTENSION, book("in_progress", reply_limit="2026-03-21T00:00:00+08:00"), True),
        (Telling.EXTENSION, book("in_progress", reply_limit="2026-03-14T00:00:00+08:00"), False),
        (Telling.CONTACT, book("sent"), False),
    ],
)
def test_whether_the_wanted_state_is_reached(kind: Telling, held: Book, reached: bool) -> None:
    facts = REPLY | {"new_deadline": "2026-03-20"}
    assert telling.is_reached(outgoing(kind, facts), held) is reached


def test_a_round_that_is_over_is_known_by_its_newest_event() -> None:
    data = {
        "ticket": {"orderNo": "26", "round": 2, "version": 9, "status": "20"},
        "events": [
            {"orderNo": "26", "round": 1, "version": 1, "status": "10"},
            {"orderNo": "26", "round": "1", "version": "4", "status": "90"},
            {"orderNo": "26", "round": 2, "version": 5, "status": "10"},
        ],
    }
    now, before = telling.book_of_one(data, "26", 2), telling.book_of_one(data, "26", 1)
    assert now is not None
    assert before is not None
    assert (now.outer_state, now.version) == ("in_progress", 9)
    assert (before.outer_state, before.version) == ("returned", 4)
    assert telling.book_of_one(data, "26", 3) is None
