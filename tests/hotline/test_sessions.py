"""A session ends when it lies idle or goes on too long; polling keeps nobody in; what was sent too late is kept for its writer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hotline import tasks
from hotline.models import Draft, Session, User
from tests.hotline.bureau import PASSWORD, Bureau, Desk, dispatched
from tests.hotline.test_second_factor import browser_of
from tickets.models import Contact, Event, Ticket

NOTE = "已电话联系，说明围挡本周内修复。"


def later(settings: Any, **span: float) -> None:
    settings.CLOCK_OFFSET += timedelta(**span)


def test_it_ends_when_nobody_clicks(bureau: Bureau, settings: Any) -> None:
    browser = browser_of("handler")
    later(settings, minutes=29)
    assert browser.get("/desk/").status_code == 200
    later(settings, minutes=29)
    assert browser.get("/desk/").status_code == 200
    later(settings, minutes=31)
    assert browser.get("/desk/").headers["Location"].startswith("/login/")
    assert browser.get("/api/me").status_code == 401
    actions = Event.objects.filter(chain="sign-in").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["sign_in", "session_over"]


def test_polling_keeps_nobody_in(bureau: Bureau, settings: Any) -> None:
    browser = browser_of("handler")
    for _ in range(4):
        later(settings, minutes=9)
        last = browser.get("/tray/count/", headers={"HX-Request": "true", "X-Unattended": "1"})
    assert last.status_code == 401
    assert last.headers["HX-Trigger"] == "signed-out"


def test_it_ends_after_so_many_hours_however_busy(bureau: Bureau, settings: Any) -> None:
    browser = browser_of("handler")
    for _ in range(24):
        later(settings, minutes=29)
        assert browser.get("/desk/").status_code == 200
    later(settings, minutes=25)
    assert browser.get("/desk/").status_code == 302


def test_a_click_writes_nothing_most_of_the_time(bureau: Bureau, settings: Any) -> None:
    browser = browser_of("handler")
    browser.get("/me/")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        browser.get("/desk/")
    assert [q["sql"] for q in seen if q["sql"].startswith(("UPDATE", "INSERT"))] == []
    later(settings, minutes=3)
    browser.get("/desk/")
    stamped = Session.objects.get(pk=browser.session.session_key).get_decoded()
    assert stamped["seen"] > stamped["began"]


def test_session_and_account_are_read_by_one_statement(bureau: Bureau) -> None:
    """Two people at one server, in turn: each request asks for its own once, and neither is taken for the other."""
    browsers = {name: browser_of(name) for name in ("handler", "chief")}
    for name in ("handler", "chief", "handler"):
        with CaptureQueriesContext(connection) as seen:
            assert browsers[name].get("/api/me").json()["username"] == name
        asked = [q["sql"] for q in seen if "hotline_session" in q["sql"] or "hotline_user" in q["sql"]]
        assert len(asked) == 1, asked


def test_who_is_switched_off_is_out_at_the_next_click(bureau: Bureau) -> None:
    browser = browser_of("handler")
    assert browser.get("/desk/").status_code == 200
    User.objects.filter(username="handler").update(is_active=False)
    assert browser.get("/desk/").status_code == 302


def test_sessions_that_are_over_leave_the_table(bureau: Bureau) -> None:
    gone, kept = browser_of("handler"), browser_of("chief")
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.clear_sessions()
    assert [row.pk for row in Session.objects.all()] == [kept.session.session_key]
    assert kept.get("/desk/").status_code == 200


@pytest.fixture
def late(bureau: Bureau, settings: Any) -> tuple[Client, str]:
    """A browser whose session has just ended, and the address of a form."""
    ticket = dispatched(bureau)
    Desk(bureau.people["handler"]).act(ticket, "sign")
    browser = browser_of("handler")
    ticket.refresh_from_db()
    later(settings, minutes=40)
    address = f"/tickets/{ticket.number}/contact/"
    return browser, address


def send(browser: Client, address: str) -> Any:
    return browser.post(address, {"reached": "true", "note": NOTE, "version": "3"})


def test_what_was_sent_too_late_is_kept_and_sent_after_signing_in(late: tuple[Client, str]) -> None:
    browser, address = late
    answer = send(browser, address)
    assert answer.headers["Location"].startswith("/login/?next=/unsent/")
    assert "您刚才提交的内容已保存" in browser.get("/login/").content.decode()
    assert not Contact.objects.exists()
    assert NOTE.encode() not in bytes(Draft.objects.get().sealed)
    assert browser.post("/login/", {"login": "handler", "password": PASSWORD}).headers["Location"] == "/unsent/"
    page = browser.get("/unsent/").content.decode()
    assert NOTE in page
    assert f"{Ticket.objects.get().number} · 联系群众" in page
    sent = browser.post(f"{address}?unsent={Draft.objects.get().pk}", {"reached": "true", "note": NOTE, "version": "3"})
    assert sent.status_code == 303
    assert Contact.objects.get().note == NOTE
    assert not Draft.objects.exists()


def test_it_is_kept_also_when_the_session_is_gone_whole(late: tuple[Client, str]) -> None:
    browser, address = late
    Session.objects.all().delete()
    send(browser, address)
    browser.post("/login/", {"login": "handler", "password": PASSWORD})
    assert NOTE in browser.get("/unsent/").content.decode()


def test_a_draft_that_comes_too_late_stays_on_its_page_and_is_no_unsent_form(late: tuple[Client, str]) -> None:
    browser, address = late
    place = address.replace("/contact/", "/draft/contact/")
    assert browser.post(place, {"note": NOTE}, headers={"X-Draft": "1"}).status_code == 401
    assert not Draft.objects.exists()


def test_nobody_else_gets_it(late: tuple[Client, str]) -> None:
    browser, address = late
    send(browser, address)
    answer = browser.post("/login/", {"login": "chief", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert NOTE not in browser.get("/unsent/").content.decode()
    kept = Draft.objects.get()
    browser.post("/unsent/", {"drop": kept.pk})
    assert Draft.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"Origin": "http://testserver"}, 1),
        ({"Referer": "http://testserver/desk/"}, 1),
        ({"Origin": "https://evil.example"}, 0),
        ({"Origin": "null", "Referer": "http://testserver/desk/"}, 0),
        ({"Referer": "http://testserver.evil.example/"}, 0),
        ({"Referer": "http://[/"}, 0),
        ({}, 0),
    ],
)
def test_without_its_token_only_a_form_of_ours_is_kept(bureau: Bureau, headers: dict[str, str], kept: int) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bureau.people["handler"])
    answer = browser.post("/desk/bulk/", {"do": "sign", "note": NOTE}, headers=headers)
    assert answer.status_code == (302 if kept else 403)
    assert Draft.objects.count() == kept


def test_a_refused_form_stays_kept_and_its_writer_throws_it_away(late: tuple[Client, str]) -> None:
    browser, address = late
    send(browser, address)
    browser.post("/login/", {"login": "handler", "password": PASSWORD})
    kept = Draft.objects.get()
    assert browser.post(f"{address}?unsent={kept.pk}", {"note": NOTE}).status_code == 422
    assert Draft.objects.filter(pk=kept.pk).exists()
    browser.post("/unsent/", {"drop": kept.pk})
    assert not Draft.objects.exists()


def test_passwords_are_never_kept(late: tuple[Client, str]) -> None:
    browser, _address = late
    browser.post("/me/password/", {"present": PASSWORD, "password1": "x", "password2": "x"})
    assert not Draft.objects.exists()


def test_a_stranger_keeps_nothing(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    answer = send(Client(), f"/tickets/{ticket.number}/contact/")
    assert answer.headers["Location"] == "/login/?next=/"
    assert not Draft.objects.exists()


def test_a_form_with_a_stale_token_is_kept_too(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bureau.people["handler"])
    typed = {"note": NOTE, "csrfmiddlewaretoken": "x" * 64}
    answer = strict.post(f"/tickets/{ticket.number}/contact/", typed, headers={"Origin": "http://testserver"})
    assert answer.headers["Location"] == "/unsent/"
    page = strict.get("/unsent/").content.decode()
    assert NOTE in page
    assert "x" * 64 not in page
