"""代理与批量: a colleague at the desk of somebody who is away; many tickets signed for at once, each with its result, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .desk import Desk
from .matters import Made, logged

pytestmark = pytest.mark.slow
OPEN = Callable[..., Desk]


@pytest.fixture
def deputy(desk: OPEN) -> Iterator[Desk]:
    """测试辰 of another section at the desk of 测试午, who has named him for today; it ends with the test."""
    absent, colleague = desk("general-chengban"), desk("land-chengban")
    absent.go("/deputies/")
    form = absent.page.locator("main form[novalidate]")
    absent.fill(form, "deputy", "land-chengban")
    absent.fill(form, "reason", "样例培训一天")
    form.locator("button.primary").click()
    absent.page.locator(".said", has_text="已指定").wait_for()
    colleague.go("/deputies/")
    colleague.page.get_by_role("button", name="开始代办").click()
    colleague.page.locator("header .for", has_text="测试午").wait_for()
    yield colleague
    absent.page.on("dialog", lambda asked: asked.accept())
    absent.go("/deputies/")
    absent.page.locator("main form[action$='/end/'] button").first.click()
    absent.page.locator(".said:not([hidden])").first.wait_for()
    colleague.go("/desk/")
    assert colleague.page.locator("header .for").count() == 0, "and at once he sits at his own desk again"


def arrived(office: Desk, count: int) -> list[str]:
    """So many tickets with the section of the absent one."""
    numbers = [logged(office, Made(), urgency="critical") for _each in range(count)]
    for number in numbers:
        office.open_ticket(number)
        office.act("dispatch", section="general")
    return numbers


def pick(person: Desk, numbers: list[str]) -> None:
    """In the queue, by its keys: down from row to row, x picks."""
    person.go("/desk/?list=queue&urgency=critical")  # on one page, however much the section has
    rows = person.page.locator("[data-rows] tr[data-row]")
    wanted = {rows.filter(has_text=number).evaluate("row => row.sectionRowIndex") for number in numbers}
    for place in range(max(wanted) + 1):
        person.page.keyboard.press("ArrowDown")
        if place in wanted:
            person.page.keyboard.press("x")
    picked = person.page.locator("tbody [name=ticket]:checked")
    assert {each.input_value() for each in picked.all()} == set(numbers)


def test_a_deputy_signs_many_and_takes_it_back(desk: OPEN, deputy: Desk) -> None:
    office = desk("paidan")
    numbers = arrived(office, 3)

    pick(deputy, numbers)
    office.open_ticket(numbers[0])
    office.act("recall", reason="误派，另行派单。")
    deputy.page.keyboard.press("s")
    result = deputy.page.locator("main table")
    result.locator("tr", has_text=numbers[0]).get_by_text("未办").wait_for()
    for number in numbers[1:]:
        assert "已办" in result.locator("tr", has_text=number).inner_text()
    deputy.page.get_by_role("button", name="撤销").click()
    deputy.page.locator(".said", has_text="已撤销").wait_for()

    pick(deputy, numbers[1:])
    deputy.page.keyboard.press("s")
    deputy.page.locator(".said", has_text="签收").wait_for()
    deputy.open_ticket(numbers[1])
    assert "测试辰（代测试午）" in deputy.page.locator("#story").inner_text(), "under his own name, for whom"
    assert deputy.page.locator("#reply").is_visible(), "he can answer it"
    deputy.go("/desk/")
    deputy.page.locator("details.me summary").click()
    deputy.page.get_by_role("button", name="退出代办").click()
    deputy.page.locator("header .for").wait_for(state="detached")
    assert deputy.go(f"/tickets/{numbers[1]}/") == 404, "at his own desk it is none of his"
