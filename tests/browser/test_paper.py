"""What is printed is read on another day: whole dates, whose print it is, no buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged

pytestmark = pytest.mark.slow


def test_a_printed_ticket_says_whole_dates_and_whose_it_is(desk: Callable[..., Desk]) -> None:
    office = desk("paidan")
    office.open_ticket(logged(office, Made()))
    moment = office.page.locator(".story time").first
    assert moment.inner_text().startswith("今天 ")
    whole = str(moment.get_attribute("title"))
    assert whole.startswith(f"{str(moment.get_attribute('datetime'))[:4]}年")
    office.page.emulate_media(media="print")
    printed = "each => [getComputedStyle(each).fontSize, getComputedStyle(each, '::after').content]"
    assert moment.evaluate(printed) == ["0px", f'"{whole}"'], "in the place of 今天"
    assert office.page.locator(".watermark").is_visible()
    for tool in (".acts", "[data-print]", ".crumbs a", "#caller a"):
        assert not office.page.locator(tool).first.is_visible(), tool
