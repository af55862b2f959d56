"""An info of the petition platform as Incoming: the matter, and every change that can be derived."""

from __future__ import annotations

from datetime import datetime

import pytest

from integrations.adapters.petition import mapping
from integrations.protocol import Unmappable
from integrations.reading import SHANGHAI
from tickets.domain.messages import FileRef, Happening
from tickets.domain.words import MatterType, Urgency

from .payloads import INFO, info


def read(**changes: str):
    return mapping.read(mapping.item(info(**changes)).raw)


def later(happening: Happening, **changes: str):
    found = [one for one in read(**changes)[1:] if one.happening is happening]
    assert len(found) == 1
    return found[0]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def test_the_recorded_info_becomes_one_matter():
    (opening,) = read()
    matter = opening.matter
    assert (opening.number, opening.round, opening.version) == ("260302000017", 1, 20260302090000)
    assert (opening.happening, opening.event_id) == (Happening.DISPATCHED, "260302000017:1:dispatch")
    assert (opening.outer_state, opening.unmapped) == ("registered", ())
    assert matter.title == "拆迁过渡费逾期未发"
    assert matter.content == "样例湖片区拆迁过渡费自去年十月起未发。\n请核实。", "<br/> is a line break"
    assert (matter.type, matter.urgency, matter.source_type) == (MatterType.COMPLAINT, Urgency.URGENT, "网上")
    assert matter.related_numbers == ("250811000003",)
    assert (matter.called_at, matter.dispatched_at) == (at(2026, 3, 1, 16, 20), at(2026, 3, 2, 9))
    assert (matter.limits.notice, matter.limits.objection) == (at(2026, 3, 17, 23, 59, 59), at(2026, 3, 9, 23, 59, 59))
    assert matter.limits.reply == at(2026, 5, 1, 23, 59, 59)
    assert matter.confirmed_at is None, "0001-01-01 means not given"
    assert matter.files == (
        FileRef("申请书.pdf", "260302000017/1", 23456),
        FileRef("照片.jpg", "260302000017/2"),
    )


def test_the_party_and_its_representatives():
    party = read()[0].matter.party
    assert (party.name, party.gender, party.phone, party.incoming_phone) == (
        "测试戊",
        "女",
        "19900004444",
        "05570000000",
    )
    assert party.id_number == "341300190001010000"
    assert party.others == ("测试戊 19900004444", "测试己 19900004445")


@pytest.mark.parametrize(
    ("changes", "name"), [({"isanonymous": "1"}, "测试戊"), ({"xm": "匿名"}, ""), ({"xm": ""}, "")]
)
def test_anonymous_by_flag_or_by_name(changes, name):
    matter = read(**changes)[0].matter
    assert (matter.is_anonymous, matter.party.name) == (True, name)


@pytest.mark.parametrize(
    ("changes", "secret", "report"),
    [({"issecret": "1"}, True, False), ({"isreport": "1"}, False, True), ({"aim": "3"}, False, True)],
)
def test_secret_petitions_and_reports(changes, secret, report):
    matter = read(**changes)[0].matter
    assert (matter.is_confidential, matter.is_report) == (secret, report)


def test_no_personal_datum_stands_in_the_detail():
    told = str(read()[0].detail)
    for person in ("测试戊", "19900004444", "341300190001010000", "样例花园", "482913"):
        assert person not in told


def test_the_date_alone_is_the_end_of_that_day():
    limits = read(limittime="0001-01-01T00:00:00")[0].matter.limits
    assert limits.reply == at(2026, 5, 2)


@pytest.mark.parametrize(("state", "agreed", "outer"), [("2", True, "returned"), ("3", False, "registered")])
def test_a_decided_objection(state, agreed, outer):
    status = "5" if agreed else "2"
    told = later(Happening.RETURN_DECIDED, objectstate=state, objectopinion="属你单位<br/>职责", status=status)
    assert told.event_id == f"260302000017:1:object:{state}"
    assert told.detail == {"request_no": "", "agreed": agreed, "opinion": "属你单位\n职责", "must_handle": not agreed}
    assert told.outer_state == outer
    assert read(objectstate=state, status=status)[0].matter.must_handle is (not agreed)


def test_a_granted_extension_moves_the_limit():
    told = later(Happening.EXTENSION_DECIDED, extendstate="2", limittime="2026-05-31T23:59:59", status="3")
    assert told.detail["agreed"] is True
    assert told.detail["new_deadline"] == "2026-05-31T23:59:59+08:00"
    refused = later(Happening.EXTENSION_DECIDED, extendstate="3", status="3")
    assert (refused.detail["agreed"], refused.detail["new_deadline"]) == (False, "")


def test_chases_are_counted_and_supervision_is_told_once():
    told = later(Happening.CHASED, urgenum="2", urgetime="2026-03-05T10:00:00")
    assert (told.event_id, told.occurred_at) == ("260302000017:1:urge:2", at(2026, 3, 5, 10))
    told = later(Happening.SUPERVISED, issupervise="1", superviseno="XFDB000001", ldps="请速办", ldpsr="测试领导")
    assert told.event_id == "260302000017:1:supervise:XFDB000001"
    assert told.detail["instruction"] == "请速办"


def test_a_bounce_belongs_to_its_reply():
    sent_back = {"status": "8", "replytime": "2026-04-10T10:00:00", "redoreason": "缺文号"}
    first = later(Happening.BOUNCED, **sent_back, updatetime="2026-04-11T08:00:00")
    chased = later(Happening.BOUNCED, **sent_back, updatetime="2026-04-12T08:00:00", urgenum="1")
    again = later(Happening.BOUNCED, **{**sent_back, "replytime": "2026-04-13T10:00:00"})
    assert first.event_id == chased.event_id != again.event_id
    assert first.detail == {"reasons": ["缺文号"], "redo_no": 0}
    assert first.outer_state == "bounced"


def test_a_redo_is_told_by_its_number_after_the_bounce_it_might_be():
    told = read(status="8", redonum="1", redoreason="信访人不满意", replytime="2026-04-10T10:00:00")
    assert [one.happening for one in told[1:]] == [Happening.BOUNCED, Happening.REDO]
    assert (told[2].event_id, told[2].redo_no, told[2].outer_state) == ("260302000017:1:redo:1", 1, "redo")
    assert told[2].detail["reason"] == "信访人不满意"


def test_rated_closed_withdrawn():
    told = read(status="7", isend="1", endtime="2026-04-20T09:00:00", endtype="办结", satisfaction="2")
    assert [one.happening for one in told[1:]] == [Happening.RATED, Happening.CLOSED]
    assert told[1].detail["satisfaction"] == 2
    assert (told[2].occurred_at, told[2].outer_state) == (at(2026, 4, 20, 9), "closed")
    assert [one.happening for one in read(status="7", isend="0")[1:]] == []
    assert later(Happening.WITHDRAWN, status="10").outer_state == "terminated"


@pytest.mark.parametrize(
    ("status", "state"),
    [("1", "registered"), ("3", "in_progress"), ("4", "return_asked"), ("6", "sent"), ("9", "rejected")],
)
def test_their_states_in_our_words(status, state):
    assert read(status=status)[0].outer_state == state


def test_several_hidden_steps_come_out_of_one_look():
    told = read(objectstate="3", extendstate="2", urgenum="3", status="3")
    assert [one.happening for one in told] == [
        Happening.DISPATCHED,
        Happening.RETURN_DECIDED,
        Happening.EXTENSION_DECIDED,
        Happening.CHASED,
    ]


def test_unknown_elements_and_codes_are_noted_and_the_record_is_kept():
    (opening,) = read(jjcd="7", aim="9", xinziduan="新", status="77", longitude="116.9")
    assert set(opening.unmapped) == {"jjcd=7", "aim=9", "status=77", "xinziduan"}
    assert opening.matter.urgency is Urgency.ORDINARY


def test_an_impossible_date_is_noted_unless_a_clock_starts_from_it():
    assert "limittime=2026-13-45T00:00:00" in read(limittime="2026-13-45T00:00:00")[0].unmapped
    with pytest.raises(Unmappable) as caught:
        read(dispatchtime="2026-13-45T00:00:00")
    assert caught.value.field == "dispatchtime"


@pytest.mark.parametrize("field", ["infoid", "turnno", "updatetime"])
def test_what_identifies_a_record_must_be_there(field):
    with pytest.raises(Unmappable) as caught:
        read(**{field: ""})
    assert caught.value.field == field
    assert caught.value.zh
    assert caught.value.en


def test_the_list_row_lends_its_identity_to_an_info_that_lacks_it():
    item = mapping.item({**INFO, "infoid": "", "turnno": ""}, {"infoid": "260302000017", "turnno": "2"})
    assert item.identity == "260302000017#2"
    assert mapping.read(item.raw)[0].round == 2


def test_a_petition_without_title_and_content_waits_for_a_person():
    with pytest.raises(Unmappable) as caught:
        read(title="", content="<br/>")
    assert caught.value.field == "content"


def test_equal_infos_are_one_item_and_changed_ones_another():
    assert mapping.item(info()) == mapping.item(info())
    assert mapping.item(info()).key != mapping.item(info(urgenum="1")).key
