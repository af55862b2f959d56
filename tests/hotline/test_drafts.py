"""What was typed into the dialog of an act comes back with it, and is gone when the act is done or the draft is let go."""

from __future__ import annotations

import pytest

from hotline.models import Draft
from tests.hotline.bureau import Bureau, Desk
from tests.hotline.lived import signed
from tickets.models import Ticket

TYPED = {"reached": "true", "note": "样例：已约下午到现场看。"}


@pytest.fixture
def ticket(bureau: Bureau) -> Ticket:
    return signed(bureau)


@pytest.fixture
def handler(bureau: Bureau, ticket: Ticket) -> Desk:
    """Who has typed and closed the dialog."""
    desk = Desk(bureau.people["handler"])
    assert desk.client.post(f"/tickets/{ticket.number}/draft/contact/", TYPED).status_code == 200
    return desk


def dialog(desk: Desk, ticket: Ticket, action: str = "contact") -> str:
    return desk.client.get(f"/tickets/{ticket.number}/{action}/", headers={"HX-Request": "true"}).content.decode()


def test_what_was_typed_comes_back_in_the_same_act_only(handler: Desk, ticket: Ticket) -> None:
    body = dialog(handler, ticket)
    assert TYPED["note"] in body
    assert "的草稿" in body
    assert TYPED["note"] not in dialog(handler, ticket, "ask_extension")


def test_it_is_gone_when_it_is_let_go(handler: Desk, ticket: Ticket) -> None:
    answer = handler.client.post(f"/tickets/{ticket.number}/contact/", {"do": "forget"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert TYPED["note"] not in answer.content.decode()
    assert not Draft.objects.exists()


def test_it_is_gone_when_the_act_is_done(handler: Desk, ticket: Ticket) -> None:
    assert handler.client.post(f"/tickets/{ticket.number}/contact/", TYPED).status_code == 303
    assert not Draft.objects.exists()
    assert "的草稿" not in dialog(handler, ticket)


def test_a_form_of_two_acts_leaves_no_draft_to_the_other(handler: Desk, ticket: Ticket) -> None:
    handler.client.post(f"/tickets/{ticket.number}/draft/chase/", {"note": "样例"})
    assert Draft.objects.count() == 2
    assert handler.client.post(f"/tickets/{ticket.number}/contact/", {**TYPED, "kept": "chase"}).status_code == 303
    assert not Draft.objects.exists()
