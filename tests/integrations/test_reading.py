"""Rules that hold on every wire: nothing-values, local time, numbers as text, bytes, digests."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from integrations import reading
from integrations.protocol import Unmappable
from integrations.reading import SHANGHAI, Fields

NINE = datetime(2026, 3, 2, 9, 15, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02 09:15:00",
        "2026-03-02T09:15:00",
        "2026/3/2 9:15",
        "2026-03-02T09:15:00+08:00",
        "2026-03-02T01:15:00Z",
        "2026-03-02T01:15:00.000+00:00",
        " 2026-03-02 09:15:00 ",
        "2026年3月2日 09:15",
    ],
)
def test_a_moment_without_offset_is_shanghai(written: str) -> None:
    assert reading.moment(written) == NINE
    assert reading.deadline(written) == NINE


@pytest.mark.parametrize(
    "nothing", ["", None, "-", "无", "  ", "0001-01-01T00:00:00", "1900-01-01 00:00:00", "0001-01-01", "\x00"]
)
def test_nothing_is_nothing(nothing: object) -> None:
    assert reading.moment(nothing) is None
    assert reading.deadline(nothing) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-13-45",
        "2026-02-30 10:00:00",
        "2026-03-02 25:00",
        "tomorrow",
        "20260302",
        "9999-12-31",
        "2026-03-02T09:15+99:00",
    ],
)
def test_an_impossible_date_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        reading.deadline(wrong)


def test_a_date_alone_as_deadline_is_the_end_of_that_day() -> None:
    assert reading.deadline("2026-03-04") == datetime(2026, 3, 5, tzinfo=SHANGHAI)
    assert reading.deadline("2026-03-04 24:00:00") == datetime(2026, 3, 5, tzinfo=SHANGHAI)
    assert reading.moment("2026-03-04") == datetime(2026, 3, 4, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("held", "day"),
    [
        (datetime(2026, 3, 13, 16, tzinfo=UTC), "2026-03-13"),
        ("2026-03-14T00:00:00+08:00", "2026-03-13"),
        ("2026-03-13", "2026-03-13"),
        (date(2026, 3, 13), "2026-03-13"),
        (datetime(2026, 3, 13, 17, 30, tzinfo=SHANGHAI), "2026-03-13"),
        (None, ""),
    ],
)
def test_a_deadline_goes_back_to_the_date_that_means_it(held: object, day: str) -> None:
    assert reading.last_day(held) == day


def test_local_writes_shanghai_time() -> None:
    assert reading.local(datetime(2026, 3, 2, 1, 15, tzinfo=UTC)) == "2026-03-02 09:15:00"
    assert reading.local("2026-03-02T09:15:00+08:00") == "2026-03-02 09:15:00"
    assert reading.local(None) == ""


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("1", True), (0, False), (True, True), ("是", True), ("否", False), ("False", False), ("", None)],
)
def test_flags(value: object, meaning: bool | None) -> None:
    assert reading.flag(value) is meaning


@pytest.mark.parametrize("wrong", ["2", "maybe", 7, 0.5, []])
def test_a_flag_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        reading.flag(wrong)


@pytest.mark.parametrize(("value", "meaning"), [(3, 3), ("3", 3), (" 12 ", 12), ("", None), (None, None)])
def test_counters(value: object, meaning: int | None) -> None:
    assert reading.counter(value) == meaning


@pytest.mark.parametrize("wrong", [True, 1.0, -1, "-1", "3.0", "三", 10**12, "9" * 5000])
def test_a_counter_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        reading.counter(wrong)


def test_text_has_no_nul_and_no_lone_surrogate() -> None:
    assert reading.text(" 样例\x00路\ud83d ") == "样例路\ufffd"
    assert reading.text("一\r\n二") == "一\r\n二"


def test_lists_come_as_text_or_as_lists() -> None:
    assert reading.many("市城管局;市生态环境局;") == ("市城管局", "市生态环境局")
    assert reading.many(["市城管局", ""]) == ("市城管局",)
    assert reading.many(None) == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_json_in_every_seen_encoding(encoding: str) -> None:
    value = {"appealSubject": "样例路夜间施工噪声扰民"}
    assert reading.decode_json(json.dumps(value, ensure_ascii=False).encode(encoding)) == value


@pytest.mark.parametrize("raw", [b"", b"<html>", b'{"a":', b"\xff\xff\xff", b"[" * 100_000])
def test_unreadable_json_names_the_body(raw: bytes) -> None:
    with pytest.raises(Unmappable) as told:
        reading.decode_json(raw)
    assert told.value.field == "body"
    assert told.value.zh
    assert told.value.en


def test_an_absurd_integer_does_not_make_the_page_unreadable() -> None:
    page = reading.decode_json(b'{"items":[' + b"9" * 5000 + b',{"orderNo":260302091200000017}]}')
    assert page["items"][1]["orderNo"] == 260302091200000017


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("gb18030", "GB18030", "utf-8"),
        ("gbk", "gb2312", ""),
        ("utf-8", "utf-8", "gbk"),
        ("gbk", "", "gb2312"),
        ("utf-8-sig", "gb2312", ""),
        ("utf-16", "utf-16", ""),
        ("utf-8", "no-such-encoding", ""),
    ],
)
def test_xml_mark_declaration_then_charset(encoding: str, declared: str, charset: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    raw = f"{head}<a>拆迁过渡费镕</a>".encode(encoding)
    assert reading.decode_xml(raw, charset) == "<a>拆迁过渡费镕</a>"


def test_the_canonical_form_does_not_depend_on_the_order_of_keys() -> None:
    assert (
        reading.canonical({"b": "一", "a": 1}) == reading.canonical({"a": 1, "b": "一"}) == '{"a":1,"b":"一"}'.encode()
    )
    assert reading.decode_json(reading.canonical({"a": "\ud800"})) == {"a": "\ud800"}


def test_reply_digest_is_of_the_text_with_line_feeds() -> None:
    wanted = "fc601e36949f186ce8dac555b226d0b042aa2f44b278a5ebfd908b27113878c9"
    assert reading.reply_digest("已整改。\r\n谢谢") == wanted
    assert reading.reply_digest("已整改。\r谢谢") == reading.reply_digest("已整改。\n谢谢") == wanted
    assert reading.reply_digest("已整改。\n谢谢 ") != wanted
    assert reading.reply_digest("") == ""


def test_ticket_numbers_are_text_and_a_float_has_lost_digits() -> None:
    assert Fields({"no": 260302091200000017}).number("no") == "260302091200000017"
    for wrong in (2.6e17, None, "", [], "无", "9" * 65):
        with pytest.raises(Unmappable) as told:
            Fields({"no": wrong}).number("no")
        assert told.value.field == "no"


def test_what_cannot_be_placed_is_noted_and_nothing_else() -> None:
    fields = Fields(
        {
            "when": "2026-13-45",
            "level": "9",
            "new": "x",
            "count": "3",
            "nested": {"odd": 1},
            "flag": "也许",
            "float": 1.5,
        }
    )
    assert fields.moment("when") is None
    assert fields.code("level", {"1": "ordinary"}, "ordinary") == "ordinary"
    assert fields.counter("count") == 3
    assert fields.flag("flag") is False
    assert fields.text("float") == ""
    nested = fields.child("nested")
    nested.finish()
    fields.finish()
    assert fields.unmapped == ["when=2026-13-45", "level=9", "flag=也许", "float=1.5", "nested.odd", "new"]


def test_a_round_must_fit() -> None:
    for wrong in (None, "", "x", 40_000, 1.5):
        with pytest.raises(Unmappable):
            Fields({"round": wrong}).whole("round")
