"""Single sign-on against a real OpenID Connect server of the test: an account is matched by its user name and never made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from config import oidc
from hotline.models import User
from tests.hotline import identity_provider
from tests.hotline.bureau import Bureau
from tests.hotline.test_second_factor import code_of, set_up
from tickets.models import Event


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with identity_provider.running() as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("OIDC_ISSUER", server.address)
        monkeypatch.setenv("OIDC_CLIENT_ID", identity_provider.CLIENT)
        monkeypatch.setenv("OIDC_SECRET", identity_provider.SECRET)
        monkeypatch.setenv("OIDC_NAME", "样例统一认证")
        settings.SOCIALACCOUNT_PROVIDERS = oidc.providers()
        yield server


def through(browser: Client, target: str = "") -> Any:
    """The link, the other side, and back."""
    there = browser.get(f"/login/sso/{target}").headers["Location"]
    back = httpx.get(there, trust_env=False).headers["Location"]
    return browser.get(back.removeprefix("http://testserver"))


def test_no_variables_no_door(bureau: Bureau) -> None:
    assert oidc.providers() == {}
    assert "/login/sso/" not in Client().get("/login/").content.decode()
    assert Client().get("/login/sso/").status_code == 404


def test_in_by_the_other_side_under_ones_own_account(bureau: Bureau, provider: Any) -> None:
    browser = Client()
    assert "使用样例统一认证登录" in browser.get("/login/").content.decode()
    answer = through(browser, "?next=/tray/")
    assert answer.headers["Location"] == "/tray/", answer.content.decode()
    assert browser.get("/api/me").json()["username"] == "handler"
    assert Event.objects.filter(chain="sign-in", action="sign_in").count() == 1
    assert Event.objects.filter(chain="accounts", action="sign_on_linked").count() == 1


def test_the_link_is_to_the_person_there_and_not_to_the_name(bureau: Bureau, provider: Any) -> None:
    through(Client())
    provider.person = {"sub": "42", "preferred_username": "chief"}
    browser = Client()
    through(browser)
    assert browser.get("/api/me").json()["username"] == "handler"


@pytest.mark.parametrize("name", ["nobody-here", "", "adapter", "off"])
def test_who_has_no_account_to_sit_at_a_desk_is_told_so(bureau: Bureau, provider: Any, name: str) -> None:
    User.objects.create_user("off", is_active=False)
    provider.person = {"sub": "43", "preferred_username": name}
    browser, before = Client(), User.objects.count()
    answer = through(browser)
    assert answer.status_code == 403
    assert "请联系系统管理员" in answer.content.decode()
    assert not SocialAccount.objects.exists()
    assert browser.get("/api/me").status_code == 401
    assert User.objects.count() == before
    assert not User.objects.exclude(pk__in=[each.pk for each in bureau.people.values()]).exclude(roles=[]).exists()


def test_the_second_factor_is_asked_here_too(bureau: Bureau, provider: Any) -> None:
    browser = Client()
    browser.force_login(bureau.people["handler"])
    set_up(browser)
    browser = Client()
    assert through(browser).headers["Location"] == "/login/code/"
    assert browser.get("/api/me").status_code == 401
    browser.post("/login/code/", {"code": code_of(bureau.people["handler"], 1)})
    assert browser.get("/api/me").status_code == 200


def test_a_forged_return_opens_nothing(bureau: Bureau, provider: Any) -> None:
    browser = Client()
    browser.get("/login/sso/")
    for query in ("code=code-9&state=x", "error=access_denied&state=x", ""):
        answer = browser.get(f"/login/sso/callback/?{query}")
        assert "统一身份认证未成功" in answer.content.decode(), query
    assert browser.get("/api/me").status_code == 401
    assert not SocialAccount.objects.exists()
