"""Rows in the outbox for tests of pushing, written by the same ``enqueue`` as the actions use."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tests.tickets.making import NOW, make_inquiry, make_ticket
from tickets.actions import outbox
from tickets.domain.chain import text_digest
from tickets.domain.messages import Telling
from tickets.domain.words import Outcome
from tickets.models import Inquiry, OutboxRow, Reply, Source

TEXT = "您好,您反映的问题已核实,施工单位已调整作业时间。"


@transaction.atomic
def make_row(inquiry: Inquiry | None = None, telling: Telling = Telling.CONTACT, **more: Any) -> OutboxRow:
    """A pending row; without an inquiry one of a new ticket."""
    inquiry = inquiry or make_inquiry(make_ticket())
    Source.objects.filter(pk="hotline").update(tells=[each.value for each in Telling], is_active=True)
    inquiry.source.refresh_from_db()
    facts = more.pop("facts", {"note": "已联系", "contacted_at": NOW})
    row = outbox.enqueue(inquiry=inquiry, telling=telling, facts=facts, now=more.pop("now", NOW), **more)
    assert row is not None
    return row


@transaction.atomic
def make_reply_row(inquiry: Inquiry | None = None, author_id: int | None = None) -> OutboxRow:
    """A final reply with its text, and the Reply behind it where an author is given."""
    inquiry = inquiry or make_inquiry(make_ticket())
    reply = None
    if author_id is not None:
        reply = Reply.objects.create(
            ticket=inquiry.ticket, no=1, state="sent", outcome=Outcome.SOLVED.value, public_text=TEXT, author_id=author_id, written_at=NOW,
            sent_at=NOW, digest=text_digest(TEXT),
        )  # fmt: skip
    facts = {"text": TEXT, "outcome": Outcome.SOLVED.value, "replied_at": NOW}
    return make_row(inquiry, Telling.REPLY, facts=facts, reply=reply)
