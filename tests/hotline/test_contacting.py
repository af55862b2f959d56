"""联系群众 on a page: whether somebody was reached is the person's to say, and what belongs to the answer is asked for."""

from __future__ import annotations

import re
from typing import Any

from tests.hotline.bureau import Bureau, Desk
from tests.hotline.lived import signed
from tickets.models import Contact, Ticket


def sent(bureau: Bureau, ticket: Ticket, **typed: str) -> Any:
    return Desk(bureau.people["handler"]).client.post(f"/tickets/{ticket.number}/contact/", typed)


def test_nothing_is_chosen_for_the_person(bureau: Bureau) -> None:
    ticket = signed(bureau)
    body = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/contact/").content.decode()
    radios = re.findall(r'<input type="radio" name="reached"[^>]*>', body)
    assert len(radios) == 2
    assert not any("checked" in each for each in radios)
    assert all("required" in each for each in radios)
    assert sent(bureau, ticket, note="已说明修复安排。").status_code == 422
    assert not Contact.objects.exists()


def test_who_was_reached_was_told_something_and_who_was_not_has_a_reason(bureau: Bureau) -> None:
    ticket = signed(bureau)
    answer = sent(bureau, ticket, reached="true")
    assert answer.status_code == 422
    assert "请写明说了什么。" in answer.content.decode()
    answer = sent(bureau, ticket, reached="false", note="下午再打")
    assert answer.status_code == 409
    assert "未联系上须说明原因。" in answer.content.decode()
    assert "下午再打" in answer.content.decode()
    assert sent(bureau, ticket, reached="true", note="已说明修复安排。").status_code == 303
    assert sent(bureau, ticket, reached="false", reason="无人接听").status_code == 303
    assert [(each.is_reached, each.note or each.reason) for each in Contact.objects.order_by("id")] == [
        (True, "已说明修复安排。"),
        (False, "无人接听"),
    ]


def test_at_the_other_door_a_contact_needs_no_note(bureau: Bureau) -> None:
    ticket = signed(bureau)
    assert Desk(bureau.people["handler"]).act(ticket, "contact", {"reached": True}).status_code == 200
