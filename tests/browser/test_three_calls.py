"""An intake clerk takes three calls with the keyboard alone: a new matter, the same one again, and a question answered on the line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, number_of

pytestmark = pytest.mark.slow
ANSWER = "该工程计划于样例年末竣工，届时将向社会公告。"


class Keyboard:
    """Keys, and nothing but keys; what is waited for is what a person would look at."""

    def __init__(self, clerk: Desk) -> None:
        self.page, self.board = clerk.page, clerk.page.keyboard

    def type(self, text: str) -> None:
        """Into the field that has the focus."""
        self.board.insert_text(text)

    def press(self, *keys: str) -> None:
        """One after the other."""
        for key in keys:
            self.board.press(key)

    @property
    def field(self) -> str:
        """Where the cursor stands."""
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.tagName"))

    def stands_in(self, name: str) -> None:
        """The cursor comes by itself: with the first frame, or a moment after the key."""
        self.page.locator(f"[name={name}]:focus").wait_for()

    def to(self, name: str) -> None:
        """By Enter from field to field, as the form leads."""
        for _step in range(8):
            if self.field == name:
                return
            self.press("Enter")
        raise AssertionError(f"Enter does not lead to {name}, it stands in {self.field}")

    def tab_to(self, name: str) -> None:
        """By Tab from field to field."""
        for _step in range(8):
            if self.field == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {name}, it stands in {self.field}")


def test_three_calls_by_keyboard(desk: Callable[..., Desk]) -> None:
    clerk = desk("dengji")
    keys, first = Keyboard(clerk), Made()
    clerk.go("/intake/")

    number = _a_new_matter(clerk, keys, first)
    keys.press("n")
    clerk.page.wait_for_url("**/intake/")
    _the_same_again(clerk, keys, first, number)
    keys.press("n")
    clerk.page.wait_for_url("**/intake/")
    _answered_while_the_line_breaks(clerk, keys, Made(about="的工程什么时候竣工通车"))


def _a_new_matter(clerk: Desk, keys: Keyboard, made: Made) -> str:
    keys.stands_in("incoming_phone")  # the number first
    keys.type(made.phone)
    clerk.page.get_by_text("此号码首次来电").wait_for()
    keys.to("name")
    keys.type(made.name)
    keys.to("content")
    keys.type(made.content)
    keys.tab_to("place")
    keys.type(made.place)
    clerk.page.locator("#elements .said-so", has_text="何地").wait_for()
    keys.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/receipt/**")
    number = number_of(clerk)
    assert number in clerk.text()
    assert re.search(r"\b[0-9A-Z]{17}\b", clerk.text()), "the look-up code is read out to the caller"
    return number


def _the_same_again(clerk: Desk, keys: Keyboard, made: Made, number: str) -> None:
    keys.stands_in("incoming_phone")
    keys.type(made.phone)
    earlier = clerk.page.locator("#hints .earlier")
    earlier.get_by_text(made.place).wait_for()
    assert earlier.locator("li.mine").count() == 1, "his open matter stands on top"
    keys.to("content")
    keys.type(f"还是{made.content}")
    clerk.page.locator(f"#join-{number}").wait_for()
    keys.press("Control+j")
    clerk.page.wait_for_url("**/intake/receipt/**")
    assert number_of(clerk) != number
    assert number in clerk.page.locator(".receipt").inner_text(), "joined to the first"


def _answered_while_the_line_breaks(clerk: Desk, keys: Keyboard, made: Made) -> None:
    keys.stands_in("incoming_phone")
    keys.type(made.phone)
    clerk.page.get_by_text("此号码首次来电").wait_for()
    keys.to("content")
    with clerk.offline():
        keys.type(made.content)
        clerk.page.locator("[data-draft-said]", has_text="已暂存在本页").first.wait_for()
        keys.press("Control+Enter")
        clerk.page.locator("#intake").wait_for(
            state="detached"
        )  # the browser's own page says that there is no connection

    clerk.go("/intake/")
    clerk.page.locator("[data-draft-said]", has_text="已恢复").first.wait_for()
    assert clerk.page.input_value("[name=incoming_phone]") == made.phone
    assert clerk.page.input_value("[name=content]") == made.content, "nothing that was typed is lost"
    keys.press("Control+d")
    keys.stands_in("answer")
    keys.type(ANSWER)
    keys.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/receipt/**")
    receipt = clerk.page.locator(".receipt").inner_text()
    assert "直办" in receipt
    assert ANSWER in receipt
    clerk.go("/intake/")
    assert clerk.page.input_value("[name=content]") == "", "what has arrived is typed no more"
    assert clerk.page.locator("tr[data-row]", has_text=made.place).count() == 1, "logged once"
