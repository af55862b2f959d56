"""The petition platform's stand-in: its methods, codes, idempotency, windows, decisions and misbehaviour over SOAP."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from integrations.platforms.base import Headers, Keys, Record, Request, Response, World
from integrations.platforms.petition import PATH, Petition
from integrations.platforms.petition_info import ELEMENTS
from integrations.platforms.petition_rules import METHODS
from integrations.platforms.petition_soap import NAMESPACE

KEYS = Keys()
NUMBER = "260302000017"
ACCEPT = {
    "acceptstate": "1",
    "noticetype": "1",
    "accepttime": "2026-03-02T10:00:00",
    "acceptcontent": "予以受理",
    "jbr": "测试己",
}
REPLY = {"replydocno": "宿重建信复〔2026〕3号", "replycontent": "测试戊:您反映的问题收悉,经查已处理。", "handlecontent": "经核查属实",
         "replytime": "2026-03-04T10:00:00", "replyresult": "1", "jbr": "测试己", "qfr": "测试庚"}  # fmt: skip
OBJECT = {"objectreason": "物业服务不属于我局职责范围"}
EXTEND = {"extenddays": "30", "extendreason": "需委托鉴定,时间较长", "approver": "测试庚"}
COMMANDS = {"AcceptInfo": ACCEPT, "ReplyInfo": REPLY, "ObjectInfo": OBJECT, "ExtendInfo": EXTEND}


class Desk:
    """Speaks SOAP with the stand-in."""

    def __init__(self, platform: Petition) -> None:
        self.platform, self.turn = platform, 0

    def post(self, method: str, inner: str, *, token: str = "", action: str = "") -> Response:
        body = (
            f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><AuthHeader xmlns="{NAMESPACE}">'
            f"<unitcode>341300ZD</unitcode><token>{token or KEYS.token}</token></AuthHeader></s:Header><s:Body>"
            f'<p:{method} xmlns:p="{NAMESPACE}">{inner}</p:{method}></s:Body></s:Envelope>'
        )
        return self.raw(body.encode(), action or f'"{NAMESPACE}/{method}"')

    def raw(self, body: bytes, action: str) -> Response:
        answer = self.platform.handle(Request("POST", PATH, headers=Headers({"SOAPAction": action}), body=body))
        assert answer is not None
        return answer

    def ask(self, method: str, **elements: str) -> dict[str, str]:
        return {node.tag.split("}")[1]: node.text or "" for node in self.tree(method, **elements)}

    def tree(self, method: str, extra: str = "", **elements: str) -> etree._Element:
        inner = "".join(f"<p:{name}>{text}</p:{name}>" for name, text in elements.items()) + extra
        answer = self.post(method, inner)
        assert answer.status == 200, answer.body.decode()
        return etree.fromstring(answer.body)[0][0][0]

    def do(self, method: str, number: str = NUMBER, turnno: str = "1", **changes: str) -> dict[str, str]:
        self.turn += 1
        return self.ask(
            method, **{"requestid": f"r{self.turn}", "infoid": number, "turnno": turnno} | COMMANDS[method] | changes
        )

    def info(self, number: str = NUMBER) -> dict[str, str]:
        found = self.tree("GetInfo", infoid=number).find(f"{{{NAMESPACE}}}info")
        assert found is not None
        return {node.tag.split("}")[1]: node.text or "" for node in found}

    def rows(self, method: str, name: str, **elements: str) -> list[dict[str, str]]:
        tree = self.tree(method, **elements)
        return [
            {node.tag.split("}")[1]: node.text or "" for node in row} for row in tree.iter(f"{{{NAMESPACE}}}{name}")
        ]

    def items(self, **elements: str) -> list[dict[str, str]]:
        window = {"starttime": "2020-01-01T00:00:00", "endtime": "2099-01-01T00:00:00"}
        return self.rows("GetInfoList", "item", **window | elements)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, memory=True)


@pytest.fixture
def platform(world: World) -> Iterator[Petition]:
    petition = Petition(world)
    yield petition
    petition.close()


@pytest.fixture
def desk(platform: Petition) -> Desk:
    platform.dispatch(_record(), platform.world.clock.now())
    return Desk(platform)


def _record(number: str = NUMBER, **changes: Any) -> Record:
    facts: dict[str, Any] = {
        "title": "过渡费",
        "content": "过渡费未发放。请解决。",
        "caller": "测试戊",
        "phone": "19900004001",
    }
    return Record("petition", number, **facts | changes)


def _switch(platform: Petition, name: str, **how: Any) -> None:
    platform.world.switchboard.set("petition", name, **how or {"times": 1})


def test_an_ordinary_life(desk: Desk) -> None:
    assert desk.items()[0]["status"] == "1"
    assert desk.info()["status"] == "2"
    assert desk.do("AcceptInfo")["status"] == "3"
    answered = desk.do("ReplyInfo")
    assert (answered["code"], answered["status"], answered["receiptno"][:2]) == ("0", "6", "XF")
    desk.platform.happen(NUMBER, "close")
    info = desk.info()
    assert (info["status"], info["isend"], info["replycontent"]) == ("7", "1", REPLY["replycontent"])


def test_info_holds_every_element_and_the_nothings_of_the_wire(desk: Desk) -> None:
    info = desk.info()
    assert tuple(info) == ELEMENTS
    assert len(ELEMENTS) == len(set(ELEMENTS)) == 118
    assert (info["csrq"], info["endtime"], info["isend"], info["xbdwmc"]) == ("0001-01-01T00:00:00",) * 2 + ("0", "")


def test_a_joint_petition_names_its_representatives_and_the_whole_number(platform: Petition) -> None:
    joint = {"joint": ["测试甲", "测试乙"], "visitors": 9}
    platform.dispatch(_record(extra=joint, confidential=True, report=True), platform.world.clock.now())
    info = Desk(platform).info()
    assert (info["isjoint"], info["visitornum"], info["db2xm"], info["db3xm"]) == ("1", "9", "测试乙", "")
    assert (info["issecret"], info["isreport"], info["aim"]) == ("1", "1", "3")


def test_reply_before_acceptance_is_refused_with_the_state_of_now(desk: Desk) -> None:
    refused = desk.do("ReplyInfo")
    assert (refused["code"], refused["status"], refused["turnno"]) == ("1004", "1", "1")


def test_not_accepting_ends_it(desk: Desk) -> None:
    assert desk.do("AcceptInfo", acceptstate="2")["status"] == "9"
    assert desk.info()["isend"] == "1"


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("AcceptInfo", {"noticetype": "7"}),
        ("AcceptInfo", {"acceptcontent": ""}),
        ("AcceptInfo", {"accepttime": "2026-13-45"}),
        ("ReplyInfo", {"replycontent": "太短"}),
        ("ReplyInfo", {"replyresult": "9"}),
        ("ReplyInfo", {"qfr": ""}),
        ("ObjectInfo", {"objectreason": "不是我们"}),
        ("ExtendInfo", {"extenddays": "31"}),
        ("ExtendInfo", {"turnno": "x"}),
    ],
)
def test_code_1002_names_the_element(desk: Desk, method: str, wrong: dict[str, str]) -> None:
    refused = desk.do(method, **wrong)
    assert refused["code"] == "1002"
    assert next(iter(wrong)) in refused["message"]


def test_unknown_number_stale_round_and_refused_content(desk: Desk) -> None:
    assert desk.do("AcceptInfo", number="999")["code"] == "1003"
    assert desk.do("AcceptInfo", turnno="2")["code"] == "1005"
    desk.do("AcceptInfo")
    assert desk.do("ReplyInfo", replycontent="身份证341302199001011234的信访人")["code"] == "1008"


def test_the_same_request_twice_is_one_and_other_content_is_refused(desk: Desk) -> None:
    first = desk.do("AcceptInfo", requestid="ob-1")
    again = desk.do("AcceptInfo", requestid="ob-1")
    assert again == first | {"isrepeat": "1"}
    assert desk.do("AcceptInfo", requestid="ob-1", acceptcontent="另一个内容")["code"] == "1006"
    assert [call["key"] for call in desk.platform.commands()] == ["ob-1"]


def test_a_refusal_is_not_kept_under_its_key(desk: Desk) -> None:
    assert desk.do("ReplyInfo", requestid="ob-2")["code"] == "1004"
    desk.do("AcceptInfo")
    assert desk.do("ReplyInfo", requestid="ob-2")["code"] == "0"


def test_an_objection_once_a_round_and_its_refusal(desk: Desk) -> None:
    assert desk.do("ObjectInfo")["status"] == "4"
    desk.platform.happen(NUMBER, "objection", agreed=False)
    info = desk.info()
    assert (info["status"], info["objectstate"]) == ("2", "3")
    assert desk.do("ObjectInfo")["code"] == "1004"


def test_an_objection_that_is_agreed_returns_the_petition(desk: Desk) -> None:
    desk.do("ObjectInfo")
    desk.platform.happen(NUMBER, "return_decision", agreed=True)
    assert desk.platform.book()[0]["meaning"] == "returned"


def test_too_late_for_an_objection_or_an_extension(desk: Desk) -> None:
    clock = desk.platform.world.clock
    clock.offset += timedelta(days=20)
    assert desk.do("ObjectInfo")["code"] == "1007"
    desk.do("AcceptInfo")
    clock.offset += timedelta(days=60)
    assert desk.do("ExtendInfo")["code"] == "1007"


def test_a_granted_extension_moves_the_limit_once(desk: Desk) -> None:
    desk.do("AcceptInfo")
    before = datetime.fromisoformat(desk.info()["limittime"])
    assert desk.do("ExtendInfo")["extendstate"] == "1"
    desk.platform.happen(NUMBER, "extension_decision", result="1")
    info = desk.info()
    assert datetime.fromisoformat(info["limittime"]) - before == timedelta(days=30)
    assert info["processlimited"] == info["limittime"][:10]
    assert desk.do("ExtendInfo")["code"] == "1004"


def test_bounce_leaves_the_redo_number_and_redo_raises_it(desk: Desk) -> None:
    desk.do("AcceptInfo")
    desk.do("ReplyInfo")
    desk.platform.happen(NUMBER, "bounce", reasons=["有错别字"])
    assert (desk.info()["status"], desk.info()["redonum"], desk.platform.book()[0]["meaning"]) == ("8", "0", "bounced")
    desk.do("ReplyInfo", replycontent="补正后的答复意见全文。")
    desk.platform.happen(NUMBER, "redo")
    assert (desk.info()["status"], desk.info()["redonum"], desk.platform.book()[0]["meaning"]) == ("8", "1", "redo")


def test_what_the_state_forbids_does_not_happen(desk: Desk) -> None:
    with pytest.raises(ValueError, match="redo"):
        desk.platform.happen(NUMBER, "redo")
    with pytest.raises(KeyError):
        desk.platform.happen("1", "close")


def test_a_new_round_starts_empty_and_the_old_one_keeps_its_state(desk: Desk) -> None:
    desk.do("AcceptInfo")
    desk.do("ReplyInfo")
    desk.platform.happen(NUMBER, "redispatch")
    assert [(row["round"], row["state"]) for row in desk.platform.book()] == [(1, "6"), (2, "1")]
    assert desk.do("ReplyInfo")["code"] == "1005"
    info = desk.info()
    assert (info["turnno"], info["status"], info["replycontent"]) == ("2", "2", "")


def test_windows_are_half_open_ordered_and_paged(platform: Petition) -> None:
    start = platform.world.clock.now().replace(microsecond=0)
    for n in range(7):
        platform.dispatch(_record(f"26030200{n:04d}"), start + timedelta(seconds=n // 2))
    desk = Desk(platform)
    pages = [desk.items(pageindex=str(n), pagesize="3") for n in (1, 2, 3)]
    numbers = [item["infoid"] for page in pages for item in page]
    assert numbers == sorted(numbers)
    assert [len(page) for page in pages] == [3, 3, 1]
    moment = f"{start + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    assert len(desk.items(endtime=moment)) == 2
    assert len(desk.items(starttime=moment)) == 5


def test_attachments_are_listed_and_given(platform: Petition) -> None:
    files = {"files": [("申请书.pdf", b"%PDF-1.4 made up")]}
    platform.dispatch(_record(extra=files), platform.world.clock.now())
    desk = Desk(platform)
    assert (desk.info()["fjnum"], desk.info()["fjlist"]) == ("1", "1|申请书.pdf|16")
    given = desk.ask("GetAttachment", infoid=NUMBER, fjid="1")
    assert (given["fjmc"], b64decode(given["fjnr"])) == ("申请书.pdf", b"%PDF-1.4 made up")
    assert desk.ask("GetAttachment", infoid=NUMBER, fjid="2")["code"] == "1003"


@pytest.mark.parametrize(("text", "code"), [(b64encode(b"x").decode(), "0"), ("!!", "1002")])
def test_files_of_a_reply_must_be_base64(desk: Desk, text: str, code: str) -> None:
    desk.do("AcceptInfo")
    fjs = f"<p:fjs><p:fj><p:fjmc>a.jpg</p:fjmc><p:fjnr>{text}</p:fjnr></p:fj></p:fjs>"
    tree = desk.tree("ReplyInfo", fjs, **{"requestid": "f", "infoid": NUMBER, "turnno": "1"} | REPLY)
    assert tree.findtext(f"{{{NAMESPACE}}}code") == code


def test_the_ledger_of_the_day_holds_the_digest_of_the_newest_reply(desk: Desk) -> None:
    desk.do("AcceptInfo")
    desk.do("ReplyInfo")
    text = "第一行。\n第二行,补正后的答复。"
    desk.platform.happen(NUMBER, "bounce")
    desk.do("ReplyInfo", replycontent=text.replace("\n", "&#13;&#10;"))
    today = f"{desk.platform.world.clock.now():%Y-%m-%d}"
    row = desk.rows("GetLedger", "row", date=today)[0]
    assert (row["status"], row["replynum"], row["replysha256"]) == ("6", "2", sha256(text.encode()).hexdigest())
    assert desk.platform.book()[0]["reply_digest"] == row["replysha256"]
    assert desk.rows("GetLedger", "row", date="2020-01-01") == []


def test_wrong_token_unknown_method_and_bad_xml_are_client_faults(desk: Desk) -> None:
    answers = {
        "1001": desk.post("GetInfo", "", token="wrong"),
        "1000": desk.post("DropInfo", ""),
    }
    for code, answer in answers.items():
        assert answer.status == 500
        assert f"<errcode>{code}</errcode>" in answer.body.decode()
    for body in (b"not xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"<x/>"):
        answer = desk.raw(body, "x")
        assert (answer.status, b"soap:Client" in answer.body) == (500, True)
    assert desk.post("GetInfo", "", action="urn:other").status == 500


def test_only_its_own_address_and_methods(platform: Petition) -> None:
    assert platform.handle(Request("POST", "/services/Other.asmx")) is None
    refused = platform.handle(Request("PUT", PATH))
    assert refused is not None
    assert refused.status == 405


def test_the_description_names_every_method(platform: Petition) -> None:
    answer = platform.handle(Request("GET", PATH, raw_query="wsdl"))
    assert answer is not None
    names = etree.fromstring(answer.body).xpath("//*[local-name()='portType']/*/@name")
    assert names == list(METHODS)


@pytest.mark.parametrize("name", ["server_fault", "fault_after_commit"])
def test_server_faults_leave_the_same_request_good(desk: Desk, name: str) -> None:
    _switch(desk.platform, name)
    inner = "".join(
        f"<p:{k}>{v}</p:{k}>" for k, v in {"requestid": "s", "infoid": NUMBER, "turnno": "1", **ACCEPT}.items()
    )
    assert b"soap:Server" in desk.post("AcceptInfo", inner).body
    assert b"<code>0</code>" in desk.post("AcceptInfo", inner).body
    assert len(desk.platform.commands()) == 1


def test_busy_and_unknown_outcome(desk: Desk) -> None:
    _switch(desk.platform, "busy")
    assert desk.do("AcceptInfo", requestid="b") == {"code": "1009", "message": "系统繁忙", "retryafter": "1"}
    _switch(desk.platform, "unknown_outcome")
    assert desk.do("AcceptInfo", requestid="b")["code"] == "9999"
    assert desk.do("AcceptInfo", requestid="b")["isrepeat"] == "1"


def test_gb18030_is_declared_under_a_charset_of_utf8(desk: Desk) -> None:
    _switch(desk.platform, "gbk")
    answer = desk.post("GetInfo", f"<p:infoid>{NUMBER}</p:infoid>")
    assert answer.body.startswith(b'<?xml version="1.0" encoding="GB18030"?>')
    assert "过渡费" in answer.body.decode("gb18030")
    assert answer.headers["Content-Type"].endswith("utf-8")


def test_careless_elements(desk: Desk) -> None:
    desk.info()
    _switch(desk.platform, "missing_elements")
    assert "mz" not in desk.info()
    _switch(desk.platform, "doubled_elements")
    answer = desk.post("GetInfo", f"<p:infoid>{NUMBER}</p:infoid>")
    assert answer.body.count(b"<title>") == 2
    _switch(desk.platform, "blanks_around")
    assert desk.info()["infoid"].strip() == NUMBER
    _switch(desk.platform, "escaped_break")
    assert "<br/>" in desk.info()["content"]
    _switch(desk.platform, "xsi_nil")
    assert b'xsi:nil="true"' in desk.post("GetInfo", f"<p:infoid>{NUMBER}</p:infoid>").body


def test_shifting_pages_and_ghosts(platform: Petition) -> None:
    for n in range(4):
        platform.dispatch(_record(f"26030200{n:04d}"), platform.world.clock.now())
    desk = Desk(platform)
    _switch(platform, "shifting_pages")
    numbers = [item["infoid"] for item in desk.items()]
    assert len(numbers) == 4 > len(set(numbers))
    _switch(platform, "ghost_item")
    ghost = desk.items()[-1]["infoid"]
    assert desk.ask("GetInfo", infoid=ghost)["code"] == "1003"


def test_old_info_after_new(desk: Desk) -> None:
    desk.info()
    desk.do("AcceptInfo")
    _switch(desk.platform, "old_info")
    assert desk.info()["status"] == "2"
    assert desk.info()["status"] == "3"


def test_its_clock_may_be_minutes_off(desk: Desk) -> None:
    _switch(desk.platform, "clock_skew", seconds=600.0)
    ahead = datetime.fromisoformat(desk.info()["updatetime"])
    now = desk.platform.world.clock.now().replace(tzinfo=None)
    assert timedelta(minutes=9) < ahead - now < timedelta(minutes=11)


def test_the_autopilot_decides_in_due_course(desk: Desk) -> None:
    world = desk.platform.world
    world.autopilot, world.pace = True, 5.0
    desk.do("AcceptInfo")
    desk.do("ReplyInfo")
    desk.platform.tick(world.clock.now())
    assert desk.platform.book()[0]["meaning"] == "sent"
    world.clock.offset += timedelta(seconds=10)
    desk.platform.tick(world.clock.now())
    assert desk.platform.book()[0]["meaning"] == "closed"


def test_dispatching_twice_is_calm_and_the_book_outlives_a_restart(tmp_path: Path) -> None:
    first = Petition(World(tmp_path))
    for _ in range(2):
        first.dispatch(_record(), first.world.clock.now())
    Desk(first).info()
    first.close()
    again = Petition(World(tmp_path))
    again.dispatch(_record(), again.world.clock.now())
    assert [(row["number"], row["state"]) for row in again.book()] == [(NUMBER, "2")]
    again.close()
