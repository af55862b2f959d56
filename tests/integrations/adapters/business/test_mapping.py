"""What the business platform says, on recorded events: every row of its table and every misbehaviour."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.business import mapping
from integrations.adapters.business.mapping import HAPPENINGS
from integrations.protocol import Unmappable
from integrations.reading import SHANGHAI
from tickets.domain.messages import Happening, Incoming, Limits
from tickets.domain.words import Channel

RECORDED = Path(__file__).parent / "recorded"
EVENTS: dict[str, Any] = json.loads((RECORDED / "events.json").read_text())
PARKED: dict[str, Any] = json.loads((RECORDED / "parked.json").read_text())
ODD: dict[str, Any] = json.loads((RECORDED / "odd.json").read_text())
NUMBER = "QY2026030200000017"
BESIDE = {"enterprise", "project_code", "assist_units", "limit_rule", "started_at", "answered_at", "solved_at"}
RULE = {"contact": 1, "answer": 3, "reply": 15, "unit": "working_days"}


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def read(record: Any) -> Incoming:
    (incoming,) = mapping.read(mapping.item(record).raw)
    return incoming


def test_an_assignment_in_full() -> None:
    told = read(EVENTS["assigned"])
    assert (told.source, told.channel, told.number, told.round) == ("business", Channel.BUSINESS, NUMBER, 1)
    assert (told.happening, told.version, told.outer_state, told.redo_no) == (Happening.DISPATCHED, 1, "registered", 0)
    assert (told.occurred_at, told.event_id) == (at(2026, 3, 2, 9, 15, 3), EVENTS["assigned"]["id"])
    assert told.unmapped == ()
    matter = told.matter
    assert matter is not None
    assert matter.title == "厂区门口市政道路施工影响货车进出"
    assert (matter.party.name, matter.party.phone) == ("测试丁", "19900003001")
    assert (matter.party.organisation, matter.party.address) == ("宿州样例建材有限公司", "样例经开区示范路1号")
    assert (matter.category, matter.project, matter.area_code) == ("项目建设/施工配套", "示范路改造工程", "341302")
    assert matter.related_numbers == ("260220101500000009",)
    assert (matter.called_at, matter.dispatched_at) == (at(2026, 3, 1, 16, 40), at(2026, 3, 2, 9, 15, 3))
    assert matter.limits == Limits(contact=at(2026, 3, 4), answer=at(2026, 3, 6), reply=at(2026, 3, 23, 17, 30))
    (file,) = matter.files
    assert (file.name, file.ref, file.size, file.sha256) == ("现场.jpg", "A17", 20480, "ab" * 32)
    assert told.detail == {
        "enterprise": {"uscc": "91341300MA00000000", "scale": "小微", "industry": "制造业"},
        "project_code": "2512-341300-04-01-000001",
        "assist_units": ["市城管局"],
        "limit_rule": RULE,
    }


EXPECTED: dict[str, tuple[Happening, str, dict[str, Any]]] = {
    "reassigned": (Happening.DISPATCHED, "registered", {"reason": "企业补充材料"}),
    "updated": (Happening.UPDATED, "in_progress", {"changed": ["content"]}),
    "urged": (
        Happening.CHASED,
        "in_progress",
        {"no": "CB01", "level": "", "content": "请尽快答复企业", "limit": "2026-03-05T00:00:00+08:00"},
    ),
    "supervised": (
        Happening.SUPERVISED,
        "in_progress",
        {
            "no": "DB01",
            "level": "重点督办",
            "leader": "",
            "instruction": "三日内解决",
            "report_by": "2026-03-07T00:00:00+08:00",
        },
    ),
    "return_agreed": (
        Happening.RETURN_DECIDED,
        "returned",
        {"request_no": "", "agreed": True, "opinion": "同意", "must_handle": False},
    ),
    "return_refused": (
        Happening.RETURN_DECIDED,
        "registered",
        {"request_no": "", "agreed": False, "opinion": "属于你单位职责", "must_handle": True},
    ),
    "extension_agreed": (
        Happening.EXTENSION_DECIDED,
        "in_progress",
        {
            "request_no": "",
            "agreed": True,
            "new_deadline": "2026-04-04T00:00:00+08:00",
            "opinion": "同意",
            "step": "reply",
        },
    ),
    "extension_refused": (
        Happening.EXTENSION_DECIDED,
        "in_progress",
        {"request_no": "", "agreed": False, "new_deadline": "", "opinion": "请按期", "step": "answer"},
    ),
    "rated": (
        Happening.RATED,
        "sent",
        {
            "reached": True,
            "solved": True,
            "satisfaction": 1,
            "comment": "很及时",
            "visited_at": "2026-03-03T10:00:00+08:00",
        },
    ),
    "redo": (
        Happening.REDO,
        "redo",
        {"redo_no": 1, "reason": "通道又被占用", "new_deadline": "2026-03-31T00:00:00+08:00"},
    ),
    "closed": (Happening.CLOSED, "closed", {}),
    "withdrawn": (Happening.WITHDRAWN, "terminated", {"reason": "企业撤回"}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_event_carries_its_facts_and_the_whole_demand(name: str) -> None:
    happening, state, detail = EXPECTED[name]
    told = read(EVENTS[name])
    assert (told.happening, told.outer_state) == (happening, state)
    assert {key: value for key, value in told.detail.items() if key not in BESIDE} == detail
    assert told.version == EVENTS[name]["data"]["seq"]
    assert told.unmapped == ()
    assert told.matter is not None


def test_every_row_of_the_table_is_recorded() -> None:
    assert {event["type"] for event in EVENTS.values()} == set(HAPPENINGS)


def test_rounds_redos_and_moments() -> None:
    assert (read(EVENTS["reassigned"]).round, read(EVENTS["redo"]).redo_no) == (2, 1)
    assert read(EVENTS["updated"]).detail["started_at"] == "2026-03-02T15:00:00+08:00"
    refused = read(EVENTS["return_refused"]).matter
    assert refused is not None
    assert refused.must_handle


def test_a_ping_says_nothing() -> None:
    assert mapping.read(b'{"type":"endpoint.ping","timestamp":"2026-03-02T09:15:03+08:00","data":{}}') == []


@pytest.mark.parametrize("name", PARKED)
def test_what_must_be_parked_names_the_field_and_the_remedy(name: str) -> None:
    with pytest.raises(Unmappable) as told:
        mapping.read(mapping.item(PARKED[name]["item"]).raw)
    assert told.value.field == PARKED[name]["field"]
    assert told.value.zh
    assert told.value.en


UNKNOWN = ("data.demand.parkCode", "data.demand.enterprise.legalPerson", "data.demand.status=archived")
ODD_FACTS: dict[str, tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = {
    "enterprise null": ((), {}, {"enterprise": None}),
    "uscc of 15 digits": ((), {}, {"enterprise": {"uscc": "341300000000001"}}),
    "uscc empty": ((), {}, {"enterprise": None}),
    "limits empty": ((), {"limits": Limits()}, {"limit_rule": RULE}),
    "limits null": ((), {"limits": Limits()}, {"limit_rule": None}),
    "limits as days": (
        (),
        {"limits": Limits()},
        {"limit_rule": {"contact": 2, "answer": 5, "reply": 20, "unit": "working_days"}},
    ),
    "category as text": ((), {"category": "项目建设"}, {}),
    "unknown keys and codes": (UNKNOWN, {}, {}),
    "impossible limit": (
        ("data.demand.limits.startBy=2026-13-45",),
        {"limits": Limits(answer=at(2026, 3, 6), reply=at(2026, 3, 24))},
        {"limit_rule": RULE},
    ),
    "counters as text": ((), {}, {}),
    "no attachments": ((), {"files": ()}, {}),
}


@pytest.mark.parametrize("name", ODD_FACTS)
def test_odd_events_come_in_with_what_could_not_be_placed(name: str) -> None:
    unmapped, facts, detail = ODD_FACTS[name]
    told = read(ODD[name])
    assert (told.number, told.round, told.version) == (NUMBER, 1, 1)
    assert sorted(told.unmapped) == sorted(unmapped)
    assert {key: getattr(told.matter, key) for key in facts} == facts
    assert {key: told.detail.get(key) for key in detail} == detail


def test_contacts_that_are_missing_or_have_two_telephones() -> None:
    nobody, two = read(ODD["contact null"]).matter, read(ODD["two telephones"]).matter
    assert nobody is not None
    assert two is not None
    assert (nobody.party.name, nobody.party.phone, nobody.party.organisation) == ("", "", "宿州样例建材有限公司")
    assert (two.party.phone, two.party.others, two.party.email) == (
        "19900003001",
        ("0557-0000001",),
        "ding@example.test",
    )


def test_a_closing_without_usable_text_still_counts() -> None:
    record = json.loads(json.dumps(EVENTS["closed"]))
    record["data"]["demand"] |= {"title": None, "content": ""}
    told = read(record)
    assert (told.happening, told.matter, told.outer_state) == (Happening.CLOSED, None, "closed")
    assert told.unmapped == ("data.demand.content=",)


def test_the_pushed_and_the_pulled_event_are_the_same_item() -> None:
    record = EVENTS["redo"]
    pulled, pushed = mapping.item(record), mapping.item(dict(reversed(list(record.items()))), key=record["id"])
    assert pulled == pushed
    assert pulled.identity == f"{NUMBER}#1"


def test_fetch_one_opens_every_round_and_the_current_one_as_of_now() -> None:
    demand = EVENTS["reassigned"]["data"]["demand"] | {"seq": 14, "status": "started"}
    events = [EVENTS["assigned"], EVENTS["urged"], EVENTS["reassigned"], None]
    before, item = mapping.items_of_one({"demand": demand, "events": events})
    (opened,), (told,) = mapping.read(before.raw), mapping.read(item.raw)
    assert (opened.round, opened.version, before.key) == (1, 1, f"fetched:{EVENTS['assigned']['id']}")
    assert (told.happening, told.round, told.version, told.outer_state) == (Happening.DISPATCHED, 2, 14, "in_progress")
    assert told.occurred_at == at(2026, 3, 20, 9)
    assert mapping.items_of_one({}) == []
