"""Met, stopped, paused, resumed, extended: each changes the clock in its own way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, moment
from tickets.actions import timers
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Inquiry, Run, Ticket, Timer

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
REPLY = ClockKind.REPLY


@pytest.fixture(autouse=True)
def _reference(db: None) -> None:
    make_reference()


def at_work(channel: Channel = Channel.HOTLINE, **inquiry) -> tuple[Ticket, Inquiry]:
    ticket = make_ticket(channel=channel, section=make_section(), dispatched_at=NOW, state=State.IN_PROGRESS.value)
    contact = make_inquiry(ticket, **inquiry)
    timers.start_outer(inquiry=contact, now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    return ticket, contact


def clock(ticket: Ticket, side: Side, kind: ClockKind = REPLY) -> Timer:
    return ticket.timers.filter(side=side, kind=kind).latest("id")


def test_met_at_the_due_moment_is_in_time_and_a_second_later_late() -> None:
    for seconds, is_late in ((0, False), (1, True)):
        ticket, _ = at_work()
        due = clock(ticket, Side.OUTER).due_at
        timers.meet(ticket=ticket, kind=REPLY, now=due + timedelta(seconds=seconds), side=Side.OUTER)
        row = clock(ticket, Side.OUTER)
        assert (row.run, row.is_late, row.next_at) == (Run.MET, is_late, None)


def test_meeting_one_clock_moves_the_tickets_next_due() -> None:
    ticket, _ = at_work()
    timers.meet(ticket=ticket, kind=ClockKind.SIGN, now=NOW)
    timers.meet(ticket=ticket, kind=ClockKind.CONTACT, now=NOW)
    row = Ticket.objects.get(pk=ticket.pk)
    assert row.due_at == ticket.due_at == moment("2026-03-13 17:30")


def test_an_answer_to_one_source_leaves_the_others_clock() -> None:
    ticket, first = at_work()
    second = make_inquiry(ticket, limit_reply=moment("2026-03-21 00:00"))
    timers.start_outer(inquiry=second, now=NOW, ticket=ticket)
    timers.meet(ticket=ticket, kind=REPLY, now=NOW, side=Side.OUTER, inquiry=first)
    assert first.timers.get(kind=REPLY).run == Run.MET
    assert second.timers.get(kind=REPLY).run == Run.RUNNING
    assert clock(ticket, Side.INNER).due_at == moment("2026-03-19 17:30")


def test_all_clocks_stop_by_one_look_at_the_calendar() -> None:
    ticket, _ = at_work()
    with CaptureQueriesContext(connection) as seen:
        assert len(timers.stop(ticket=ticket, now=NOW)) > 2
    assert sum("historicalspecialday" in each["sql"] for each in seen) == 1


def test_suspension_pauses_our_own_clocks_only() -> None:
    ticket, _ = at_work(limit_reply=moment("2026-03-14 00:00"))
    timers.pause(ticket=ticket, ground="suspension", now=NOW)
    assert clock(ticket, Side.OUTER).run == Run.RUNNING
    assert clock(ticket, Side.INNER).run == Run.PAUSED
    assert clock(ticket, Side.OUTER, ClockKind.SIGN).run == Run.PAUSED
    assert Ticket.objects.get(pk=ticket.pk).due_at == moment("2026-03-14 00:00")


def test_a_limit_of_the_law_pauses_only_on_a_ground_of_the_law() -> None:
    ticket, _ = at_work(Channel.DISCLOSURE)
    timers.pause(ticket=ticket, ground="suspension", now=NOW)
    assert clock(ticket, Side.OUTER).run == Run.RUNNING
    timers.pause(ticket=ticket, ground="third_party", now=NOW)
    assert clock(ticket, Side.OUTER).run == Run.PAUSED


def test_whole_days_of_a_pause_are_added() -> None:
    ticket, _ = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-03 18:00"))
    timers.resume(ticket=ticket, now=moment("2026-03-06 07:00"))
    outer, inner = clock(ticket, Side.OUTER), clock(ticket, Side.INNER)
    assert outer.due_at == moment("2026-03-19 00:00")  # two working days, the 4th and the 5th, were paused
    assert inner.due_at == moment("2026-03-17 17:30")
    assert outer.pauses[0]["ground"] == "suspension"


def test_due_inside_a_pause_is_late_only_after_the_close_of_the_day_of_resuming() -> None:
    for answered, is_late in (("2026-03-17 17:30", False), ("2026-03-17 17:31", True)):
        ticket, _ = at_work()
        timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-16 10:00"))
        timers.resume(ticket=ticket, now=moment("2026-03-17 09:00"))
        assert clock(ticket, Side.OUTER).due_at == moment("2026-03-17 00:00")
        timers.meet(ticket=ticket, kind=REPLY, now=moment(answered), side=Side.OUTER)
        assert clock(ticket, Side.OUTER).is_late is is_late


def test_an_extension_moves_our_own_limit_and_the_inner_one_with_it() -> None:
    ticket, _ = at_work(Channel.DIRECT)
    timers.extend(ticket=ticket, now=NOW, amount=Decimal(5))
    assert clock(ticket, Side.OUTER).due_at == moment("2026-03-24 00:00")
    assert clock(ticket, Side.INNER).due_at == moment("2026-03-20 17:30")
    assert clock(ticket, Side.OUTER).extension == 5


def test_our_extension_never_moves_the_sources_deadline() -> None:
    limit = moment("2026-03-14 00:00")
    ticket, inquiry = at_work(limit_reply=limit)
    timers.extend(ticket=ticket, now=NOW, amount=Decimal(5))
    outer = clock(ticket, Side.OUTER)
    assert (outer.due_at, outer.platform_due_at, inquiry.limit_reply) == (limit, limit, limit)
    assert clock(ticket, Side.INNER).due_at < limit


def test_what_an_extension_would_ask_for() -> None:
    ticket, _ = at_work(limit_reply=moment("2026-03-14 00:00"))
    assert timers.extended_due(timer=clock(ticket, Side.OUTER), amount=Decimal(5)) == moment("2026-03-21 00:00")
    own, _ = at_work(Channel.DIRECT)
    assert timers.extended_due(timer=clock(own, Side.OUTER), amount=Decimal(5)) == moment("2026-03-24 00:00")


def test_a_granted_date_counts_and_a_later_extension_goes_on_from_it() -> None:
    ticket, _ = at_work(Channel.DIRECT)
    timers.extend(ticket=ticket, now=NOW, new_due=moment("2026-03-21 00:00"), side=Side.OUTER)
    assert clock(ticket, Side.OUTER).due_at == moment("2026-03-21 00:00")
    timers.extend(ticket=ticket, now=NOW, amount=Decimal(2), side=Side.OUTER)
    assert clock(ticket, Side.OUTER).due_at == moment("2026-03-25 00:00")


def test_stopping_the_inner_side_leaves_the_sources_rights() -> None:
    ticket, _ = at_work()
    timers.stop(ticket=ticket, now=NOW, side=Side.INNER)
    assert set(ticket.timers.filter(side=Side.INNER).values_list("run", flat=True)) == {Run.STOPPED.value}
    assert set(ticket.timers.filter(side=Side.OUTER).values_list("run", flat=True)) == {Run.RUNNING.value}


def test_a_breach_is_taken_back_when_the_extension_reaches_beyond_now() -> None:
    ticket, _ = at_work(Channel.DIRECT)
    late = moment("2026-03-17 09:00")
    timers.sweep(late)
    assert clock(ticket, Side.OUTER).is_late
    ticket.refresh_from_db()
    assert ticket.is_overdue
    for kind in (ClockKind.SIGN, ClockKind.CONTACT):
        timers.meet(ticket=ticket, kind=kind, now=late)
    timers.extend(ticket=ticket, now=late, amount=Decimal(5))
    row = clock(ticket, Side.OUTER)
    assert (row.is_late, row.breached_at, row.step) == (False, None, 0)
    assert not Ticket.objects.get(pk=ticket.pk).is_overdue


def test_the_stored_moment_is_a_function_of_the_row() -> None:
    from tickets.queries.calendar import working_calendar
    from tickets.queries.reckoning import reckon

    ticket, _ = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-03 18:00"))
    timers.resume(ticket=ticket, now=moment("2026-03-06 07:00"))
    timers.extend(ticket=ticket, now=NOW, amount=Decimal(1))
    for row in Timer.objects.filter(ticket=ticket):
        assert reckon(row, working_calendar()).due_at == row.due_at
