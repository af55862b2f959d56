"""并单: two tickets of one matter, found as duplicates, compared side by side, merged, and parted again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import Desk
from .matters import Made, logged, signed

pytestmark = pytest.mark.slow


def test_merged_on_the_compare_page_and_parted_again(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    made = Made()
    older, newer = logged(office, made), logged(office, made)
    signed(office, handler, older)

    compare(office, newer, older)
    assert "同一号码" in office.text()
    office.page.fill("[name=reason]", "同一诉求人反映同一事项。")
    office.forget()
    office.page.get_by_role("button", name=f"{newer} 并入 {older}").click()
    office.page.locator(".said", has_text=f"{newer} 已并入 {older}").wait_for()

    office.open_ticket(newer)
    assert f"已并入 {older}" in office.text()
    assert "已并单" in office.page.locator("h1").inner_text()
    office.open_ticket(older)
    assert office.page.locator(".said.told", has_text="已并入本件").get_by_role("link", name=newer).is_visible()
    assert "并入工单" in office.page.locator("#story").inner_text()
    handler.open_ticket(older)
    assert handler.page.locator("#reply").is_visible()

    compare(office, newer, older)
    office.page.get_by_role("link", name=f"撤销并单 {newer}").click()
    dialog = office.page.locator("#act form")
    dialog.locator("[name=reason]").fill("经核实为两处不同的指示牌。")
    dialog.locator("button[type=submit]").first.click()
    office.page.get_by_role("button", name=f"{newer} 并入 {older}").wait_for()
    office.open_ticket(newer)
    assert "待派单" in office.page.locator("h1").inner_text(), "where it stood before"
    assert "经核实为两处不同的指示牌" in office.text()


def test_merged_by_mistake_and_undone_at_once(desk: Callable[..., Desk]) -> None:
    office = desk("paidan")
    made = Made()
    older, newer = logged(office, made), logged(office, made)
    office.go(f"/office/compare/{newer}/{older}/")
    office.page.get_by_role("button", name=f"{newer} 并入 {older}").click()
    office.page.locator(".said", has_text="已并入").wait_for()
    office.page.wait_for_load_state()
    office.page.keyboard.press("z")
    office.page.locator(".said", has_text="已撤销").wait_for()
    office.open_ticket(newer)
    assert "待派单" in office.page.locator("h1").inner_text()


def compare(office: Desk, one: str, other: str) -> None:
    """Found among the likely duplicates of one, side by side."""
    office.open_ticket(one)
    like = office.page.get_by_role("link", name="疑似重复")
    like.click()
    office.page.wait_for_load_state()
    if not office.page.locator("tr[data-row]", has_text=other).count():
        office.go(f"/office/compare/{one}/{other}/")
        return
    office.page.locator("tr[data-row]", has_text=other).get_by_role("link", name="比对").click()
    office.page.wait_for_url("**/office/compare/**")
