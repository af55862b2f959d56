"""The petition adapter against recorded answers: walking the changes, and how refusals are told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from lxml import etree

from integrations.adapters.petition import PetitionAdapter
from integrations.http import Answer
from integrations.protocol import AdapterError
from integrations.reading import SHANGHAI, reply_digest
from tickets.domain.messages import Outgoing, Telling

from .payloads import answer, fault, info, row

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
REPLY = "测试戊:您反映的过渡费问题已核实,将于四月底前补发到位。"


class Recorded:
    """Plays recorded answers; a callable sees the elements of the request."""

    def __init__(self, **answers):
        self.answers, self.calls = answers, []

    def send(self, method, path, *, body, headers, **_):
        call = etree.fromstring(body).find("{*}Body")[0]
        name = etree.QName(call).localname
        elements = {etree.QName(child).localname: child.text or "" for child in call}
        self.calls.append((name, elements, body))
        found = self.answers[name]
        found = found(elements) if callable(found) else found
        return found if isinstance(found, Answer) else Answer(200, {"content-type": "text/xml; charset=utf-8"}, found)

    def named(self, name):
        return [elements for called, elements, _ in self.calls if called == name]


def adapter(now=NOW, **answers):
    clock = [now]
    made = PetitionAdapter({"url": "http://petition.invalid/x", "unitcode": "341300ZD", "token": "t"}, lambda: clock[0])
    made._client._wire = Recorded(**answers)
    return made, made._client._wire, clock


def listing(rows):
    return lambda wanted: answer(
        "GetInfoList",
        code="0",
        recordcount=str(len(rows)),
        items=[one for one in rows if one["updatetime"] >= wanted["starttime"]][(int(wanted["pageindex"]) - 1) * 50 :][
            :50
        ],
    )


def infos(unknown=()):
    def given(wanted):
        if wanted["infoid"] in unknown:
            return answer("GetInfo", code="1003", message="infoid不存在")
        return answer("GetInfo", code="0", info=info(infoid=wanted["infoid"]))

    return given


# --- fetching --------------------------------------------------------------------------------------------------------


def test_a_row_is_asked_until_it_is_settled_and_then_left_alone():
    made, wire, clock = adapter(GetInfoList=listing([row()]), GetInfo=infos())
    page = made.fetch("")
    assert [item.identity for item in page.items] == ["260302000017#1"]
    assert not page.more
    clock[0] = NOW + timedelta(seconds=30)
    page = made.fetch(page.cursor)
    assert len(page.items) == 1, "a second look: whole seconds may hide a change"
    clock[0] = NOW + timedelta(seconds=60)
    assert made.fetch(page.cursor).items == ()
    assert len(wire.named("GetInfo")) == 2


def test_windows_overlap_by_ten_minutes():
    made, wire, _ = adapter(GetInfoList=listing([row(updatetime="2026-03-02T09:30:00")]), GetInfo=infos())
    made.fetch(made.fetch("").cursor)
    assert [call["starttime"] for call in wire.named("GetInfoList")] == ["2000-01-01T00:00:00", "2026-03-02T09:20:00"]


def test_a_row_with_a_wrong_year_does_not_carry_the_window_away():
    made, wire, _ = adapter(GetInfoList=listing([row(updatetime="2088-01-01T00:00:00")]), GetInfo=infos())
    made.fetch(made.fetch("").cursor)
    assert wire.named("GetInfoList")[1]["starttime"] == "2026-03-02T10:05:00"


def test_many_changes_come_in_bounded_pages_without_a_gap():
    rows = [
        row(infoid=f"{260302000000 + n}", updatetime=f"2026-03-02T09:{n // 60:02d}:{n % 60:02d}") for n in range(130)
    ]
    made, wire, _ = adapter(GetInfoList=listing(rows), GetInfo=infos())
    cursor, seen, pages = "", set(), 0
    while True:
        page = made.fetch(cursor)
        cursor, pages = page.cursor, pages + 1
        assert len(page.items) <= 50
        seen |= {item.identity for item in page.items}
        if not page.more:
            break
    assert len(seen) == 130
    assert pages == 3
    assert {call["pageindex"] for call in wire.named("GetInfoList")} == {"1"}, "the walk goes by time, pages shift"


def test_more_than_a_page_within_one_second():
    rows = [row(infoid=f"{260302000000 + n}") for n in range(120)]
    made, _, _ = adapter(GetInfoList=listing(rows), GetInfo=infos())
    cursor, seen = "", set()
    for _ in range(5):
        page = made.fetch(cursor)
        cursor = page.cursor
        seen |= {item.identity for item in page.items}
        if not page.more:
            break
    assert len(seen) == 120
    assert not page.more


def test_an_unknown_item_of_the_list_stops_nobody_and_is_asked_again():
    rows = [row(infoid="260302000001"), row(infoid="260302000002")]
    made, wire, _ = adapter(GetInfoList=listing(rows), GetInfo=infos(unknown={"260302000001"}))
    page = made.fetch("")
    assert [item.identity for item in page.items] == ["260302000002#1"]
    assert page.notes == ("unknown for now: 260302000001 (1003)",)
    wire.answers |= {"GetInfoList": listing([]), "GetInfo": infos()}
    assert [item.identity for item in made.fetch(page.cursor).items] == ["260302000001#1"]


def test_a_trouble_in_the_middle_keeps_what_came_before_it():
    def given(wanted):
        return answer("GetInfo", code="1009", retryafter="5") if wanted["infoid"].endswith("2") else infos()(wanted)

    rows = [row(infoid="260302000001"), row(infoid="260302000002"), row(infoid="260302000003")]
    made, _, _ = adapter(GetInfoList=listing(rows), GetInfo=given)
    page = made.fetch("")
    assert [item.identity for item in page.items] == ["260302000001#1"]
    assert page.more


def test_a_list_without_items_is_unreadable_not_empty():
    made, _, _ = adapter(GetInfoList=answer("GetInfoList", code="0", message="ok"))
    with pytest.raises(AdapterError) as caught:
        made.fetch("")
    assert caught.value.unclear


def test_fetch_one():
    made, _, _ = adapter(GetInfo=infos(unknown={"999999999999"}))
    assert made.fetch_one("999999999999") == []
    assert made.read(made.fetch_one("260302000017")[0])[0].number == "260302000017"


# --- telling ---------------------------------------------------------------------------------------------------------


def reply(**changes) -> Outgoing:
    facts = {
        "text": REPLY, "handling": "已核查。", "outcome": "solved",
        "handler": "测试己", "handler_phone": "19900004001", "signer": "测试庚", "document_no": "宿重建信复〔2026〕3号", "is_open": False,
    }  # fmt: skip
    facts |= {"replied_at": "2026-04-10T10:00:00+08:00", **changes}
    return Outgoing("ob-000511", "petition", "260302000017", 1, 0, Telling.REPLY, facts)


def test_a_reply_as_the_wire_wants_it():
    made, wire, _ = adapter(
        ReplyInfo=answer("ReplyInfo", code="0", infoid="260302000017", turnno="1", status="6", receiptno="XF00000012")
    )
    receipt = made.deliver(reply())
    assert (receipt.receipt_no, receipt.outer_state, receipt.is_repeat) == ("XF00000012", "sent", False)
    made.deliver(reply())
    (_, told, first), (_, _, second) = wire.calls
    assert first == second, "the same bytes for every attempt"
    assert told == {
        "requestid": "ob-000511", "infoid": "260302000017", "turnno": "1", "replydocno": "宿重建信复〔2026〕3号", "replycontent": REPLY,
        "handlecontent": "已核查。", "replytime": "2026-04-10T10:00:00", "replyresult": "1", "jbr": "测试己", "jbrdh": "19900004001",
        "qfr": "测试庚", "isopen": "0", "fjs": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "code"), [("in_progress", "2"), ("explained", "4"), ("not_true", "5"), ("not_ours", "6")]
)
def test_outcomes_as_their_codes(outcome, code):
    made, wire, _ = adapter(ReplyInfo=answer("ReplyInfo", code="0", status="6"))
    made.deliver(reply(outcome=outcome))
    assert wire.named("ReplyInfo")[0]["replyresult"] == code


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "太短"}, "replycontent"),
        ({"text": "长" * 8001}, "replycontent"),
        ({"signer": ""}, "qfr"),
        ({"replied_at": ""}, "replytime"),
    ],
)
def test_what_the_platform_would_refuse_goes_to_a_person_before_it_is_sent(changes, field):
    made, wire, _ = adapter()
    with pytest.raises(AdapterError) as caught:
        made.deliver(reply(**changes))
    assert caught.value.permanent
    assert caught.value.errors[0][0] == field
    assert wire.calls == []


ACCEPTED = {"accepted_at": "2026-03-05T09:00:00+08:00", "handler": "测试己"}
EXTENDED = {
    "days": 30,
    "reason": "需等待财政资金拨付到位",
    "approver": "测试庚",
    "told_at": "2026-04-20T09:00:00+08:00",
}


@pytest.mark.parametrize(
    ("telling", "facts", "method", "told"),
    [
        (Telling.ACCEPT, ACCEPTED | {"accepted": True, "notice": "written"}, "AcceptInfo",
         {"acceptstate": "1", "noticetype": "1", "accepttime": "2026-03-05T09:00:00", "acceptcontent": "予以受理。"}),
        (Telling.ACCEPT, ACCEPTED | {"accepted": False, "notice": "none"}, "AcceptInfo",
         {"acceptstate": "2", "noticetype": "0"}),
        (Telling.RETURN, {"reason": "该事项属于市财政局职责范围。", "suggested_unit": "市财政局"}, "ObjectInfo",
         {"objectreason": "该事项属于市财政局职责范围。", "suggestorg": "市财政局"}),
        (Telling.EXTENSION, EXTENDED, "ExtendInfo",
         {"extenddays": "30", "approver": "测试庚", "toldtime": "2026-04-20T09:00:00"}),
    ],
)  # fmt: skip
def test_the_other_methods(telling, facts, method, told):
    made, wire, _ = adapter(**{method: answer(method, code="0", status="3", receiptno="XF1", isrepeat="1")})
    receipt = made.deliver(Outgoing("ob-9", "petition", "260302000017", 1, 0, telling, facts))
    assert receipt.is_repeat
    assert told.items() <= wire.named(method)[0].items()


def refusal(found) -> AdapterError:
    made, _, _ = adapter(ReplyInfo=found)
    with pytest.raises(AdapterError) as caught:
        made.deliver(reply())
    return caught.value


@pytest.mark.parametrize("code", ["1002", "1003", "1006", "1007", "1008"])
def test_permanent_refusals(code):
    trouble = refusal(answer("ReplyInfo", code=code, message="要素 replycontent 不符合要求"))
    assert trouble.permanent
    assert trouble.code == code
    assert trouble.errors[0][0] == "replycontent"


def test_busy_unknown_and_faults():
    assert refusal(answer("ReplyInfo", code="1009", retryafter="7")).retry_after == 7
    assert refusal(answer("ReplyInfo", code="9999")).unclear
    assert refusal(answer("ReplyInfo", code="4711")).unclear, "a code nobody knows says nothing of the outcome"
    assert refusal(Answer(500, {}, fault("9999", "Server"))).unclear
    assert refusal(Answer(500, {}, fault("1001"))).stop
    assert refusal(Answer(500, {}, fault("1000"))).permanent


def test_a_gateway_in_front():
    assert refusal(Answer(429, {"retry-after": "3"}, b"slow")).retry_after == 3
    assert refusal(Answer(502, {"content-type": "text/html"}, b"<html>")).unclear
    assert refusal(Answer(200, {}, b"<html>")).unclear


def conflict(status: str, content: str):
    return adapter(
        ReplyInfo=answer("ReplyInfo", code="1004", message="当前状态不允许", status=status, turnno="1"),
        GetInfo=answer("GetInfo", code="0", info=info(status=status, replycontent=content)),
        GetLedger=answer("GetLedger", code="0", recordcount="0", rows=[]),
    )[0]


def test_a_conflict_whose_wanted_state_is_reached_is_done():
    receipt = conflict("6", REPLY).deliver(reply())
    assert (receipt.outer_state, receipt.is_repeat) == ("sent", True)
    assert receipt.evidence["reply_digest"] == reply_digest(REPLY)


@pytest.mark.parametrize(("status", "content"), [("6", "别的答复内容,不是我们这次的。"), ("4", "")])
def test_any_other_conflict_goes_to_a_person_with_the_state_of_now(status, content):
    with pytest.raises(AdapterError) as caught:
        conflict(status, content).deliver(reply())
    assert caught.value.conflict
    assert caught.value.current == {"status": status, "turnno": "1"}


# --- their books -----------------------------------------------------------------------------------------------------


def test_look_prefers_the_digest_of_the_ledger():
    rows = [
        {
            "infoid": "260302000017",
            "turnno": "1",
            "status": "6",
            "isend": "0",
            "updatetime": "2026-03-02T09:00:00",
            "replysha256": "AB12",
        }
    ]
    made, _, _ = adapter(
        GetInfo=answer("GetInfo", code="0", info=info(status="6", replycontent=REPLY)),
        GetLedger=answer("GetLedger", code="0", recordcount="1", rows=rows),
    )
    book = made.look("260302000017", 1)
    assert (book.outer_state, book.reply_digest, book.version) == ("sent", "ab12", 20260302090000)
    assert made.look("260302000017", 5) is None
    assert [one.number for one in made.ledger("2026-03-02")] == ["260302000017"]


def test_an_attachment():
    made, wire, _ = adapter(
        GetAttachment=answer("GetAttachment", code="0", fjid="1", fjmc="申请书.pdf", fjnr="JVBE\nRg==")
    )
    assert made.download("260302000017/1", "") == b"%PDF"
    assert wire.named("GetAttachment")[0] == {"infoid": "260302000017", "fjid": "1"}
