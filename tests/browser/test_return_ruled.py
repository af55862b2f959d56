"""科室退单: a section asks the office to take a ticket back; refused, it handles it, granted, another section does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow
WHY = "经核实，该指示牌由其他科室在建项目设置。"


def asked_back(handler: Desk, number: str) -> None:
    """With its ground."""
    handler.act("ask_section_return", code="not_duty", reason=WHY)
    assert "退单" in handler.text()


def in_lane(office: Desk, number: str) -> bool:
    """Whether it waits in the hall among the returns."""
    return office.finds(number, "/office/?list=returns")


def test_refused_with_an_opinion_it_stays(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    number = signed(office, handler, logged(office, Made()))
    asked_back(handler, number)
    assert in_lane(office, number)

    office.open_ticket(number)
    assert WHY in office.text(), "the ground stands before the one who rules"
    office.act("refuse_section_return", opinion="属你科室职责，请按期办理。")
    assert not in_lane(office, number)

    handler.open_ticket(number)
    assert "属你科室职责" in handler.text()
    assert handler.page.locator("#reply").is_visible(), "it is being handled again"
    why_not = handler.page.locator(".why-not", has_text="裁定不予退单")
    assert why_not.is_visible(), "asking again is refused, with the reason"


def test_granted_it_goes_to_another_section(desk: Callable[..., Desk]) -> None:
    office, handler, other = desk("paidan"), desk("eng1-chengban"), desk("eng2-chengban")
    number = signed(office, handler, logged(office, Made()))
    asked_back(handler, number)

    office.open_ticket(number)
    office.act("grant_section_return", opinion="同意退单。")
    office.act("dispatch", section="eng2")

    assert handler.go(f"/tickets/{number}/") == 404, "it is theirs no more"
    assert other.finds(number, "/desk/?list=queue")
    other.open_ticket(number)
    other.act("sign")
    assert other.page.locator("#reply").is_visible()
