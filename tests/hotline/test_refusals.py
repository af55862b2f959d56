"""What cannot be shown is a page to whoever opened one, a line to whoever asked for a part, and nothing where nobody has asked."""

from __future__ import annotations

import pytest

from tests.hotline.bureau import Bureau, Desk, dispatched
from tests.tickets.making import make_user

PART = {"HX-Request": "true"}
ALONE = {**PART, "X-Unattended": "1"}


@pytest.fixture
def newcomer(bureau: Bureau) -> Desk:
    """An account that the system administrator has made and the security administrator has not seen yet."""
    return Desk(make_user("newcomer", ()))


def test_an_account_without_a_role_is_told_to_wait_and_can_leave(newcomer: Desk) -> None:
    answer = newcomer.client.get("/", follow=True)
    body = answer.content.decode()
    assert answer.status_code == 403
    assert "账号已开通，等待安全管理员授予岗位" in body
    assert 'action="/logout/"' in body
    for asks in ("tray-count", 'href="/me/"', "hx-get"):
        assert asks not in body, asks
    assert newcomer.client.post("/logout/").status_code == 302


def test_what_asks_by_itself_is_refused_without_a_word(newcomer: Desk) -> None:
    answer = newcomer.client.get("/tray/count/", headers=ALONE)
    assert (answer.status_code, answer.content, answer["HX-Reswap"]) == (403, b"", "none")


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("handler", "/tickets/NONE-1/contact/", 404),
        ("auditor", "/tickets/{}/contact/", 403),
        ("strange_chief", "/tickets/{}/contact/", 404),
        ("helper", "/tickets/{}/sign/", 409),
    ],
)
def test_a_refused_part_is_a_line_among_the_messages(bureau: Bureau, who: str, address: str, status: int) -> None:
    ticket = dispatched(bureau, bureau.people["helper"].section)  # type: ignore[arg-type]
    answer = Desk(bureau.people[who]).client.get(address.format(ticket.number), headers=PART)
    body = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (status, "#said")
    assert 'class="said refused"' in body
    assert "<html" not in body


def test_a_mistyped_address_leaves_the_reader_in_the_house(bureau: Bureau) -> None:
    desk = Desk(bureau.people["handler"])
    inside = desk.client.get("/tikets/")
    assert inside.status_code == 404
    assert 'href="/desk/"' in inside.content.decode(), "his desks are one click away"
    desk.client.logout()
    outside = desk.client.get("/tikets/")
    assert (outside.status_code, 'href="/desk/"' in outside.content.decode()) == (404, False)
