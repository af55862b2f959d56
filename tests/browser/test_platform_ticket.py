"""A ticket of the hotline lives its whole life in the browser, with the platform at the other end of the wire."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.servers.house import Started, within

from .desk import Desk
from .replying import write

pytestmark = pytest.mark.slow
OPEN = Callable[..., Desk]
TEXT = "您好：您反映的样例广场指示牌掉落问题，我单位已派员到场查看并修复完毕，现场已清理干净。感谢您的监督与支持。"


def sent_by_platform(house: Started, **facts: Any) -> str:
    """The platform dispatches a matter to us; its number there."""
    number = f"{datetime.now():%y%m%d%H%M%S}{time.monotonic_ns() % 10**8:08d}"
    record = {
        "platform": "hotline", "number": number, "title": f"样例事项{number[-6:]}",
        "content": "样例广场指示牌掉落，请尽快修复。", "nature": "投诉", "caller": "测试乙", "phone": "19900001234", **facts,
    }  # fmt: skip
    house.control("dispatch", **record)
    return number


def arrived(person: Desk, number: str) -> str:
    """The ticket of a platform's number, found by the search once it is here; its own number."""
    found: list[str] = []

    def look() -> bool:
        person.go(f"/search/?q={number}")
        if "/tickets/" not in person.page.url:
            links = person.page.locator('main a[href*="/tickets/"]')
            found[:] = [links.first.get_attribute("href") or ""] if links.count() else []
        else:
            found[:] = [person.page.url]
        return bool(found)

    assert within(40, look), person.text()
    return found[0].rstrip("/").rsplit("/", 1)[1]


def reached(person: Desk, number: str, words: str) -> bool:
    """Whether the ticket's page comes to say so."""

    def look() -> bool:
        person.open_ticket(number)
        return words in person.text()

    came = within(40, look)
    person.open_ticket(number)  # the page that said it may have been made in the middle of the change
    return came


def test_from_the_platform_to_the_platform_and_round_again(desk: OPEN, house: Started) -> None:
    office, handler, chief, other = (desk(name) for name in ("paidan", "eng1-chengban", "eng1-kezhang", "qianfa"))
    outside = sent_by_platform(house)
    number = arrived(office, outside)

    office.open_ticket(number)
    office.act("dispatch", section="eng1")
    assert handler.finds(number, "/desk/?list=queue"), "it stands in the section's queue"
    handler.open_ticket(number)
    handler.forget()
    handler.page.keyboard.press("s")
    handler.page.locator(".said:not([hidden])").first.wait_for()
    handler.act("contact", reached=True, note="已电话联系诉求人，说明今日修复。")

    write(handler, TEXT)
    chief.open_ticket(number)
    chief.act("pass_review")
    other.open_ticket(number)
    other.act("approve")
    office.open_ticket(number)
    office.act("send")
    assert reached(office, number, "已反馈")

    assert within(30, lambda: meaning(house, outside) == "sent"), "the platform has the reply"
    house.control(
        "happen", platform="hotline", number=outside, kind="bounce", reasons=["公开答复有错别字：指示误作指使"]
    )
    assert reached(handler, number, "指示误作指使"), "bounced with its reason"
    write(handler, TEXT.replace("清理干净", "清理完毕"))
    chief.open_ticket(number)
    chief.act("pass_review")
    other.open_ticket(number)
    other.act("approve")
    office.open_ticket(number)
    office.act("send")
    assert within(30, lambda: meaning(house, outside) == "sent")
    house.control("happen", platform="hotline", number=outside, kind="accept")
    house.control("happen", platform="hotline", number=outside, kind="satisfaction", solved="0", satisfaction="4")
    assert reached(office, number, "回访结果")

    house.control("happen", platform="hotline", number=outside, kind="redo", reasons=["未彻底解决"])
    assert reached(handler, number, "重办"), "the same section works again"
    handler.act("contact", reached=True, note="已再次联系。")
    write(handler, TEXT.replace("修复完毕", "重新修复完毕"))
    chief.open_ticket(number)
    chief.act("pass_review")
    other.open_ticket(number)
    other.act("approve")
    office.open_ticket(number)
    office.act("send")
    assert within(30, lambda: meaning(house, outside) == "sent")
    for kind in ("accept", "satisfaction", "close"):
        house.control("happen", platform="hotline", number=outside, kind=kind)
    assert reached(office, number, "办结")


def meaning(house: Started, outside: str) -> str:
    """Where the platform's own book has it."""
    rows = [row for row in house.book("hotline") if row["number"] == outside]
    return str(rows[-1]["meaning"]) if rows else ""
