"""Signing in: lock-out in the database, journal, adapters kept out, and no need of Redis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hotline.models import SignInFailure
from tests.hotline.bureau import PASSWORD, Bureau, Desk, dispatched
from tickets.models import Event


def sign_in(desk: Desk, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return desk.post("/api/session", {"username": username, "password": password, **more})


def actions() -> list[str]:
    return list(Event.objects.filter(chain="sign-in").order_by("seq").values_list("action", flat=True))


def test_in_by_session_and_out_again(bureau: Bureau) -> None:
    desk = Desk()
    answer = sign_in(desk, "handler")
    assert answer.status_code == 200, answer.content
    assert answer.json()["user"]["section"]["code"] == "gongcheng"
    assert desk.get("/api/me").json()["username"] == "handler"
    assert desk.client.delete("/api/session").status_code == 204
    assert desk.get("/api/me").status_code == 401
    assert actions() == ["sign_in", "sign_out"]


def test_in_by_token(bureau: Bureau) -> None:
    token = sign_in(Desk(), "handler", token=True).json()["token"]
    program = Desk()
    program.headers = {"Authorization": f"Token {token}"}
    assert program.get("/api/me").json()["username"] == "handler"
    assert program.client.delete("/api/session", headers=program.headers).status_code == 204
    assert program.get("/api/me").status_code == 401


def test_a_session_needs_the_csrf_token_to_change_anything(bureau: Bureau) -> None:
    from django.test import Client

    ticket = dispatched(bureau)
    strict = Client(enforce_csrf_checks=True)
    body = {"username": "handler", "password": PASSWORD}
    csrf = strict.post("/api/session", body, content_type="application/json").json()["csrf"]
    address, match = f"/api/tickets/{ticket.number}/sign/", {"If-Match": f'W/"{ticket.version}"'}
    refused = strict.post(address, {}, content_type="application/json", headers=match)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    taken = strict.post(address, {}, content_type="application/json", headers={**match, "X-CSRFToken": csrf})
    assert taken.status_code == 200


def test_five_failures_lock_the_account_from_this_address(bureau: Bureau, settings: Any) -> None:
    desk = Desk()
    for _ in range(4):
        assert sign_in(desk, "handler", "错误的口令").status_code == 401
    fifth = sign_in(desk, "handler", "错误的口令")
    assert (fifth.status_code, fifth.json()["code"]) == (429, "locked")
    assert fifth["Retry-After"] == "900"
    assert sign_in(desk, "handler").status_code == 429
    assert sign_in(desk, "HANDLER ").status_code == 429
    assert sign_in(desk, "chief").status_code == 200
    elsewhere = desk.client.post(
        "/api/session",
        {"username": "handler", "password": PASSWORD},
        content_type="application/json",
        REMOTE_ADDR="10.0.0.9",
    )
    assert elsewhere.status_code == 200
    settings.CLOCK_OFFSET += timedelta(minutes=16)
    assert sign_in(Desk(), "handler").status_code == 200
    assert not SignInFailure.objects.filter(address="127.0.0.1").exists()
    assert actions() == [*["sign_in_failed"] * 4, "locked_out", "sign_in", "sign_in", "sign_in"]


def test_what_was_typed_stands_nowhere(bureau: Bureau) -> None:
    """People type the password into the field of the name."""
    sign_in(Desk(), "误填的口令123", "x")
    assert not Event.objects.filter(payload__contains="误填").exists()
    assert not SignInFailure.objects.filter(account__contains="误填").exists()


@pytest.mark.parametrize("name", ["adapter", "nobody"])
def test_platforms_and_strangers_do_not_come_in(bureau: Bureau, name: str) -> None:
    assert sign_in(Desk(), name).status_code == (403 if name == "adapter" else 401)
    user = bureau.people["handler"]
    user.is_active = False
    user.save()
    assert sign_in(Desk(), "handler").status_code == 401


def test_the_page_locks_by_the_same_rule(bureau: Bureau) -> None:
    from django.test import Client

    browser = Client()
    assert "登录" in browser.get("/login/").content.decode()
    for _ in range(5):
        page = browser.post("/login/", {"login": "handler", "password": "错误的口令"})
    assert "已锁定15分钟" in page.content.decode()
    assert sign_in(Desk(), "handler").status_code == 429
    assert browser.post("/login/", {"login": "chief", "password": PASSWORD}).headers["Location"] == "/"
    home = browser.get("/", follow=True).content.decode()
    assert "科室待办" in home


def test_nobody_is_sent_elsewhere_after_signing_in(bureau: Bureau) -> None:
    from django.test import Client

    answer = Client().post("/login/?next=https://example.com/", {"login": "chief", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
