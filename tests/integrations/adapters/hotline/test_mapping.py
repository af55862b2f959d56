"""What the hotline says, on recorded items: every row of its table and every misbehaviour."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.hotline import mapping
from integrations.adapters.hotline.mapping import HAPPENINGS, STATES
from integrations.protocol import Unmappable
from integrations.reading import SHANGHAI
from tickets.domain.messages import Happening, Incoming
from tickets.domain.words import Channel, MatterType, Urgency

RECORDED = Path(__file__).parent / "recorded"
EVENTS: dict[str, Any] = json.loads((RECORDED / "events.json").read_text())
PARKED: dict[str, Any] = json.loads((RECORDED / "parked.json").read_text())
ODD: dict[str, Any] = json.loads((RECORDED / "odd.json").read_text())
NUMBER = "260302091200000017"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def read(record: Any) -> Incoming:
    (incoming,) = mapping.read(mapping.item(record).raw)
    return incoming


def test_a_dispatch_in_full() -> None:
    told = read(EVENTS["dispatch"])
    assert (told.source, told.channel, told.number, told.round) == ("hotline", Channel.HOTLINE, NUMBER, 1)
    assert (told.happening, told.version, told.outer_state, told.redo_no) == (Happening.DISPATCHED, 1, "registered", 0)
    assert (told.occurred_at, told.event_id) == (at(2026, 3, 2, 9, 15, 3), EVENTS["dispatch"]["eventId"])
    assert told.unmapped == ()
    matter = told.matter
    assert matter is not None
    assert (matter.title, matter.type, matter.urgency) == (
        "样例路夜间施工噪声扰民",
        MatterType.COMPLAINT,
        Urgency.URGENT,
    )
    assert (matter.party.name, matter.party.phone, matter.party.incoming_phone) == (
        "测试甲",
        "19900001234",
        "19900001001",
    )
    assert (matter.category, matter.area_code, matter.place) == (
        "城乡建设_市政建设_道路施工",
        "341302",
        "样例路与示范街交口东侧",
    )
    assert (matter.lng, matter.lat, matter.project, matter.source_type) == ("116.98", "33.64", "示范路改造工程", "电话")
    assert (matter.is_anonymous, matter.is_confidential, matter.needs_reply, matter.must_handle) == (
        False,
        False,
        True,
        False,
    )
    assert matter.related_numbers == ("260220101500000009", "260221101500000010")
    assert (matter.called_at, matter.dispatched_at) == (at(2026, 3, 2, 9, 12), at(2026, 3, 2, 9, 15, 3))
    assert told.detail == {"second_number": "SZ12345-2603-00017", "assist_units": ["市城管局", "市生态环境局"]}


def test_deadlines_that_are_dates_end_with_their_day() -> None:
    matter = read(EVENTS["dispatch"]).matter
    assert matter is not None
    assert matter.limits.sign == at(2026, 3, 3, 9, 15, 3)
    assert matter.limits.contact == at(2026, 3, 4)
    assert matter.limits.reply == at(2026, 3, 14)


def test_attachments_keep_their_name_size_and_digest() -> None:
    matter = read(EVENTS["dispatch"]).matter
    assert matter is not None
    (file,) = matter.files
    assert (file.name, file.ref, file.size) == ("现场照片1.jpg", "F1f0c0001", 34567)
    assert file.sha256 == "9b1c" + "0" * 60
    assert file.url == "https://host.example/api/files/F1f0c0001"


EXPECTED: dict[str, tuple[Happening, str, dict[str, Any]]] = {
    "redispatch": (Happening.DISPATCHED, "registered", {"reason": "来电人补充新情况"}),
    "update": (Happening.UPDATED, "in_progress", {"changed": ["contactPhone", "appealContent"]}),
    "redo": (
        Happening.REDO,
        "redo",
        {
            "redo_no": 1,
            "reason": "来电人称夜间仍在施工",
            "visit_result": "不满意",
            "new_deadline": "2026-03-19T00:00:00+08:00",
        },
    ),
    "return_agreed": (
        Happening.RETURN_DECIDED,
        "returned",
        {"request_no": "TD2603030001", "agreed": True, "opinion": "同意退单", "must_handle": False},
    ),
    "return_refused": (
        Happening.RETURN_DECIDED,
        "in_progress",
        {"request_no": "TD2603030001", "agreed": False, "opinion": "属于你单位职责,请办理", "must_handle": True},
    ),
    "extension_agreed": (
        Happening.EXTENSION_DECIDED,
        "in_progress",
        {
            "request_no": "YQ2603100001",
            "agreed": True,
            "new_deadline": "2026-03-21T00:00:00+08:00",
            "opinion": "同意",
            "step": "reply",
        },
    ),
    "extension_refused": (
        Happening.EXTENSION_DECIDED,
        "in_progress",
        {"request_no": "YQ2603100001", "agreed": False, "new_deadline": "", "opinion": "请按期办理", "step": "reply"},
    ),
    "urge": (
        Happening.CHASED,
        "in_progress",
        {"no": "CB2603030001", "level": "1", "content": "请尽快联系来电人", "limit": "2026-03-05T00:00:00+08:00"},
    ),
    "supervise": (
        Happening.SUPERVISED,
        "in_progress",
        {
            "no": "DB2603030001",
            "level": "挂牌督办",
            "leader": "测试癸",
            "instruction": "请限期整改",
            "report_by": "2026-03-06T17:30:00+08:00",
        },
    ),
    "bounce": (
        Happening.BOUNCED,
        "bounced",
        {"reasons": ["公开答复有错别字", "缺少附件"], "fix_by": "2026-03-07T00:00:00+08:00"},
    ),
    "accept": (Happening.ACCEPTED, "follow_up", {}),
    "satisfaction": (
        Happening.RATED,
        "follow_up",
        {
            "reached": True,
            "solved": True,
            "satisfaction": 2,
            "comment": "处理及时",
            "visited_at": "2026-03-08T10:20:00+08:00",
        },
    ),
    "not_reached": (
        Happening.RATED,
        "follow_up",
        {
            "reached": False,
            "solved": None,
            "satisfaction": None,
            "comment": "",
            "visited_at": "2026-03-08T10:20:00+08:00",
        },
    ),
    "add_dept": (Happening.UNITS_ADDED, "in_progress", {"units": [{"code": "341300CG", "name": "市城管局"}]}),
    "withdraw": (Happening.WITHDRAWN, "terminated", {"reason": "来电人撤诉"}),
    "close": (Happening.CLOSED, "closed", {"closed_at": "2026-03-09T09:00:00+08:00", "close_type": "正常办结"}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_event(name: str) -> None:
    happening, state, detail = EXPECTED[name]
    told = read(EVENTS[name])
    assert (told.happening, told.outer_state) == (happening, state)
    facts = {key: value for key, value in told.detail.items() if key not in ("second_number", "assist_units")}
    assert facts == detail
    assert told.version == EVENTS[name]["version"]
    assert told.unmapped == ()
    assert (told.matter is not None) == (name in ("redispatch", "update", "redo"))


def test_every_row_of_the_table_is_recorded() -> None:
    assert {event["eventType"] for event in EVENTS.values()} == set(HAPPENINGS)
    assert {event["status"] for event in EVENTS.values()} <= set(STATES)


def test_a_redispatch_is_a_new_round_and_a_redo_is_not() -> None:
    again, redo = read(EVENTS["redispatch"]), read(EVENTS["redo"])
    assert (again.round, again.redo_no) == (2, 0)
    assert (redo.round, redo.redo_no) == (1, 1)


@pytest.mark.parametrize("name", PARKED)
def test_what_must_be_parked_names_the_field_and_the_remedy(name: str) -> None:
    with pytest.raises(Unmappable) as told:
        mapping.read(mapping.item(PARKED[name]["item"]).raw)
    assert told.value.field == PARKED[name]["field"]
    assert told.value.zh
    assert told.value.en


ODD_FACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "number as integer": ((), {"title": "样例路夜间施工噪声扰民"}),
    "counters as text": ((), {}),
    "attachments null": ((), {"files": ()}),
    "attachments text": (("ticket.attachments=str",), {"files": ()}),
    "unknown codes": (
        ("ticket.appealType=99", "ticket.channel=88", "ticket.urgencyLevel=9", "status=77"),
        {"type": MatterType.OTHER, "urgency": Urgency.ORDINARY, "source_type": ""},
    ),
    "unknown keys": (("ticket.streetName", "traceId"), {}),
    "nothing values": ((), {"place": "", "called_at": None}),
    "impossible limit": (
        ("ticket.callTime=2026-02-30 10:00", "ticket.expectedDeadline=2026-13-45"),
        {"called_at": None},
    ),
    "flags in words": ((), {"is_confidential": True, "is_anonymous": True, "needs_reply": False, "must_handle": True}),
    "lists as lists": ((), {"related_numbers": ("260220101500000009", "260221101500000010")}),
    "only a subject": ((), {"content": "样例路夜间施工噪声扰民"}),
    "only a content": ((), {"title": "样例路与示范街交口工地每晚十一点后仍在浇筑,影响休息,请协调。"}),
    "control characters": ((), {"content": "夜间施工\ufffd扰民"}),
    "coordinates as numbers": ((), {"lng": "116.98", "lat": "33.64"}),
    "other time forms": ((), {"called_at": at(2026, 3, 2, 9, 12), "dispatched_at": at(2026, 3, 2, 9, 15, 3)}),
}


@pytest.mark.parametrize("name", ODD_FACTS)
def test_odd_records_come_in_with_what_could_not_be_placed(name: str) -> None:
    unmapped, facts = ODD_FACTS[name]
    told = read(ODD[name])
    assert (told.number, told.round, told.version) == (NUMBER, 1, 1)
    assert sorted(told.unmapped) == sorted(unmapped)
    assert {key: getattr(told.matter, key) for key in facts} == facts


def test_odd_attachments() -> None:
    told = read(ODD["attachment size text"])
    assert told.matter is not None
    assert [(file.name, file.size, file.sha256) for file in told.matter.files] == [
        ("录音.mp3", 1024, ""),
        ("说明.pdf", None, ""),
    ]
    assert told.unmapped == ("ticket.attachments=not objects",)


def test_nothing_values_leave_the_limits_and_the_party_empty() -> None:
    matter = read(ODD["nothing values"]).matter
    assert matter is not None
    assert (matter.party.name, matter.limits.sign, matter.limits.contact, matter.limits.reply) == ("", None, None, None)


def test_a_redo_without_usable_text_still_counts() -> None:
    record = json.loads(json.dumps(EVENTS["redo"]))
    record["ticket"] |= {"appealSubject": None, "appealContent": None}
    told = read(record)
    assert (told.happening, told.matter, told.redo_no) == (Happening.REDO, None, 1)
    assert told.unmapped == ("ticket.appealContent=",)


def test_the_same_item_gives_the_same_key_and_bytes_whatever_the_order_of_its_keys() -> None:
    record = EVENTS["urge"]
    turned = dict(reversed(list(record.items())))
    assert mapping.item(record) == mapping.item(turned)
    assert mapping.item(record).key == record["eventId"]
    assert mapping.item(record).identity == f"{NUMBER}#1"


@pytest.mark.parametrize(
    "record", ["系统维护", None, [1], {"eventId": 2.5}, {"eventId": "e" * 300}, {"orderNo": 2.6e17, "round": 1}]
)
def test_an_item_without_usable_id_is_known_by_its_digest(record: Any) -> None:
    item = mapping.item(record)
    assert len(item.key) == 64
    assert item.identity == ""


def test_fetch_one_opens_every_round_and_the_current_one_as_of_now() -> None:
    ticket = EVENTS["redispatch"]["ticket"] | {"version": 15, "status": "20"}
    events = [EVENTS["dispatch"], EVENTS["urge"], EVENTS["redispatch"], "x"]
    before, item = mapping.items_of_one({"ticket": ticket, "events": events})
    (opened,), (told,) = mapping.read(before.raw), mapping.read(item.raw)
    assert (opened.round, opened.version, before.key) == (1, 1, f"fetched:{EVENTS['dispatch']['eventId']}")
    assert (told.happening, told.round, told.version, told.outer_state) == (Happening.DISPATCHED, 2, 15, "in_progress")
    assert told.occurred_at == at(2026, 3, 20, 9)
    assert item.identity == f"{NUMBER}#2"
    assert item.key.startswith(f"fetched:{NUMBER}#2:15:")
    assert mapping.items_of_one({"ticket": None}) == []
