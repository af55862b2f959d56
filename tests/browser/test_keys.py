"""Keys of a page: what the dialog of `?` lists is what the page has, and each does what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow


def listed(person: Desk) -> dict[str, str]:
    """What `?` says, key by key."""
    person.page.keyboard.press("?")
    person.page.locator("#keys[open]").wait_for()
    found = person.page.eval_on_selector_all(
        "#keys dt",
        "all => all.filter(each => !each.hidden).map(each => [each.innerText, each.nextElementSibling.innerText])",
    )
    person.page.keyboard.press("Escape")
    return dict(found)


def test_the_keys_of_a_ticket_in_progress(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    signed(office, handler, logged(office, Made()))
    keys = listed(handler)
    assert (keys["C"], keys["R"]) == ("联系群众", "写答复")
    assert not {"N", "X", "↑ ↓", "Ctrl+J"} & set(keys), "what this page has not is not promised"
    assert {"/", "?", "Esc", "Ctrl+Enter"} <= set(keys)
    handler.page.keyboard.press("r")
    assert handler.page.evaluate("document.activeElement.name") == "public_text"
    assert handler.page.input_value("#f-public_text") == ""
    handler.go("/desk/")
    assert {"↑ ↓", "X"} <= set(listed(handler))


def test_ctrl_enter_opens_a_session_from_anywhere(desk: Callable[..., Desk]) -> None:
    clerk = desk("dengji")
    clerk.go("/intake/radio/")
    clerk.page.fill("[name=programme]", "样例热线")
    clerk.page.evaluate("document.activeElement.blur()")
    clerk.page.keyboard.press("Control+Enter")
    clerk.page.wait_for_url("**/intake/radio/*/")


def test_escape_keeps_what_was_typed_into_an_act(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    signed(office, handler, logged(office, Made()))
    form, note = handler.page.locator('#act form[action*="/contact/"]').first, handler.page.locator("#act [name=note]")
    handler.page.keyboard.press("c")
    handler.page.locator("#act label", has_text="是").click()
    note.fill("样例：已说明进展。")
    with handler.page.expect_response("**/draft/contact/"):
        handler.page.keyboard.press("Escape")
    handler.page.locator("#act:not([open])").wait_for(state="hidden")
    handler.page.keyboard.press("c")
    handler.page.locator("#act .said", has_text="已恢复").wait_for()
    assert note.input_value() == "样例：已说明进展。"
    assert note.is_visible(), "what was chosen is back as well"
    handler.page.locator("#act button", has_text="放弃").click()
    handler.page.locator("#act .said").wait_for(state="detached")
    assert (note.input_value(), form.is_visible()) == ("", True)
