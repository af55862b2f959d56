"""The first page, the documents of the API, what is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from tests.hotline.bureau import PARTY, Bureau, Desk, dispatched
from tickets.domain.words import FileRole


def test_the_api_describes_itself_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))
    text = (tmp_path / "schema.yml").read_text(encoding="utf-8")
    assert "/api/tickets/{number}/sign/:" in text
    assert "Idempotency-Key" in text


@pytest.mark.django_db
def test_the_document_and_its_page_come_from_here_and_run_no_inline_script(client: Client) -> None:
    assert b"openapi: 3" in client.get("/api/schema").content
    page = client.get("/api/docs")
    body = page.content.decode()
    assert not re.search(r"https?://", body)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", body)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', body):
        assert client.get(address).status_code == 200, address
    assert "default-src 'self'" in page["Content-Security-Policy"]


def test_the_first_page_in_two_languages_without_inline_anything(bureau: Bureau) -> None:
    dispatched(bureau)
    for desk in (
        Desk(),
        Desk(bureau.people["handler"]),
        Desk(bureau.people["dispatcher"]),
        Desk(bureau.people["sysadmin"]),
    ):
        body = desk.client.get("/", follow=True).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", body)
        assert PARTY.phone not in body
        assert "群众诉求办理" in body
    english = Desk(bureau.people["handler"], language="en").get("/desk/").content.decode()
    assert "What is due first stands on top." in english
    assert '<html lang="en"' in english


def test_the_switch_of_languages_is_remembered(bureau: Bureau) -> None:
    desk = Desk(bureau.people["handler"])
    desk.client.post("/language/", {"language": "en", "next": "/"})
    assert "In-tray" in desk.get("/desk/").content.decode()
    assert desk.get("/api/tickets/XX-1").json()["message"].startswith("There is nothing")


def test_the_first_page_is_ones_own_desk(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    body = Desk(bureau.people["chief"]).client.get("/", follow=True).content.decode()
    assert ticket.number in body
    assert "待签收" in body
    assert ticket.number not in Desk(bureau.people["strange_chief"]).client.get("/", follow=True).content.decode()


def test_a_page_that_is_not_there_says_so(bureau: Bureau, settings: Any) -> None:
    settings.DEBUG = False
    answer = Desk(bureau.people["handler"]).get("/nothing")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()


@pytest.mark.parametrize("name", ["auditor", "sysadmin", "security", "leader", "dispatcher"])
def test_no_page_shows_tables_as_they_are(bureau: Bureau, name: str) -> None:
    """Not even to look at: a filter over a column is a way to read it."""
    for address in ("/admin/", "/admin/hotline/session/", "/admin/hotline/user/?password__startswith=p"):
        assert Desk(bureau.people[name]).get(address).status_code == 404
    assert not apps.is_installed("django.contrib.admin")


def test_the_page_says_who_dispatched_by_hand(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    body = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/").content.decode()
    assert f"人工派单（{bureau.people['dispatcher']}）" in body
    assert "待办公室派单" not in body.split("承办</h2>")[1].split("</details>")[0]
    english = Desk(bureau.people["handler"], language="en").get(f"/tickets/{ticket.number}/").content.decode()
    assert f"Dispatched by {bureau.people['dispatcher']}" in english


def test_kinds_of_files_are_chosen_by_words(bureau: Bureau) -> None:
    ticket = dispatched(bureau)
    body = Desk(bureau.people["dispatcher"]).get(f"/tickets/{ticket.number}/attach/").content.decode()
    assert all(f"> {word.zh}</label>" in body for word in FileRole)


def test_a_page_that_prints_ctrl_enter_says_which_form_it_sends() -> None:
    """Templates that are swapped into a dialog or a place of their own have the cursor inside the form already."""
    of_a_dialog = {"act_form.html", "settle_form.html"}
    for path in Path("hotline/templates/hotline").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"<button[^\n]*<kbd>Ctrl\+Enter</kbd>", text) and path.name not in of_a_dialog:
            assert re.search(r"<form\b.*? data-main\b", text), path
