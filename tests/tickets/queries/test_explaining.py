"""The count in words adds up to the due moment, tells the source's deadline from ours, and what has happened since."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, moment
from tickets.actions import timers
from tickets.domain.explain import explain
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Ticket
from tickets.queries.calendar import working_calendar
from tickets.queries.clocks import clocks
from tickets.queries.reckoning import pauses_of, terms_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(db: None) -> None:
    make_reference()


def at_work(channel: Channel = Channel.DIRECT, **facts: object) -> Ticket:
    ticket = make_ticket(channel=channel, section=make_section(), dispatched_at=NOW, state=State.IN_PROGRESS.value)
    timers.start_outer(inquiry=make_inquiry(ticket, **facts), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    return ticket


def told(ticket: Ticket, now=NOW) -> dict:
    return next(row for row in clocks(ticket, now) if row["kind"] == ClockKind.REPLY and row["side"] == Side.OUTER)


def test_the_lines_add_up_after_a_pause_an_extension_and_a_restart() -> None:
    ticket = at_work()
    inquiry = ticket.inquiries.get()
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-03 18:00"))
    timers.resume(ticket=ticket, now=moment("2026-03-06 07:00"))
    timers.extend(ticket=ticket, now=moment("2026-03-06 08:00"), amount=Decimal(3))
    timer = ticket.timers.get(inquiry=inquiry, kind=ClockKind.REPLY)
    found = explain(terms_of(timer), timer.started_at, working_calendar(), pauses_of(timer), extension=timer.extension)
    assert sum(line.amount for line in found.lines) == 13
    last = [line for line in found.lines if line.counted][-1]
    assert last.ends == found.due.moment == timer.due_at
    events = [zh for zh, _ in told(ticket)["events"]]
    assert events == [
        "2026-03-03 18:00 暂停计时：挂账。",
        "2026-03-06 07:00 恢复计时：挂账，时限为 2026-03-18 24:00。",
        "2026-03-06 08:00 延期 3 个工作日，时限为 2026-03-23 24:00。",
    ]


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ("2026-03-12 00:00", "来源的时限早 3 个工作日", "3 working days earlier"),
        ("2026-03-19 00:00", "来源的时限晚 2 个工作日", "2 working days later"),
        ("2026-03-17 00:00", "两者一致", "both agree"),
        ("2026-03-16 22:00", "来源的时限早 2 小时", "2 h earlier"),
    ],
)
def test_the_sources_deadline_is_told_from_ours(given: str, zh: str, en: str) -> None:
    row = told(at_work(Channel.HOTLINE, limit_reply=moment(given)))
    assert row["due_at"] == moment(given)
    assert "应于2026-03-16 24:00 届满" in row["summary"][0]
    assert zh in row["summary"][0]
    assert en in row["summary"][1]
    assert len(row["lines"]) > 3


def test_more_events_cost_no_more_statements(django_assert_num_queries) -> None:
    ticket = at_work()
    with django_assert_num_queries(3):
        clocks(ticket, NOW)
    for hour in range(10):
        timers.pause(ticket=ticket, ground="suspension", now=NOW + timedelta(hours=2 * hour + 1))
        timers.resume(ticket=ticket, now=NOW + timedelta(hours=2 * hour + 2))
    with django_assert_num_queries(3):
        clocks(ticket, NOW + timedelta(days=2))
