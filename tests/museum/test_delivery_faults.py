"""Faults that peers had at their outer doors, so that we never have them: each test bears the fault's name."""

from __future__ import annotations

import socket
import time

import pytest
from django.db import transaction

from integrations import push, tasks
from tests.integrations.exchange import Clock, PlainPlatform, connected, foreign_task
from tests.integrations.posting import make_row
from tests.tickets.making import make_inquiry, make_source, make_ticket
from tickets.actions import outbox
from tickets.domain.messages import Telling
from tickets.models import OutboxRow, Post, Ticket

pytestmark = pytest.mark.everywhere


def posts(*rows: OutboxRow) -> list[str]:
    return [OutboxRow.objects.get(pk=row.pk).post for row in rows]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.django_db
def test_chatwoot15920(clock: Clock) -> None:
    """The receiver was down: the message was dropped. Ours waits, however long, and arrives."""
    row, platform = make_row(), PlainPlatform()
    with connected(platform, url=f"http://127.0.0.1:{free_port()}"):
        for _ in range(40):
            push.push("hotline", clock=clock)
            clock.move(hours=1)
    assert posts(row) == [Post.PENDING]
    with connected(platform):
        push.push("hotline", clock=clock)
    assert posts(row) == [Post.ACCEPTED]
    assert len(platform.told) == 1


@pytest.mark.django_db(transaction=True)
def test_helpdesk_refused(clock: Clock) -> None:
    """A refused connection was raised into the user's save. Ours: the save stands, and nobody waits for the broker."""
    with connected(PlainPlatform(), url=f"http://127.0.0.1:{free_port()}"):
        started = time.monotonic()
        row = make_row()
        assert time.monotonic() - started < 10
        push.push("hotline", clock=clock)
    assert Ticket.objects.filter(pk=row.ticket_id).exists()
    assert posts(row) == [Post.PENDING]


@pytest.mark.django_db(transaction=True)
def test_signalen_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker was down: the call was answered, and routing and mail were lost without trace. Ours: the row waits in its table."""
    monkeypatch.setattr(tasks, "push", foreign_task(free_port()))
    started = time.monotonic()
    row = make_row()
    assert time.monotonic() - started < 10
    platform = PlainPlatform()
    with connected(platform):
        push.push("hotline")
    assert posts(row) == [Post.ACCEPTED]


def test_fms3168(platform: PlainPlatform, clock: Clock) -> None:
    """One of two destinations failed and the report was marked sent. Ours: each destination has a row and an end of its own."""
    ticket = make_ticket()
    hotline = make_row(make_inquiry(ticket))
    business = make_source("business")
    business.tells, business.is_active = [Telling.CONTACT.value], True
    business.save()
    other = outbox.enqueue(
        inquiry=make_inquiry(ticket, source=business), telling=Telling.CONTACT, facts={}, now=clock()
    )
    assert other is not None
    push.push("hotline", clock=clock)
    assert posts(hotline, other) == [Post.ACCEPTED, Post.PENDING]


def test_fms3228(platform: PlainPlatform, clock: Clock) -> None:
    """One poisoned record blocked the sender, or made it spin. Ours: others leave, it is tried ever more rarely, then a person has it."""
    poisoned, others = make_row(), [make_row() for _ in range(4)]
    platform.moods_of[poisoned.inquiry.number] = 500
    push.push("hotline", clock=clock)
    assert posts(*others) == [Post.ACCEPTED] * 4
    for _ in range(100):
        if posts(poisoned) != [Post.PENDING]:
            break
        clock.move(hours=1)
        later = make_row()
        push.push("hotline", clock=clock)
        assert posts(later) == [Post.ACCEPTED], "nobody else waits for it"
    assert posts(poisoned) == [Post.UNKNOWN]
    asked = [one for one in platform.asked if poisoned.inquiry.number in one.path]
    assert len(asked) == push.MOST_UNCLEAR
    assert push.push("hotline", clock=clock) == {}


def test_fms5298(platform: PlainPlatform, clock: Clock) -> None:
    """An update went out before the report it followed. Ours: rows of one inquiry leave in order, whatever fails in between."""
    inquiry = make_inquiry(make_ticket())
    with transaction.atomic():
        rows = [
            make_row(inquiry, telling) for telling in (Telling.SIGN, Telling.CONTACT, Telling.EXTENSION, Telling.REPLY)
        ]
    platform.moods.extend([500, "drop", "ok", 429, "lost"])
    for _ in range(30):
        push.push("hotline", clock=clock)
        clock.move(minutes=15)
    assert posts(*rows) == [Post.ACCEPTED] * 4
    assert [told.telling for told in platform.told] == ["sign", "contact", "extension", "reply"]
