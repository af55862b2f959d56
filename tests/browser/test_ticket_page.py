"""The page of a ticket before a handler: what is due first at once, a menu that stays in the window, a dialog that asks what belongs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import PHONE, WIDE, Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow
OPEN = Callable[..., Desk]


@pytest.fixture
def in_hand(desk: OPEN) -> tuple[Desk, str]:
    """The handler before a ticket that he has signed for, and its number."""
    office, handler = desk("paidan"), desk("eng1-chengban")
    return handler, signed(office, handler, logged(office, Made()))


def test_on_a_phone_what_is_due_first_stands_under_the_title(desk: OPEN, in_hand: tuple[Desk, str]) -> None:
    handler, number = in_hand
    first = handler.page.locator(".clocks > li").first
    name, date = first.locator(".head").inner_text(), first.locator(".clock .mono").inner_text()
    assert handler.page.locator(".due-first").is_hidden(), "the limits stand beside"
    phone = desk("eng1-chengban", size=PHONE)
    phone.open_ticket(number)
    told = phone.page.locator(".title .due-first")
    assert name in told.inner_text()
    assert date in told.inner_text()
    assert phone.page.locator(".clocks > li").first.is_hidden()
    assert not phone.spills()


def test_the_menu_of_other_acts_stays_in_the_window(in_hand: tuple[Desk, str]) -> None:
    handler, _number = in_hand
    menu = handler.page.locator("main details.drop", has=handler.page.locator('[href*="/attach/"]')).first
    menu.locator("summary").first.click()
    box = menu.locator(".menu").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= WIDE[1]
    assert "您现在可以" not in menu.inner_text()


def test_a_contact_asks_what_belongs_to_the_answer(in_hand: tuple[Desk, str]) -> None:
    handler, _number = in_hand
    form = handler.press("contact")
    form.wait_for()
    note, reason = form.locator("[name=note]"), form.locator("[name=reason]")
    assert (note.is_visible(), reason.is_visible()) == (False, False)
    handler.fill(form, "reached", False)
    assert (note.is_visible(), reason.is_visible()) == (False, True)
    handler.fill(form, "reached", True)
    assert (note.is_visible(), reason.is_visible()) == (True, False)
    handler.page.keyboard.press("Control+Enter")
    form.locator(".wrong", has_text="请写明说了什么").wait_for()
    assert handler.page.locator("#act [name=note]").is_visible()
