"""A NUL, which no text of a database holds, is refused in every address and form before a page sees it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from hotline.models import Draft, SavedView
from tests.hotline.bureau import PASSWORD, Bureau, Desk

NUL = "\x00"


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("leader", "/board/?section=%00"),
        ("leader", "/board/tickets/?topic=word:%00"),
        ("sysadmin", "/setup/people/?q=%00"),
        ("dispatcher", "/desk/?a%00b=1"),
        ("dispatcher", "/tickets/a%00b/"),
        ("dispatcher", "/api/tickets?q=%00"),
        ("dispatcher", "/api/tickets/a%00b"),
    ],
)
def test_no_address_with_a_nul_reaches_a_page(bureau: Bureau, who: str, address: str) -> None:
    answer = Desk(bureau.people[who]).client.get(address)
    assert answer.status_code == 400
    assert ("无法识别" in answer.content.decode()) or answer.json()["code"] == "invalid"


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/desk/views/", {"name": f"a{NUL}", "query": "/desk/?list=all"}),
        ("/desk/views/", {f"na{NUL}me": "a", "query": "/desk/"}),
        ("/intake/", {"place": NUL}),
        ("/office/send/", {"section": ["gongcheng", NUL]}),
        ("/setup/sheets/people/", {"file": BytesIO(b"x"), "reason": NUL}),
    ],
)
def test_no_form_with_a_nul_reaches_a_page(bureau: Bureau, address: str, typed: dict[str, Any]) -> None:
    assert Desk(bureau.people["dispatcher"]).client.post(address, typed).status_code == 400
    assert not SavedView.objects.exists()


def test_a_nul_is_not_kept_as_an_unsent_form_either(bureau: Bureau) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bureau.people["dispatcher"])
    assert browser.post("/desk/bulk/", {"note": NUL}).status_code == 400
    assert not Draft.objects.exists()


def test_bodies_of_the_api_are_left_to_it(bureau: Bureau) -> None:
    desk = Desk(bureau.people["intake"])
    answer = desk.post("/api/calls", {"event": "ring", "call": NUL})
    assert [each["field"] for each in answer.json()["errors"]] == ["call"]
    form = desk.client.post("/api/session", {"username": "intake", "password": PASSWORD, "x": NUL})
    assert form.status_code == 415
