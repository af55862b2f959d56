"""群众查询: with the code of the receipt and four digits on a telephone; the answer is read and rated; guessing is locked out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import PHONE, Desk
from .matters import Made, logged, signed
from .replying import write

pytestmark = pytest.mark.slow
TEXT = "您好：您反映的指示牌掉落问题，我单位已派员到场查看并修复完毕，现场已清理干净。感谢您的监督与支持。"


def code_of(clerk: Desk) -> str:
    """As it stands on the receipt that is open."""
    return clerk.page.locator(".receipt .numbers .big").nth(1).inner_text()


def ask(citizen: Desk, code: str, digits: str) -> None:
    """The two fields."""
    citizen.go("/progress/")
    citizen.page.fill("[name=code]", code)
    citizen.page.fill("[name=digits]", digits)
    citizen.page.get_by_role("button", name="查询").click()


def test_looked_up_read_and_rated(desk: Callable[..., Desk]) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    made = Made()
    number, code = logged(office, made), code_of(office)
    citizen = desk(size=PHONE)
    ask(citizen, code, made.phone[-4:])
    assert number in citizen.text()
    assert citizen.page.locator(".stations [aria-current]").is_visible()
    citizen.page.locator("summary", has_text="怎么算的").click()
    assert "当日不计" in citizen.text(), "until when, and why"
    assert citizen.page.get_by_text("请您评价").count() == 0, "nothing to rate yet"

    signed(office, handler, number)
    handler.act("contact", reached=True, note="已联系诉求人。")
    write(handler, TEXT)
    chief, signer = desk("eng1-kezhang"), desk("qianfa")
    for person, action in ((chief, "pass_review"), (signer, "approve"), (office, "send")):
        person.open_ticket(number)
        person.act(action)

    ask(citizen, f" {code[:5].lower()} {code[5:]}", made.phone[-4:])
    assert TEXT in citizen.text()
    citizen.page.get_by_label("已解决", exact=True).check()
    citizen.page.locator("[name=satisfaction]").first.check()
    citizen.page.fill("[name=comment]", "修得很快，谢谢。")
    citizen.page.get_by_role("button", name="提交评价").tap()
    citizen.page.locator(".said", has_text="感谢评价").wait_for()
    assert not citizen.spills()
    office.open_ticket(number)
    assert "群众自主评价" in office.text()
    said = office.page.locator("section", has_text="群众评价").last.inner_text()
    for word in ("自主评价", "已解决", "非常满意", "修得很快"):
        assert word in said


def test_guessing_is_locked_out(desk: Callable[..., Desk]) -> None:
    office, guesser = desk("paidan"), desk()
    made = Made()
    logged(office, made)
    code = code_of(office)
    wrong = f"{(int(made.phone[-4:]) + 1) % 10_000:04d}"
    for _try in range(4):
        ask(guesser, code, wrong)
        assert "不正确" in guesser.text(), "which of the two is wrong is not said"
    ask(guesser, code, wrong)
    assert "输错次数过多" in guesser.text()
    ask(guesser, code, made.phone[-4:])
    assert "输错次数过多" in guesser.text(), "locked also for the right digits, until it is over"
    assert made.content not in guesser.page.content()
