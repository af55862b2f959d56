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
    assert [clerk.page.input_value(f"[name={name}]") for name in ("incoming_phone", "name", "content", "place")] == [""] * 4
