"""A part of a page that is refused: a line among the messages to whoever asked for it, nothing where the page asked by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow


def test_no_page_of_refusal_comes_into_a_part(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    number, asked = signed(office, handler, logged(office, Made())), list[str]()

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_(url=f"{handler.house.address}/audit/")

    handler.page.route("**/tray/count/", refuse)
    handler.page.route("**/contact/", refuse)
    handler.open_ticket(number)
    handler.page.wait_for_timeout(1000)
    assert len(asked) == 1, "the counter waits for its next minute"
    assert handler.page.locator("#said .refused").count() == 0

    handler.page.keyboard.press("c")
    told = handler.page.locator("#said .refused")
    told.wait_for()
    assert "没有这项权限" in told.inner_text()
    assert not handler.page.locator("#act").is_visible()
    assert handler.page.locator("header.top").count() == 1
