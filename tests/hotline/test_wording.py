"""Masks and covers: what is hidden, and what must stay readable."""

from __future__ import annotations

import pytest

from hotline.wording import COVER, Cover, mask_id, mask_name, mask_phone, mask_text
from tickets.domain.messages import Party

HIDDEN = [
    ("电话19900001234。", "电话199****1234。"),
    ("199 0000 1234", "199****1234"),
    ("199-0000-1234", "199****1234"),
    ("+8619900001234", "+86****1234"),
    ("１９９００００１２３４", "199****1234"),
    ("座机0557-3020001", "座机0557****0001"),
    ("身份证341302199001011234", "身份证341302****1234"),
    ("身份证34130219900101123X", "身份证341302****123X"),
    ("老证341302900101123", "老证341302****1123"),
    ("卡号6222021234567890123", "卡号6222****0123"),
    ("卡号6222 0212 3456 7890 123", "卡号6222**** 123"),
    ("车牌皖L12345", "车牌皖L****5"),
    ("车牌皖L·D12345", "车牌皖L****5"),
]
KEPT = [
    "工单SZ-2026-0000417",
    "平台编号202603020912000012",
    "平台编号202603190912000012",
    "金额1234567.00元，2026年3月2日10时",
    "文号宿政办〔2026〕12号",
    "长度19900米",
    "坐标116.96391，33.63640",
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_numbers_of_persons_are_covered(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize("text", KEPT)
def test_other_figures_stay(text: str) -> None:
    assert mask_text(text) == text


def test_the_card() -> None:
    assert (mask_name("测试甲"), mask_name("欧阳测试"), mask_name("甲"), mask_name("")) == ("测**", "欧阳**", "甲*", "")
    assert (mask_phone("19900001234"), mask_phone("12345"), mask_phone("")) == ("199****1234", "****45", "")
    assert mask_id("341302199001011234") == "3********4"


def test_a_cover_takes_names_numbers_and_pieces_of_places() -> None:
    cover = Cover.of([Party(name="测试甲", phone="19900001234", address="样例小区三栋")], ["样例路东段三十二号"])
    text = "测试甲住样例小区，反映样例路东段的围挡，电话199 0000-1234，另有19900009999。"
    assert cover(text) == f"{COVER}住{COVER}，反映{COVER}的围挡，电话{COVER}，另有199****9999。"
    assert cover.hide("另有19900009999") == "另有19900009999"


def test_a_cover_of_nobody_changes_nothing() -> None:
    assert Cover.of([], [])("样例路东段") == "样例路东段"
    assert Cover.of([Party(name="甲", gender="男")], [""])("甲方男工") == "甲方男工"
