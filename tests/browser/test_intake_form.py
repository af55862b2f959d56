"""The form of the intake desk in a browser: what was sent does not come back, what was kept says so, a panel that opens can be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged

pytestmark = pytest.mark.slow


@pytest.fixture
def clerk(desk: Callable[..., Desk]) -> Desk:
    return desk("dengji")


def test_back_from_the_receipt_is_an_empty_form(clerk: Desk) -> None:
    logged(clerk, Made())
    clerk.page.go_back()
    clerk.page.locator("#intake").wait_for()
    clerk.page.wait_for_timeout(300)  # browsers put old values back after the page is there
    assert [clerk.page.input_value(f"[name={name}]") for name in ("incoming_phone", "name", "content", "place")] == [
        ""
    ] * 4


def test_a_kept_draft_says_so_and_can_be_discarded(clerk: Desk) -> None:
    number, content = clerk.page.locator("[name=incoming_phone]"), clerk.page.locator("[name=content]")
    clerk.go("/intake/")
    content.fill("样例：说到一半。")
    with clerk.page.expect_response("**/intake/draft/"):
        number.fill("19900007777")
    clerk.go("/intake/")
    clerk.page.locator("#intake .said", has_text="已恢复").wait_for()
    clerk.page.locator("[name=incoming_phone]:focus").wait_for()
    clerk.page.keyboard.insert_text("19900008888")
    assert number.input_value() == "19900008888", "what is typed stands in place of the kept number"
    content.focus()
    number.click()
    clerk.page.wait_for_timeout(50)
    clerk.page.keyboard.insert_text("1990000999")
    with clerk.page.expect_response("**/intake/hints/"):
        clerk.page.keyboard.insert_text("9")
    with clerk.page.expect_response("**/intake/draft/"):
        clerk.page.keyboard.insert_text("0")
    assert number.input_value() == "199000099990", "what comes beside the form selects nothing"
    clerk.page.get_by_role("button", name="放弃").click()
    clerk.page.locator("#intake .said").wait_for(state="detached")
    assert (number.input_value(), content.input_value()) == ("", "")
    clerk.go("/intake/")
    assert content.input_value() == "", "and it stays gone"


@pytest.mark.parametrize(("key", "do"), [("Control+d", "answer"), ("Control+b", "reject")])
def test_an_open_panel_leads_and_escape_folds_it(clerk: Desk, key: str, do: str) -> None:
    clerk.go("/intake/")
    clerk.page.fill("[name=content]", "样例：什么时候完工？")
    clerk.page.locator("#elements .said-so").first.wait_for()  # what comes beside the form moves the page no more
    clerk.page.keyboard.press(key)
    panel = clerk.page.locator(f"details.ask[open] button[value={do}]")
    clerk.page.locator("details.ask[open] :focus").wait_for()
    clerk.page.locator(f"details.ask[open] button.primary[value={do}]").wait_for()
    box = panel.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 768 - box["height"], "the button that confirms is in sight"
    assert clerk.page.eval_on_selector_all("#intake .primary", "all => all.map(each => each.value)") == [do]
    with clerk.page.expect_response("**/intake/draft/"):
        clerk.page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert clerk.page.eval_on_selector_all("#intake .primary", "all => all.map(each => each.value)") == ["log"]
    assert clerk.page.input_value("[name=content]") == "样例：什么时候完工？"
    with clerk.page.expect_response("**/intake/draft/"):
        clerk.page.fill("[name=content]", "")  # an empty form keeps no draft for the next test
