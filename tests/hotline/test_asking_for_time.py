"""申请延期: the dialog says which limit it is and how far it may go, and what cannot be asked again is refused before it is typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hotline.wording import moments
from tests.hotline.bodies import REASON
from tests.hotline.bureau import Bureau, Desk, inquiry_of
from tests.hotline.lived import again, signed
from tickets import clock
from tickets.actions import handling, timers
from tickets.models import Policy, Ticket


def asking(bureau: Bureau) -> Ticket:
    """In the section's hands, with a limit of the answer."""
    ticket = signed(bureau)
    timers.start_outer(inquiry=inquiry_of(ticket), now=clock.now(), ticket=ticket)
    return again(ticket)


def dialog(bureau: Bureau, ticket: Ticket) -> str:
    body: str = Desk(bureau.people["handler"]).get(f"/tickets/{ticket.number}/ask_extension/").content.decode()
    return body


def why_not(bureau: Bureau, ticket: Ticket) -> str:
    """What the ticket says of the act: on its page and at the other door."""
    desk = Desk(bureau.people["handler"])
    told: list[dict[str, Any]] = desk.get(f"/api/tickets/{ticket.number}/").json()["actions"]
    reason = next(str(each["reason"]) for each in told if each["action"] == "ask_extension")
    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    assert f"申请延期：{reason}" in page if reason else f'href="/tickets/{ticket.number}/ask_extension/"' in page
    return reason


def test_the_dialog_names_the_limit_its_date_its_unit_and_the_most(bureau: Bureau) -> None:
    ticket = asking(bureau)
    limit = ticket.timers.get(side="outer", kind="reply")
    Policy.objects.filter(pk=limit.policy_id).update(extension_limit=Decimal(7))
    body = dialog(bureau, ticket)
    assert "对外时限 · 答复" in body
    assert f"现到期 {moments.due(limit.due_at, clock.now())}" in body
    assert "计量单位：工作日" in body
    assert "最多可延长 7 个工作日" in body
    Policy.objects.filter(pk=limit.policy_id).update(extension_limit=Decimal(0))
    assert "最多可延长" not in dialog(bureau, ticket)


def test_what_waits_or_was_used_is_refused_before_it_is_asked_again(bureau: Bureau) -> None:
    ticket, now = asking(bureau), clock.now()
    assert why_not(bureau, ticket) == ""
    handling.ask_extension(ticket=ticket, actor=bureau.actor("handler"), now=now, amount=Decimal(1), reason=REASON)
    assert why_not(bureau, ticket) == "已有一项延期申请待批。"
    handling.decide_extension(ticket=again(ticket), actor=bureau.actor("leader"), now=now, granted=True)
    assert why_not(bureau, ticket) == "本件已延期一次，不能再延。"
