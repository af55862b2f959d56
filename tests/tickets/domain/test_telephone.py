"""What is taken for a telephone number at our own doors."""

from __future__ import annotations

import pytest

from tickets.domain import telephone


@pytest.mark.parametrize(
    "typed",
    [
        "19900001234",
        "+86 199-0000-1234",
        "0557-3050000",
        "05573050000转8001",
        "05573050000 x 8001",
        "(0557)3050000",
        "12345",
    ],
)
def test_what_can_be_called_is_a_number(typed: str) -> None:
    assert telephone.is_number(typed)


@pytest.mark.parametrize("typed", ["12345abc", "12", "测试甲", "1990000123412345678901", "转8001"])
def test_what_nobody_can_call_is_none(typed: str) -> None:
    assert not telephone.is_number(typed)
