"""The second factor: set up by its owner, asked at every door, good once, locked like the password, due for some roles."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.test import Client

from hotline.models import User
from tests.hotline.bureau import PASSWORD, Bureau, Desk
from tickets.models import Event

WRONG = "000000"


def code_of(user: User, step: int = 0) -> str:
    """What the authenticator shows now; ``step`` 1 for the code after it."""
    row = Authenticator.objects.get(user=user, type="totp")
    return shown(decrypt(row.data["secret"]), step)


def shown(secret: str, step: int = 0) -> str:
    now = sorted(yield_hotp_counters_from_time())[1]
    return format_hotp_value(hotp_value(secret, now + step))


def browser_of(username: str) -> Client:
    """Signed in by the page."""
    browser = Client()
    answer = browser.post("/login/", {"login": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def set_up(browser: Client) -> str:
    """Through the pages: password again, then the code. Returns the secret."""
    page = browser.get("/me/second-factor/", follow=True)
    if "再次验证身份" in page.content.decode():
        again = page.redirect_chain[-1][0]
        page = browser.post(again, {"password": PASSWORD}, follow=True)
    secret = re.search(r"key-text\">([A-Z2-7]+)<", page.content.decode())
    assert secret, page.content.decode()
    answer = browser.post("/me/second-factor/", {"code": shown(secret[1])}, follow=True)
    assert "备用验证码" in answer.content.decode()
    return secret[1]


@pytest.fixture
def handler(bureau: Bureau) -> User:
    return bureau.people["handler"]


@pytest.fixture
def protected(handler: User) -> User:
    set_up(browser_of("handler"))
    return handler


def api(code: str = "", **more: Any) -> Any:
    return Desk().post("/api/session", {"username": "handler", "password": PASSWORD, "code": code, **more})


def test_its_owner_sets_it_up_after_the_password_and_gets_recovery_codes(
    handler: User, django_capture_on_commit_callbacks: Any
) -> None:
    browser = browser_of("handler")
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up(browser)
    row = Authenticator.objects.get(user=handler, type="totp")
    assert secret not in str(row.data)
    page = browser.get("/me/second-factor/codes/").content.decode()
    assert len(re.findall(r"<li class=\"mono\">\d{8}</li>", page)) == 10
    assert browser.get("/me/second-factor/codes/file/").content.decode().count("\n") >= 10
    assert (
        list(Event.objects.filter(action="factor_added").values_list("actor", flat=True)) == [f"user:{handler.pk}"] * 2
    )


def test_the_page_asks_for_the_code_after_the_password(protected: User) -> None:
    browser = browser_of("handler")
    assert browser.get("/me/").headers["Location"].startswith("/login/")
    assert "六位数字" in browser.get("/login/code/").content.decode()
    refused = browser.post("/login/code/", {"code": WRONG}).content.decode()
    assert "验证码不正确" in refused
    answer = browser.post("/login/code/", {"code": code_of(protected, 1)})
    assert answer.status_code == 302
    assert browser.get("/me/").status_code == 200


def test_signing_in_is_journalled_when_the_code_was_right(protected: User) -> None:
    before = Event.objects.filter(chain="sign-in", action="sign_in").count()
    browser = browser_of("handler")
    assert Event.objects.filter(chain="sign-in", action="sign_in").count() == before
    browser.post("/login/code/", {"code": code_of(protected, 1)})
    assert Event.objects.filter(chain="sign-in", action="sign_in").count() == before + 1


def test_the_api_does_not_pass_it_by(protected: User) -> None:
    needed = api()
    assert (needed.status_code, needed.json()["code"]) == (401, "code_needed")
    wrong = api(WRONG)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "code_wrong")
    right = code_of(protected, 1)
    assert api(right).status_code == 200
    assert api(right).json()["code"] == "code_wrong", "a code is good once"


def test_a_recovery_code_is_good_once(protected: User) -> None:
    codes = Authenticator.objects.get(user=protected, type="recovery_codes").wrap().get_unused_codes()
    assert api(codes[0]).status_code == 200
    assert api(codes[0]).status_code == 401
    assert api(codes[1]).status_code == 200


def test_wrong_codes_lock_like_wrong_passwords_and_the_right_password_between_them_helps_nothing(
    protected: User,
) -> None:
    browser = browser_of("handler")
    for _ in range(2):
        browser.post("/login/code/", {"code": WRONG})
    for _ in range(2):
        assert api(WRONG).status_code == 401
    fifth = api(WRONG)
    assert (fifth.status_code, fifth.json()["code"]) == (429, "locked")
    assert "已锁定" in browser.post("/login/code/", {"code": code_of(protected, 1)}).content.decode()


def test_who_must_have_one_sets_it_up_before_anything_else(bureau: Bureau, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["leader"]
    browser = browser_of("leader")
    assert browser.get("/desk/").headers["Location"] == "/me/second-factor/"
    assert browser.get("/tray/count/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/second-factor/"
    assert browser.get("/me/").status_code == 200
    refused = browser.get("/api/worklists")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    set_up(browser)
    assert browser.get("/desk/").status_code == 200
    assert browser.get("/api/worklists").status_code == 200
    assert "关闭" not in browser.get("/me/").content.decode().split("second-factor", 1)[1].split("</section>")[0]
    assert browser_of("handler").get("/desk/").status_code == 200


def test_a_program_with_a_token_needs_no_code_and_its_owner_needed_one(bureau: Bureau, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["leader"]
    wanted = {"username": "leader", "password": PASSWORD, "token": True}
    refused = Desk().post("/api/session", wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    browser = browser_of("leader")
    assert "/me/second-factor/" in browser.post("/me/token/")["Location"], "nor by the page"
    set_up(browser)
    code = code_of(bureau.people["leader"], 1)
    program = Desk()
    program.headers = {"Authorization": f"Token {Desk().post('/api/session', wanted | {'code': code}).json()['token']}"}
    assert program.get("/api/worklists").status_code == 200
    Authenticator.objects.all().delete()
    assert program.get("/api/worklists").json()["code"] == "second_factor", "good only while he has one"


def test_it_is_switched_off_after_the_password(protected: User) -> None:
    browser = browser_of("handler")
    browser.post("/login/code/", {"code": code_of(protected, 1)})
    page = browser.get("/me/second-factor/off/", follow=True)
    assert "再次验证身份" in page.content.decode()
    browser.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert browser.post("/me/second-factor/off/", follow=True).status_code == 200
    assert not Authenticator.objects.filter(user=protected).exists()
    assert Event.objects.filter(action="factor_removed").exists()
    assert api().status_code == 200
