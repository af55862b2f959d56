"""What we tell the business platform: its bodies field by field, and when a refused command had its way already."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.adapters.business import telling
from integrations.protocol import AdapterError, Book
from integrations.reading import reply_digest
from tickets.domain.messages import Outgoing, Telling
from tickets.domain.words import Outcome

TEXT = "已协调施工单位开设4米宽临时货运通道,3月12日起通行。"
FACTS: dict[str, Any] = {
    "text": TEXT,
    "handling": "现场办公会确定。",
    "outcome": "solved",
    "promised_on": "2026-04-01",
    "new_deadline": datetime(2026, 4, 3, 16, tzinfo=UTC),
    "reason": "需等待专项验收结果",
    "approver": "测试丙",
}


def outgoing(kind: Telling, facts: dict[str, Any], redo_no: int = 0) -> Outgoing:
    return Outgoing("ob-502", "business", "QY2026030200000017", 1, redo_no, kind, facts)


def body(kind: Telling, facts: dict[str, Any], *files: str) -> dict[str, Any]:
    got: dict[str, Any] = json.loads(telling.body(outgoing(kind, facts), files))
    return got


def test_first_contact_starts() -> None:
    facts = {
        "contacted_at": datetime(2026, 3, 2, 7, tzinfo=UTC),
        "person": "测试乙",
        "phone": "19900003001",
        "handler_phone": "19900002001",
        "note": "已电话联系",
    }
    assert body(Telling.CONTACT, facts) == {
        "round": 1,
        "handler": {"name": "测试乙", "phone": "19900002001"},
        "contactedAt": "2026-03-02T15:00:00+08:00",
        "note": "已电话联系",
    }


def test_an_interim_answer() -> None:
    facts = {"text": "已现场踏勘,方案研究中。", "plan": "三日内出方案", "expected_on": "2026-03-20"}
    assert body(Telling.INTERIM, facts) == {
        "round": 1,
        "redoNo": 0,
        "answer": "已现场踏勘,方案研究中。",
        "plan": "三日内出方案",
        "expectedSolveDate": "2026-03-20",
    }


def test_a_reply_solves_as_the_wire_shows_it() -> None:
    raw = telling.body(outgoing(Telling.REPLY, FACTS), ())
    wanted = (
        '{"round":1,"redoNo":0,"outcome":"solved","publicReply":"已协调施工单位开设4米宽临时货运通道,3月12日起通行。",'
        '"handlingDetail":"现场办公会确定。","promisedDate":"","attachments":[]}'
    )
    assert raw == wanted.encode()


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_word(outcome: Outcome) -> None:
    got = body(Telling.REPLY, FACTS | {"outcome": outcome.value}, "A1")
    assert (got["outcome"], got["attachments"]) == (outcome.value, ["A1"])
    assert got["promisedDate"] == ("2026-04-01" if outcome is Outcome.IN_PROGRESS else "")


@pytest.mark.parametrize(("ours", "theirs"), [("reply", "solve"), ("answer", "answer"), ("", "solve")])
def test_return_and_extension(ours: str, theirs: str) -> None:
    got = body(Telling.EXTENSION, FACTS | {"step": ours})
    assert got == {
        "round": 1,
        "step": theirs,
        "newLimit": "2026-04-03",
        "reason": FACTS["reason"],
        "approver": "测试丙",
    }
    returned = body(Telling.RETURN, {"reason": "不属于本单位职责范围", "suggested_unit": "市交通局"})
    assert returned == {"round": 1, "reason": "不属于本单位职责范围", "suggestUnit": "市交通局"}


@pytest.mark.parametrize(
    ("kind", "facts"), [(Telling.SIGN, {}), (Telling.LODGE, {}), (Telling.REPLY, FACTS | {"outcome": ""})]
)
def test_what_the_wire_does_not_speak_goes_to_a_person(kind: Telling, facts: dict[str, Any]) -> None:
    with pytest.raises(AdapterError) as told:
        telling.body(outgoing(kind, facts), ())
    assert told.value.permanent


def book(state: str, text: str = "", redo_no: int = 0, **facts: Any) -> Book:
    return Book("QY2026030200000017", 1, state, redo_no, 5, reply_digest(text), facts)


@pytest.mark.parametrize(
    ("kind", "held", "reached"),
    [
        (Telling.CONTACT, book("in_progress"), True),
        (Telling.CONTACT, book("registered"), False),
        (Telling.INTERIM, book("in_progress", answer_digest=reply_digest(TEXT)), True),
        (Telling.INTERIM, book("in_progress", answer_digest=""), False),
        (Telling.REPLY, book("sent", TEXT), True),
        (Telling.REPLY, book("sent", "另一份答复"), False),
        (Telling.REPLY, book("registered"), False),
        (Telling.REPLY, book("sent", TEXT, redo_no=1), False),
        (Telling.REPLY, book("redo", TEXT), False),
        (Telling.RETURN, book("return_asked"), True),
        (Telling.RETURN, book("registered"), False),
        (Telling.EXTENSION, book("in_progress", reply_limit="2026-04-04T00:00:00+08:00"), True),
        (Telling.EXTENSION, book("in_progress", reply_limit="2026-03-23T17:30:00+08:00"), False),
    ],
)
def test_whether_the_wanted_state_is_reached(kind: Telling, held: Book, reached: bool) -> None:
    assert telling.is_reached(outgoing(kind, FACTS), held) is reached


def test_a_round_that_is_over_is_known_by_its_newest_event() -> None:
    def event(round: int, seq: int, status: str) -> dict[str, Any]:
        demand = {"demandNo": "QY1", "round": round, "seq": seq, "status": status}
        return {"id": f"e{seq}", "data": {"demandNo": "QY1", "round": round, "seq": seq, "demand": demand}}

    data = {
        "demand": {"demandNo": "QY1", "round": 2, "seq": 9, "status": "started", "redoNo": 0},
        "events": [event(1, 1, "assigned"), event(1, 4, "returned"), event(2, 5, "assigned")],
    }
    now, before = telling.book_of_one(data, "QY1", 2), telling.book_of_one(data, "QY1", 1)
    assert now is not None
    assert before is not None
    assert (now.outer_state, now.version, before.outer_state, before.version) == ("in_progress", 9, "returned", 4)
    assert telling.book_of_one(data, "QY1", 3) is None
