"""Two people at one ticket: the later one is told who was quicker and keeps what he has typed; and a session that ends in mid-reply."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow
OPEN = Callable[..., Desk]
MINE = "您好：您反映的指示牌掉落问题，我单位已派员到场查看并修复完毕。感谢您的监督。"
THEIRS = "您好：该指示牌已于今日重新安装牢固，并加装防坠落装置。"


@pytest.fixture
def in_hand(desk: OPEN) -> tuple[Desk, Desk, str]:
    """The handler with the reply before him, the office, and the number; the caller has been spoken to."""
    office, handler = desk("paidan"), desk("eng1-chengban")
    number = signed(office, handler, logged(office, Made()))
    handler.act("contact", reached=True, note="已联系诉求人。")
    return office, handler, number


def type_reply(person: Desk, text: str) -> None:
    """Everything a reply needs."""
    form = person.page.locator("#reply form[data-main]")
    person.fill(form, "handling", "已派员到场修复。")
    person.fill(form, "public_text", text)
    person.fill(form, "outcome", "solved")


def typed(person: Desk) -> str:
    """The public text as it stands in the form."""
    return person.page.input_value("#f-public_text")


def test_two_editors_of_one_reply(desk: OPEN, in_hand: tuple[Desk, Desk, str]) -> None:
    _office, handler, number = in_hand
    chief = desk("eng1-kezhang")
    chief.open_ticket(number)
    type_reply(handler, MINE)
    type_reply(chief, THEIRS)
    chief.page.locator("#reply button[value=save]").click()
    chief.page.locator(".said", has_text="已保存").wait_for()
    handler.page.locator("[data-draft-said]", has_text="草稿").first.wait_for()

    handler.page.keyboard.press("Control+Enter")
    stale = handler.page.locator("#reply .said.warned", has_text="测试癸")
    stale.wait_for()
    assert "起草答复" in stale.inner_text(), "who was quicker, and with what"
    assert typed(handler) == MINE, "what was typed is still there"
    with handler.context.expect_page() as opened:
        stale.get_by_role("link").click()
    assert opened.value.input_value("#f-public_text") == THEIRS, "and what the other one wrote can be read beside it"

    handler.fill(handler.page, "public_text", MINE + THEIRS.removeprefix("您好："))
    handler.page.keyboard.press("Control+Enter")
    handler.page.locator(".said", has_text="已提交").wait_for()
    chief.open_ticket(number)
    assert "加装防坠落装置" in chief.text()
    assert "感谢您的监督" in chief.text()


def test_two_dispatchers_of_one_ticket(desk: OPEN) -> None:
    office, other = desk("paidan"), desk("qianfa")
    number = logged(office, Made())
    for person in (office, other):
        person.open_ticket(number)
        person.page.locator('main a[href*="/dispatch/"]').first.click()
        person.page.locator("#act form [name=section]").wait_for()
    for person, section in ((office, "eng1"), (other, "eng2")):
        person.fill(person.page.locator("#act form"), "section", section)
        person.fill(person.page.locator("#act form"), "reason", f"由{section}办理")
        person.page.locator("#act form button.primary").click()
        person.page.locator(".said:not([hidden])").first.wait_for()
    told = other.page.locator("#act .said.warned", has_text="测试乙")
    told.wait_for()
    assert "派单" in told.inner_text()
    assert other.page.input_value("#act [name=reason]") == "由eng2办理"
    assert other.page.input_value("#act [name=section]") == "eng2"


def test_the_session_ends_in_the_middle_of_a_reply(desk: OPEN, in_hand: tuple[Desk, Desk, str]) -> None:
    _office, handler, _number = in_hand
    type_reply(handler, MINE)
    with handler.page.expect_response("**/draft/reply/"):
        handler.page.keyboard.press("Escape")
    handler.context.clear_cookies(name="sessionid")
    handler.fill(handler.page, "public_text", MINE + THEIRS)
    over = handler.page.locator("#session-over")
    over.wait_for()
    with handler.context.expect_page() as opened:
        over.get_by_role("link").click()
    window = opened.value
    window.fill("[name=login]", "eng1-chengban")
    window.fill("[name=password]", handler.house.passwords["eng1-chengban"])
    window.press("[name=password]", "Enter")
    window.wait_for_url(lambda url: "/tickets/" in url.split("?")[0])
    assert window.input_value("#f-public_text") == MINE, "the draft of the last moment before"

    assert typed(handler) == MINE + THEIRS, "what was typed after it stays where it was typed"
    handler.page.bring_to_front()
    handler.page.keyboard.press("Control+Enter")
    handler.page.locator(".said", has_text="已提交").wait_for()
    assert "加装防坠落装置" in handler.text()


def test_a_form_sent_after_the_session_has_ended_is_not_lost(desk: OPEN, in_hand: tuple[Desk, Desk, str]) -> None:
    _office, handler, number = in_hand
    type_reply(handler, MINE)
    handler.context.clear_cookies(name="sessionid")
    handler.page.locator("#reply button[value=submit]").click()
    handler.page.wait_for_url("**/login/**")
    handler.page.fill("[name=login]", "eng1-chengban")
    handler.page.fill("[name=password]", handler.house.passwords["eng1-chengban"])
    handler.page.press("[name=password]", "Enter")
    handler.page.wait_for_url(lambda url: "/unsent/" in url.split("?")[0])
    assert MINE in handler.text()
    handler.page.locator(f'form[action*="{number}"]').get_by_role("button", name="现在提交").click()
    handler.page.locator(".said", has_text="已提交").wait_for()
    assert number in handler.page.url
