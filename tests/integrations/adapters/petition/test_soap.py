"""SOAP as plain values: what is written, what is read, what is refused."""

from __future__ import annotations

import pytest
from lxml import etree

from integrations.adapters.petition import soap

from .payloads import answer, fault, info


def envelope(text: str) -> bytes:
    files = [{"fjmc": "图.jpg", "fjnr": "QQ=="}]
    return soap.envelope("ReplyInfo", "341300ZD", "t", {"requestid": "ob-1", "replycontent": text, "fjs": files})


def test_an_envelope_carries_unit_token_and_elements():
    raw = envelope("第一行\r\n<第二行>")
    root = etree.fromstring(raw)
    namespaces = {"s": soap.ENVELOPE, "p": soap.NAMESPACE}
    assert root.findtext("s:Header/p:AuthHeader/p:unitcode", namespaces=namespaces) == "341300ZD"
    assert root.findtext("s:Body/p:ReplyInfo/p:replycontent", namespaces=namespaces) == "第一行\n<第二行>"
    assert root.findtext("s:Body/p:ReplyInfo/p:fjs/p:fj/p:fjmc", namespaces=namespaces) == "图.jpg"
    assert raw == envelope("第一行\n<第二行>")


def test_text_that_xml_cannot_carry_is_refused():
    with pytest.raises(ValueError, match="XML"):
        soap.envelope("ReplyInfo", "u", "t", {"replycontent": "坏\x00字"})


def test_blanks_nil_and_doubled_elements():
    found = soap.result(answer("GetInfo", code=" 0 ", info=[{"title": "\n 甲 "}, {"title": "甲"}]), "GetInfo")
    assert found["code"] == "0"
    raw = answer("GetInfo", info=None).replace(
        b'<info xsi:nil="true"/>', b'<info><title/><title> x </title><xm xsi:nil="true">y</xm></info>'
    )
    assert soap.result(raw, "GetInfo")["info"] == {"title": "x", "xm": "", "_doubled": ["title"]}


@pytest.mark.parametrize("declared", ["GB18030", "gb2312", "GBK"])
def test_the_declared_encoding_outranks_the_charset_of_the_header(declared):
    raw = answer(
        "GetInfo", head=f'<?xml version="1.0" encoding="{declared}"?>', encoding="gb18030", info=info(xm="测试㐂")
    )
    assert soap.result(raw, "GetInfo", "utf-8")["info"]["xm"] == "测试㐂"


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        answer("GetInfo", code="0")[:-40],
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + answer("GetInfo", head="", code="0"),
        answer("GetInfoList", code="0"),
        b"",
    ],
)
def test_what_is_no_answer_to_the_call_is_unreadable(raw):
    with pytest.raises(soap.Unreadable):
        soap.result(raw, "GetInfo")


def test_a_fault_tells_whose_fault_it_is():
    with pytest.raises(soap.Fault) as caught:
        soap.result(fault("1001"), "GetInfo")
    assert (caught.value.is_client, caught.value.code) == (True, "1001")
    with pytest.raises(soap.Fault) as caught:
        soap.result(fault("9999", "Server"), "GetInfo")
    assert not caught.value.is_client
