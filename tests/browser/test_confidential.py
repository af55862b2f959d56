"""保密件: a petition that another section cannot find on any road, whose own section sees no petitioner; the office makes contact, and who
opened the petitioner's data is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from playwright.sync_api import APIResponse
from python_calamine import CalamineWorkbook

from tickets.domain.states import Action
from tickets.queries.worklists import Worklist

from .desk import Desk
from .matters import Made, logged
from .places import walk

pytestmark = pytest.mark.slow
PAGES = ("", "story/", "changes/", "readers/", "reply/", "reply/checks/", "reply/preview/")
ABOUT = "工程款被人冒领，请求依法查处"


@pytest.fixture
def made() -> Made:
    """A name that stands nowhere else in the house."""
    return Made(about=ABOUT, name="测试保密乙")


@pytest.fixture
def stranger(desk: Callable[..., Desk]) -> Desk:
    """The chief of a section that has nothing to do with it."""
    return desk("finance-kezhang")


def told_by(answer: APIResponse) -> str:
    """All that an answer tells: a page, JSON, or the cells of a workbook."""
    if "spreadsheet" not in answer.headers.get("content-type", ""):
        return answer.text()
    book = CalamineWorkbook.from_filelike(BytesIO(answer.body()))
    return "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def roads(person: Desk, number: str, made: Made) -> Iterator[tuple[str, str]]:
    """(what was asked, what came back): addresses, acts, searches, lists and their files."""
    asked, token = person.context.request, dict[str, str | float | bool](take="")
    token["csrfmiddlewaretoken"] = next(
        each["value"] for each in person.context.cookies() if each["name"] == "csrftoken"
    )
    for part in (*PAGES, *(f"{action.value}/" for action in Action)):
        answer = asked.get(f"/tickets/{number}/{part}")
        assert answer.status in (403, 404), (part, answer.status)
        yield part, told_by(answer).replace(number, "")  # the page repeats what was asked for
    for words in (number, made.place, made.name, made.phone, ABOUT[:6]):
        answer = asked.get("/search/", params={"q": words})
        yield f"search {words}", told_by(answer).replace(words, "")
        yield f"api {words}", told_by(asked.get("/api/search", params={"q": words})).replace(words, "")
    for name in Worklist:
        yield f"list {name}", told_by(asked.get("/desk/", params={"list": name.value}))
        yield f"file {name}", told_by(asked.post(f"/desk/export/?list={name.value}", form=token))


def counts(person: Desk) -> list[str]:
    """What stands on the tabs of his lists."""
    person.go("/desk/")
    return person.page.locator(".tabs .count").all_inner_texts()


def confidential(office: Desk, made: Made) -> str:
    """Logged as a report and confidential, dispatched to the first section."""
    number = logged(office, made, is_confidential=True, is_report=True)
    office.open_ticket(number)
    office.act("dispatch", section="eng1")
    return number


def test_another_section_finds_it_on_no_road(desk: Callable[..., Desk], stranger: Desk, made: Made) -> None:
    office = desk("paidan")
    before = counts(stranger)
    number = confidential(office, made)
    assert counts(stranger) == before, "no count tells that there is one"
    secrets = (number, made.place, made.name, made.phone, ABOUT)
    for road, told in roads(stranger, number, made):
        found = [secret for secret in secrets if secret in told]
        assert not found, f"{road} tells {found}"
    for kind in walk(stranger, most=30):
        found = [secret for secret in secrets if secret in stranger.page.content()]
        assert not found, f"{kind} tells {found}"


def test_its_own_section_sees_no_petitioner_and_who_looked_is_seen(desk: Callable[..., Desk], made: Made) -> None:
    office, handler = desk("paidan"), desk("eng1-chengban")
    number = confidential(office, made)
    handler.open_ticket(number)
    handler.act("sign")
    for secret in (made.name, made.phone, made.phone[:3] + "****" + made.phone[-4:]):
        assert secret not in handler.page.content()
    assert "不显示诉求人" in handler.text()
    assert handler.page.get_by_role("link", name="查看完整信息").count() == 0
    assert "保密件由办公室联系诉求人" in handler.page.content(), "who does it instead is said"

    office.open_ticket(number)
    assert made.phone not in office.page.content(), "covered also for the office"
    office.act("contact", reached=True, note="已电话告知受理情况。")
    office.page.get_by_role("link", name="查看完整信息").click()
    dialog = office.page.locator("#act")
    dialog.locator("[name=reason]").fill("核对来电号码")
    dialog.locator("button[type=submit]").first.click()
    dialog.get_by_text(made.phone).first.wait_for()
    assert "测试乙" in dialog.inner_text(), "whose screen this is stands on it"

    leader = desk("lingdao")
    leader.open_ticket(number)
    leader.page.get_by_role("link", name="谁看过").click()
    line = leader.page.locator("tr", has_text="核对来电号码")
    line.wait_for()
    assert "测试乙" in line.inner_text()
    assert leader.page.locator("tbody tr", has_text="测试壬").count() == 1, "the handler looked at the ticket"
    assert handler.go(f"/tickets/{number}/readers/") == 403
    handler.open_ticket(number)
    assert "已联系" in handler.text()
