"""The sweep fires what is due: once, in order, all of it, and a poison row holds nobody."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, make_user, moment
from tickets.actions import timers
from tickets.domain.chain import link
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Role, Side
from tickets.models import Event, Notice, Policy, Run, Ticket, Timer
from tickets.queries.calendar import working_calendar
from tickets.queries.reckoning import WARNED, reckon, rungs

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


@pytest.fixture(autouse=True)
def _reference(db: None) -> None:
    make_reference()


def at_work(channel: Channel = Channel.DIRECT, **facts) -> Ticket:
    ticket = make_ticket(
        channel=channel, section=make_section(), dispatched_at=NOW, state=State.IN_PROGRESS.value, **facts
    )
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    for kind in (ClockKind.SIGN, ClockKind.CONTACT):
        timers.meet(ticket=ticket, kind=kind, now=NOW)
    return ticket


def inner(ticket: Ticket) -> Timer:
    return ticket.timers.get(side=Side.INNER, kind=ClockKind.REPLY)


def fired(ticket: Ticket) -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(ticket=ticket, action__startswith="clock").order_by("seq")
    return [(row.action, (refs := json.loads(row.payload)["refs"])["side"], refs["to"]) for row in rows]


def test_the_ladder_of_the_section_warn_due_chief_office_leader() -> None:
    ticket = at_work()
    # inner reply: due Friday 13 March 17:30; warned at its opening; 7 and 14 open hours later the office and the leader.
    moments = ["03-13 07:59", "03-13 08:00", "03-13 17:29", "03-13 17:30", "03-16 17:30", "03-17 17:30"]
    seen = []
    for text in moments:
        timers.sweep(moment(f"2026-{text}"))
        seen.append([(action, to) for action, side, to in fired(ticket) if side == "inner"])
    warned, due = ("clock_warned", "handler"), ("clock_due", "handler")
    chief, office, leader = (("clock_escalated", to) for to in ("chief", "dispatcher", "leader"))
    assert seen == [
        [],
        [warned],
        [warned],
        [warned, due, chief],
        [warned, due, chief, office],
        [warned, due, chief, office, leader],
    ]
    assert inner(ticket).next_at is None


def test_due_makes_the_ticket_overdue_in_its_row_and_says_when() -> None:
    ticket = at_work()
    timers.sweep(moment("2026-03-13 20:00"))
    row, clock = Ticket.objects.get(pk=ticket.pk), inner(ticket)
    assert row.is_overdue
    assert (clock.breached_at, clock.is_late) == (moment("2026-03-13 17:30"), True)


def test_notices_are_addressed_to_the_section_its_handler_and_the_office() -> None:
    handler = make_user("zhangsan", section=make_section())
    ticket = at_work(handler=handler)
    timers.sweep(moment("2026-03-17 09:00"))
    rows = (
        Notice.objects.filter(ticket=ticket)
        .order_by("id")
        .values_list("kind", "role", "section__code", "user__username")
    )
    assert set(rows) == {
        ("clock_due", "handler", "gongcheng", "zhangsan"),
        ("clock_escalated", "chief", "gongcheng", None),
        ("clock_escalated", "dispatcher", None, None),
        ("clock_due", "dispatcher", None, None),
    }


def test_no_warning_once_the_limit_is_over() -> None:
    ticket = at_work()
    timers.sweep(moment("2026-03-14 09:00"))
    assert "clock_warned" not in [action for action, side, _ in fired(ticket) if side == "inner"]


def test_swept_twice_fires_once() -> None:
    ticket, late = at_work(), moment("2026-03-30 09:00")
    first, notices, events = timers.sweep(late), Notice.objects.count(), Event.objects.count()
    assert first.fired == 2
    assert timers.sweep(late) == timers.Swept()
    assert (Notice.objects.count(), Event.objects.count()) == (notices, events)
    assert Ticket.objects.get(pk=ticket.pk).journal_seq == Event.objects.filter(ticket=ticket).count()


def test_events_of_one_batch_are_chained_under_the_journal_key(settings) -> None:
    ticket = at_work()
    timers.sweep(moment("2026-03-30 09:00"))
    previous = ""
    for event in Event.objects.filter(ticket=ticket).order_by("seq"):
        assert (event.digest, event.mac) == link(previous, event.payload, settings.JOURNAL_KEY)
        previous = event.digest
    row = Ticket.objects.get(pk=ticket.pk)
    assert row.journal_head == previous
    assert row.version == ticket.version


def test_an_idle_sweep_is_one_look_up() -> None:
    at_work()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert timers.sweep(NOW + timedelta(minutes=1)) == timers.Swept()
    assert len(seen) == 1


def test_a_batch_of_many_costs_no_more_queries_than_a_batch_of_one() -> None:
    def queries(late: datetime) -> int:
        with CaptureQueriesContext(connection) as seen:
            timers.sweep(late)
        return len(seen)

    at_work()
    one = queries(moment("2026-03-30 09:00"))
    for _ in range(4):
        at_work()
    assert queries(moment("2026-03-30 09:00")) == one


def test_more_than_one_batch_is_drained() -> None:
    for _ in range(4):
        at_work()
    assert timers.sweep(moment("2026-03-30 09:00"), limit=3) == timers.Swept(fired=8)
    assert not Timer.objects.filter(next_at__lte=moment("2026-03-30 09:00")).exists()


def test_out_of_time_says_that_something_remains() -> None:
    for _ in range(2):
        at_work()
    swept = timers.sweep(moment("2026-03-30 09:00"), limit=1, seconds=0)
    assert swept == timers.Swept(fired=1, remaining=True)


def test_a_poison_clock_is_set_aside_with_a_notice_and_the_rest_fires() -> None:
    tickets = [at_work() for _ in range(4)]
    late = moment("2026-03-30 09:00")
    Timer.objects.filter(pk=inner(tickets[1]).pk).update(terms={"amount": "soon", "unit": "working_days"})
    swept = timers.sweep(late)
    assert (swept.fired, swept.set_aside) == (7, 1)
    assert inner(tickets[1]).next_at == late + timedelta(hours=1)
    notice = Notice.objects.get(kind="clock_trouble")
    assert (notice.role, notice.facts["timer"]) == (Role.DISPATCHER, inner(tickets[1]).pk)


def test_while_paused_no_step_fires_and_the_breach_waits_for_the_resuming() -> None:
    ticket = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-16 10:00"))
    timers.sweep(moment("2026-03-17 08:00"))
    assert ticket.timers.get(side=Side.OUTER, kind=ClockKind.REPLY).breached_at is None
    timers.resume(ticket=ticket, now=moment("2026-03-17 09:00"))
    timers.sweep(moment("2026-03-17 09:00"))
    outer = ticket.timers.get(side=Side.OUTER, kind=ClockKind.REPLY)
    assert (outer.breached_at, outer.is_late) == (moment("2026-03-17 09:00"), False)
    timers.sweep(moment("2026-03-17 17:30"))
    outer.refresh_from_db()
    assert outer.is_late


def test_a_right_that_lapses_makes_nobody_late() -> None:
    ticket = make_ticket(channel=Channel.PETITION)
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW, ticket=ticket)
    timers.sweep(moment("2026-03-11 09:00"))
    clock = ticket.timers.get(kind=ClockKind.OBJECTION)
    assert (clock.run, clock.is_late, clock.breached_at) == (Run.STOPPED, False, None)
    assert not Ticket.objects.get(pk=ticket.pk).is_overdue
    assert Notice.objects.filter(ticket=ticket, kind="clock_due").count() == 1


def test_next_moment_is_the_earliest_of_all() -> None:
    assert timers.next_moment() is None
    at_work()
    assert timers.next_moment() == moment("2026-03-13 08:00")


@pytest.mark.parametrize(
    ("unit", "amount", "share", "at"),
    [
        ("clock_hours", 4, "0.75", "2026-03-02T12:00"),  # from 09:00
        ("working_hours", 4, "0.50", "2026-03-02T11:00"),
        ("calendar_days", 2, "0.50", "2026-03-03T16:30"),  # due on the 4th at 24:00: 63 of 126 half hours later
    ],
)
def test_warned_when_a_share_of_the_limit_is_over(unit: str, amount: int, share: str, at: str) -> None:
    start = datetime.fromisoformat("2026-03-02T09:00+08:00")
    policy = Policy(warn_share=Decimal(share), warn_hours=Decimal(8))
    timer = Timer(started_at=start, terms={"amount": str(amount), "unit": unit})
    calendar = working_calendar()
    first = next(rungs(timer, policy, calendar, reckon(timer, calendar)))
    assert (first.step, first.at) == (WARNED, datetime.fromisoformat(f"{at}+08:00"))
