"""五要素 as far as words tell them, and telephone numbers as they are typed."""

from __future__ import annotations

import pytest

from tickets.domain import telephone
from tickets.domain.elements import Element, said


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ("样例路工地昨晚十一点还在施工，希望停工。", set()),
        ("工地太吵了，希望停工。", {Element.WHEN}),
        ("昨天晚上太吵，请处理一下吧。", {Element.WHERE}),
        ("昨晚样例路工地太吵。", {Element.WANTED}),
        ("吵", {Element.WHEN, Element.WHERE, Element.WHAT, Element.WANTED}),
        ("咨询示范大桥什么时候通车？", set()),
    ],
)
def test_what_a_matter_does_not_say_yet(content: str, missing: set[Element]) -> None:
    found = said(content=content, who="19900001234")
    assert {element for element, holds in found.items() if not holds} == missing


def test_who_and_where_may_stand_in_their_own_fields() -> None:
    found = said(content="昨天太吵，请处理。", place="样例路")
    assert found[Element.WHERE]
    assert not found[Element.WHO]
    assert said(content="", is_anonymous=True)[Element.WHO]


@pytest.mark.parametrize(
    ("typed", "plain", "whole"),
    [
        ("199 0000 1234", "19900001234", True),
        ("+86 199-0000-1234", "19900001234", True),
        ("008619900001234", "19900001234", True),
        ("(0557) 300 0000", "05573000000", True),
        ("+86 0557 3000000", "05573000000", True),
        ("1990000", "1990000", False),
        ("12345", "12345", False),
        ("8619900001", "8619900001", False),
        ("", "", False),
    ],
)
def test_numbers_as_they_are_typed(typed: str, plain: str, whole: bool) -> None:
    assert telephone.plain(typed) == plain
    assert telephone.is_whole(plain) is whole
