"""Passwords: what they are made of, none of the last ones, changed by their owner, due after some days; tokens shown once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.authtoken.models import Token

from hotline.acting import accounts
from hotline.models import UsedPassword, User
from hotline.permissions import passwords, tokens
from tests.hotline.bureau import PASSWORD, Bureau, Desk
from tests.hotline.test_second_factor import browser_of
from tickets import clock
from tickets.models import Event

NEW = "新的口令-Xy-2027"


def change(browser: Client, new: str, present: str = PASSWORD, again: str | None = None) -> Any:
    typed = {"present": present, "password1": new, "password2": new if again is None else again}
    return browser.post("/me/password/", typed)


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("short-1A", False),
        ("onlylettersandmore", False),
        ("letters1234", False),
        ("Letters1234", True),
        ("样例口令-2026-春", True),
        ("correct horse battery staple", True),
        ("password1234", False),
        ("Handler-2026", False),
    ],
)
def test_what_a_password_must_be_made_of(bureau: Bureau, password: str, is_good: bool) -> None:
    user = bureau.people["handler"]
    try:
        password_validation.validate_password(password, user)
    except ValidationError:
        assert not is_good
    else:
        assert is_good


def test_its_owner_changes_it_and_other_sessions_end(bureau: Bureau) -> None:
    browser, elsewhere = browser_of("handler"), browser_of("handler")
    assert change(browser, NEW).headers["Location"] == "/me/"
    assert browser.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert Client().post("/login/", {"login": "handler", "password": PASSWORD}).status_code == 200
    assert Client().post("/login/", {"login": "handler", "password": NEW}).status_code == 302
    event = Event.objects.get(chain="accounts", action="password_changed")
    assert event.actor == f"user:{bureau.people['handler'].pk}"
    assert NEW not in event.payload


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"present": "错误的口令", "new": NEW}, "当前密码不正确"),
        ({"new": "123"}, "至少包含"),
        ({"new": NEW, "again": "不一样"}, "不一致"),
        ({"new": PASSWORD}, "最近用过"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(bureau: Bureau, typed: dict[str, str], said: str) -> None:
    browser = browser_of("handler")
    answer = change(browser, **typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert User.objects.get(username="handler").check_password(PASSWORD)


def test_none_of_the_last_five_comes_again(bureau: Bureau) -> None:
    user = bureau.people["handler"]
    mine = [f"一次一次的口令-202{number}" for number in range(6)]
    for each in mine:
        password_validation.validate_password(each, user)
        passwords.change(user=user, password=each, actor=user.actor(), now=clock.now())
    for each in mine[1:]:
        with pytest.raises(ValidationError):
            password_validation.validate_password(each, user)
    password_validation.validate_password(mine[0], user)


def test_a_password_that_has_grown_old_is_changed_before_anything_else(bureau: Bureau, settings: Any) -> None:
    browser = browser_of("handler")
    assert User.objects.get(username="handler").password_set_at is not None, (
        "its age is known from the first sign-in on"
    )
    settings.CLOCK_OFFSET += timedelta(days=settings.PASSWORD_DAYS + 1)
    browser = browser_of("handler")
    assert browser.get("/desk/").headers["Location"] == "/me/password/"
    refused = browser.get("/api/worklists")
    assert (refused.status_code, refused.json()["code"]) == (403, "new_password")
    assert "密码已到期" in browser.get("/me/password/").content.decode()
    change(browser, NEW)
    assert browser.get("/desk/").status_code == 200
    settings.PASSWORD_DAYS = 0
    settings.CLOCK_OFFSET += timedelta(days=1000)
    assert browser_of_new().get("/desk/").status_code == 200


def browser_of_new() -> Client:
    browser = Client()
    assert browser.post("/login/", {"login": "handler", "password": NEW}).status_code == 302
    return browser


def test_a_token_is_shown_once_kept_as_a_digest_and_replaced(bureau: Bureau) -> None:
    browser = browser_of("handler")
    again = browser.post("/me/token/", {"do": "make"}, follow=True)
    assert "再次验证身份" in again.content.decode()
    made = browser.post(again.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    key = re.search(r"<code class=\"key-text\">(\w{40})</code>", made)
    assert key, made
    assert not Token.objects.filter(key=key[1]).exists()
    program = Desk()
    program.headers = {"Authorization": f"Token {key[1]}"}
    assert program.get("/api/me").json()["username"] == "handler"
    assert key[1] not in browser.get("/me/").content.decode()
    browser.post("/me/token/", {"do": "drop"})
    assert program.get("/api/me").status_code == 401
    actions = Event.objects.filter(chain="accounts").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["token_given", "token_dropped"]


def test_a_password_and_a_token_change_with_their_entry_in_the_journal_or_not_at_all(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = bureau.people["handler"]
    facts = {"user": user, "actor": user.actor(), "now": clock.now()}
    tokens.give(**facts)
    held = Token.objects.get().key

    def full(**_facts: Any) -> None:
        raise OSError

    monkeypatch.setattr("tickets.actions.ledger.record", full)
    for work in (
        lambda: passwords.change(password=NEW, **facts),
        lambda: tokens.give(**facts),
        lambda: tokens.drop(**facts),
    ):
        with pytest.raises(OSError):  # noqa: PT011 (it is ours)
            work()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert not UsedPassword.objects.exists()
    assert Token.objects.get().key == held


def program_of(user: User) -> Desk:
    program = Desk()
    program.headers = {"Authorization": f"Token {tokens.give(user=user, actor=user.actor(), now=clock.now())}"}
    return program


def test_a_token_ends_with_the_password_it_was_made_under(bureau: Bureau) -> None:
    program = program_of(bureau.people["handler"])
    assert program.get("/api/me").status_code == 200
    change(browser_of("handler"), NEW)
    assert program.get("/api/me").status_code == 401
    actions = Event.objects.filter(chain="accounts").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["token_given", "password_changed", "token_dropped"]


def test_a_token_ends_with_a_password_set_by_link(bureau: Bureau) -> None:
    user = bureau.people["handler"]
    program = program_of(user)
    token = accounts.reset(user=user, actor=bureau.actor("sysadmin"), now=clock.now())
    assert program.get("/api/me").status_code == 200, "until the link is used"
    assert Client().post(f"/join/{token}/", {"password1": NEW, "password2": NEW}).status_code == 302
    assert program.get("/api/me").status_code == 401


def test_the_language_of_the_account(bureau: Bureau) -> None:
    browser = browser_of("handler")
    browser.post("/me/", {"language": "en"})
    assert User.objects.get(username="handler").language == "en"
    assert "My account" in browser.get("/me/").content.decode()


def test_one_session_ends_another(bureau: Bureau) -> None:
    browser, elsewhere = browser_of("handler"), browser_of("handler")
    page = browser.get("/me/").content.decode()
    assert page.count('name="session"') == 1
    browser.post("/me/sessions/", {})
    assert elsewhere.get("/me/").status_code == 302
    assert browser.get("/me/").status_code == 200
