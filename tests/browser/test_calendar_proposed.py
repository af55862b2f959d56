"""The year's calendar is proposed in the browser, seen, applied by a leader, told on a ticket that moved, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.supervise import ports
from tests.servers.house import Started, within

from .desk import Desk
from .matters import Made, logged

pytestmark = pytest.mark.slow
FILE = Path(__file__).parents[1] / "samples" / "notices" / "2027.json"

#: As an explanation of a count says it.
MAKEUP = "1月31日（周日，调休上班）"


@pytest.fixture
def january(tmp_path: Path) -> Iterator[Started]:
    """A house on 20 January 2027 that was never told the year's holidays: Spring Festival lies within ten working days."""
    started = Started(
        tmp_path, port=ports.any_free(), stand_ins=ports.any_free(), AUTOPILOT="0", HOTLINE_NOW="2027-01-20T09:00"
    )
    try:
        started.up()
        yield started
    finally:
        started.close()


def says(person: Desk, address: str, words: str) -> bool:
    """Whether the page comes to say so."""

    def look() -> bool:
        person.go(address)
        return words in person.text()

    return within(40, look)


def test_the_year_is_proposed_applied_and_taken_back(browser: Browser, january: Started) -> None:
    clerk, office, leader = (Desk(browser, january, name) for name in ("dengji", "paidan", "lingdao"))
    number = logged(clerk, Made())

    office.go("/rules/calendar/propose/")
    office.page.set_input_files('[name="notice"]', FILE)
    office.page.fill('[name="reason"]', "国务院办公厅通知已发布")
    office.page.keyboard.press("Control+Enter")
    office.page.wait_for_url("**/rules/proposals/*/")
    address = office.page.url.removeprefix(january.address)
    assert says(office, address, "待审批")
    assert number in office.page.content(), "the ticket stands among those that move"
    assert not office.faults()
    assert not office.spills()
    row = office.page.locator("tr", has_text=number).first
    before, after = row.locator("td.mono").all_inner_texts()
    assert before != after

    assert says(leader, address, number)
    leader.page.locator('button[value="approve"]').click()
    assert says(leader, address, "已执行")
    office.open_ticket(number)
    told = office.page.content()
    assert "时限随规定调整" in told
    assert MAKEUP in told, "the explanation names the make-up day that counts now"

    leader.go(address)
    leader.page.locator("summary", has_text="撤回变更").click()
    leader.page.fill('[name="note"]', "文件作废")
    leader.page.locator('button[value="take_back"]').click()
    assert says(leader, address, "已撤回")
    office.open_ticket(number)
    assert MAKEUP not in office.page.content()
    for person in (clerk, office, leader):
        assert not person.complaints, person.complaints
        person.close()
