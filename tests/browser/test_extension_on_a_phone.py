"""延期、挂账: the section asks, the leader decides on the way with a telephone in his hand, and the new limit explains itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator

from .desk import PHONE, Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow
OPEN = Callable[..., Desk]
OUTER, INNER = "对外时限 · 答复", "科室时限 · 答复"


@pytest.fixture
def at_work(desk: OPEN) -> tuple[Desk, Desk, Desk, str]:
    """Office, handler and leader, and a ticket that is being handled; the handler stands before it."""
    office, handler, leader = desk("paidan"), desk("eng1-chengban"), desk("lingdao", size=PHONE)
    number = signed(office, handler, logged(office, Made()))
    handler.act("contact", reached=True, note="已联系诉求人，说明需要较长时间。")
    return office, handler, leader, number


def card(leader: Desk, number: str) -> Locator:
    """Of the request to decide; the newest may stand on a later page."""
    assert leader.finds(number, "/board/approve/?list=requests")
    assert not leader.spills()
    return leader.page.locator("article.decide", has_text=number)


def reply_limit(person: Desk, name: str) -> Locator:
    """A limit of the answer, in the card of limits."""
    return person.page.locator(".clocks > li", has_text=name).first


def due(person: Desk, name: str) -> str:
    """Until when, as its page says it."""
    return reply_limit(person, name).locator(".clock .mono").inner_text()


def test_an_extension_is_granted_on_a_phone(at_work: tuple[Desk, Desk, Desk, str]) -> None:
    office, handler, leader, number = at_work
    before = due(handler, INNER)
    handler.act("ask_extension", amount="5", reason="需联系厂家定制指示牌，工期较长。")
    assert "申请延期" in handler.text()

    asked = card(leader, number)
    assert "需联系厂家定制" in asked.inner_text()
    told = asked.locator("dd .mono").all_inner_texts()
    assert len(told) == 2, "from when to when, before he decides"
    asked.locator("textarea").fill("同意，抓紧办理。")
    asked.get_by_role("button", name="同意", exact=True).tap()
    leader.page.locator(".said:not([hidden])").first.wait_for()
    assert not leader.finds(number, "/board/approve/?list=requests")

    office.open_ticket(number)
    assert due(office, OUTER) == told[1], "as the card had said"
    limit = reply_limit(office, OUTER)
    limit.locator("summary").click()
    assert "延期 5 个工作日" in limit.inner_text(), "and the count says why"
    handler.open_ticket(number)
    assert due(handler, INNER) != before, "the section's own limit moves with it"
    assert "同意，抓紧办理。" in handler.text()
    assert "申请延长 5 个工作日" in handler.text()


def test_a_suspension_is_refused_with_an_opinion_and_then_granted(at_work: tuple[Desk, Desk, Desk, str]) -> None:
    _office, handler, leader, number = at_work
    until = (date.today() + timedelta(days=40)).isoformat()
    for answer in ("refuse", "grant"):
        handler.act("ask_suspension", code="season", reason="须待主体工程完工后方可安装。", until=until)
        asked = card(leader, number)
        asked.locator("textarea").fill("请先设置临时标志。")
        asked.get_by_role("button", name="不同意" if answer == "refuse" else "同意", exact=True).tap()
        leader.page.locator(".said:not([hidden])").first.wait_for()
        handler.open_ticket(number)
        assert "请先设置临时标志。" in handler.text()
        assert ("挂账" in handler.page.locator("h1").inner_text()) is (answer == "grant")
