"""Faults of peers that concern clocks, lists and rates, each once: what went wrong there, and what ours does."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, make_user, moment
from tickets.actions import ledger, proposals, timers
from tickets.domain.actors import SYSTEM
from tickets.domain.days import DayKind
from tickets.domain.edition import Amendment, DayRow
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Role, Side
from tickets.models import Event, Notice, Policy, Proposal, Reach, Run, SpecialDay, Ticket, Timer
from tickets.queries import policies
from tickets.queries.behind import tickets_behind
from tickets.queries.calendar import working_calendar
from tickets.queries.clocks import clocks
from tickets.queries.measures import RateKey
from tickets.queries.response_rates import response_rates
from tickets.queries.scopes import Scope
from tickets.queries.worklists import Worklist, page

LATE = moment("2026-03-30 09:00")


@pytest.fixture
def house(db: None) -> None:
    make_reference()


def at_work(channel: Channel = Channel.DIRECT, **facts) -> Ticket:
    facts = {"section": make_section(), "dispatched_at": NOW, "state": State.IN_PROGRESS.value, **facts}
    ticket = make_ticket(channel=channel, **facts)
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    for kind in (ClockKind.SIGN, ClockKind.CONTACT):
        timers.meet(ticket=ticket, kind=kind, now=NOW)
    return ticket


def alarms(ticket: Ticket) -> int:
    return Notice.objects.filter(ticket=ticket, kind__startswith="clock").count()


def outer(ticket: Ticket) -> Timer:
    return ticket.timers.get(side=Side.OUTER, kind=ClockKind.REPLY)


def test_zammad4353(house) -> None:
    """Alarms went on after the policy was switched off: ours stop with it."""
    ticket = at_work()
    for policy in Policy.objects.filter(pk__in=ticket.timers.values("policy_id")):
        policy.is_active = False
        ledger.save_with_history(policy, actor=SYSTEM, now=NOW, reason="switched off")
    timers.sweep(LATE)
    assert alarms(ticket) == 0
    assert timers.next_moment() is None


def test_zammad904(house) -> None:
    """A merged ticket escalated: no clock fires on merged work, also when somebody forgot to stop it."""
    ticket = at_work()
    parent = make_ticket()
    ticket.before_merge = ticket.state
    ticket.state, ticket.parent = State.MERGED.value, parent
    ledger._append(ticket, "merge", SYSTEM, NOW, {}, before="in_progress")
    ledger._save(ticket, SYSTEM, NOW, "merge")
    timers.sweep(LATE)
    assert alarms(ticket) == 0
    assert not Ticket.objects.get(pk=ticket.pk).is_overdue


def test_chatwoot10178(house) -> None:
    """The clock ran on after resolution: ours stops at its end."""
    ticket = at_work()
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=NOW + timedelta(days=1))
    timers.sweep(LATE)
    assert alarms(ticket) == 0
    assert set(ticket.timers.values_list("next_at", flat=True)) == {None}


def test_chatwoot15024(house) -> None:
    """The shown miss kept growing after the end: ours stands still."""
    ticket = at_work()
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=LATE)
    shown = [row["left"] for row in clocks(ticket, LATE)]
    assert shown == [row["left"] for row in clocks(ticket, LATE + timedelta(days=30))]
    assert any(row["late_seconds"] > 0 for row in shown)


def test_glpi24481(house) -> None:
    """Breached while pending: ours never breaches while paused."""
    ticket = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=NOW + timedelta(hours=1))
    timers.sweep(LATE)
    assert not ticket.timers.filter(breached_at__isnull=False).exists()
    assert alarms(ticket) == 0


def test_zammad_rename(house) -> None:
    """Pauses were derived from a state's name and a renaming erased them: ours are intervals of the clock's own row."""
    ticket = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-03 18:00"))
    timers.resume(ticket=ticket, now=moment("2026-03-06 07:00"))
    before = outer(ticket).due_at
    Event.objects.filter(ticket=ticket)  # nothing of the journal or of the states is asked for it
    timers.extend(ticket=ticket, now=NOW, amount=None)
    assert outer(ticket).due_at == before == moment("2026-03-19 00:00")


def test_osticket_100(house) -> None:
    """At most a hundred overdue were marked per run: one sweep of ours drains a holiday's backlog."""
    for _ in range(6):
        at_work()
    assert timers.sweep(LATE, limit=5).fired == 12
    assert timers.sweep(LATE) == timers.Swept()
    assert Ticket.objects.filter(is_overdue=True).count() == 6


def test_frappe_save(house) -> None:
    """Overdue was only noticed when somebody saved the ticket: the clock notices."""
    ticket = at_work()
    version = Ticket.objects.get(pk=ticket.pk).version
    timers.sweep(LATE)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.is_overdue, row.version) == (True, version)


def test_chatwoot_twice(house) -> None:
    """ "Already missed?" was asked, then inserted, without a unique key: the same step cannot write a second line."""
    ticket = at_work()
    timers.sweep(LATE)
    lines = alarms(ticket)
    Timer.objects.filter(ticket=ticket).exclude(run=Run.MET).update(step=0, next_at=NOW)
    timers.sweep(LATE)
    assert alarms(ticket) == lines


def test_signalen_late(house) -> None:
    """ "Late" was a filter at read time over the status history: ours is a stored fact, read without clocks or journal."""
    ticket = at_work()
    timers.sweep(LATE)
    with CaptureQueriesContext(connection) as seen:
        rows = page(worklist=Worklist.OVERDUE, scope=Scope("all"), now=LATE).rows
    assert [row["number"] for row in rows] == [ticket.number]
    assert not any("tickets_event" in query["sql"] or "tickets_timer" in query["sql"] for query in seen)


def test_zammad_backlog(house) -> None:
    """Every overdue ticket was queued again on each run: ours costs by what is newly due."""
    for _ in range(3):
        at_work()
    timers.sweep(LATE)
    with CaptureQueriesContext(connection) as seen:
        assert timers.sweep(LATE + timedelta(days=1)) == timers.Swept()
    assert len(seen) == 1


def test_ningguo_base(house) -> None:
    """9 % of 99 was 8 of 87: every figure of ours names its base, and the tickets behind it are as many."""
    ticket = at_work()
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=NOW + timedelta(days=1))
    at_work()
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    for rate in response_rates(first, last, now=LATE):
        assert rate.base_zh
        assert rate.base_en
        if rate.key is RateKey.HANDLING:
            continue
        for part, figure in (("numerator", rate.numerator), ("denominator", rate.denominator)):
            assert len(tickets_behind(rate.key, part, first, last, now=LATE).rows) == figure
        assert rate.rate is None or rate.rate == rate.numerator / rate.denominator


def test_chatwoot12261(house) -> None:
    """Two reports disagreed: the whole is the sum of its lines, by one definition."""
    for channel in (Channel.DIRECT, Channel.RADIO, Channel.RADIO):
        timers.meet(ticket=at_work(channel), kind=ClockKind.REPLY, now=NOW + timedelta(days=1))
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    lines = response_rates(first, last, now=LATE, by="channel")
    for whole in response_rates(first, last, now=LATE):
        of_key = [line for line in lines if line.key is whole.key]
        assert sum(line.numerator for line in of_key) == whole.numerator
        assert sum(line.denominator for line in of_key) == whole.denominator


def test_alaveteli_memo(house) -> None:
    """The calendar was cached for the life of a process: an edit is seen by the next deadline, a deletion too."""
    day = date(2026, 3, 4)
    assert working_calendar().is_working(day)
    row = SpecialDay(date=day, is_working=False, name_zh="样例停电日")
    ledger.save_with_history(row, actor=SYSTEM, now=NOW, reason="closed")
    assert working_calendar().day(day).kind is DayKind.HOLIDAY
    assert outer(at_work()).due_at == moment("2026-03-18 00:00")
    row.delete()
    assert working_calendar().is_working(day)


def test_a_policy_edit_is_seen_at_once(house) -> None:
    """The same for the limits: found by what the row says now."""
    row = policies.find(ClockKind.REPLY, Side.OUTER, NOW, channel="hotline", type="complaint")
    assert row is not None
    edited = Policy.objects.get(pk=row.pk)
    edited.amount = 7
    ledger.save_with_history(edited, actor=SYSTEM, now=NOW, reason="shorter")
    found = policies.find(ClockKind.REPLY, Side.OUTER, NOW, channel="hotline", type="complaint")
    assert found is not None
    assert found.amount == 7


def test_signalen_reroute(house) -> None:
    """After re-routing the old department still opened the ticket: the scope follows the ticket."""
    old, new = make_section("gongcheng"), make_section("zonghe")
    ticket = at_work(section=old)
    ticket.section = new
    ledger._append(ticket, "dispatch", SYSTEM, NOW, {}, before=ticket.state)
    ledger._save(ticket, SYSTEM, NOW, "dispatch")
    rows = {
        section: page(worklist=Worklist.OPEN, scope=Scope("section", section.pk), now=NOW).rows
        for section in (old, new)
    }
    assert (len(rows[old]), len(rows[new])) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_bkitsm_race() -> None:
    """Two dispatchers took the same bucket: four sweeps at once have one effect each clock."""
    make_reference()
    tickets = [at_work() for _ in range(8)]
    barrier, swept = threading.Barrier(4), []

    def sweep() -> None:
        barrier.wait()
        try:
            swept.append(timers.sweep(LATE, limit=3).fired)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timers.sweep(LATE)
    for ticket in tickets:
        events = list(Event.objects.filter(ticket=ticket, action="clock_due"))
        assert len(events) == 2  # the section's clock and the source's, once each
        row = Ticket.objects.get(pk=ticket.pk)
        assert row.journal_seq == Event.objects.filter(ticket=ticket).count()
    assert sum(swept) <= 16
    assert not Timer.objects.filter(next_at__lte=LATE).exists()


def shut(day: date) -> Proposal:
    """A day off is proposed and counted."""
    change = Amendment(days=(DayRow(day, False, "样例停工日", "", "样例", "local"),))
    office = make_user("proposes", (Role.DISPATCHER,)).actor()
    made = proposals.propose_calendar(
        amendment=change, title="样例停工日", document="样例", reason="样例", actor=office, now=NOW
    )
    proposals.advance(now=NOW)
    return made


def applied(made: Proposal) -> None:
    leader = make_user("decides", (Role.LEADER,)).actor()
    proposals.approve(proposal=Proposal.objects.get(pk=made.pk), reach=Reach.ALL, actor=leader, now=NOW)
    proposals.advance(now=NOW)


def test_zammad5841(house) -> None:
    """Writing the limit fired the rules of creation again: ours moves the clock, and neither routes nor starts anything anew."""
    ticket = at_work()
    story, clocks = list(ticket.events.order_by("seq")), set(ticket.timers.values_list("pk", flat=True))
    applied(shut(date(2026, 3, 4)))
    assert [each.action for each in ticket.events.order_by("seq")[len(story) :]] == ["clock_moved"]
    assert set(ticket.timers.values_list("pk", flat=True)) == clocks
    assert Ticket.objects.get(pk=ticket.pk).section_id == ticket.section_id


def test_alaveteli7292(house) -> None:
    """Stored due dates never followed a new holiday: ours are shown first, moved when a leader says so, and the section is told."""
    ticket = at_work()
    due = outer(ticket).due_at
    made = shut(date(2026, 3, 4))
    assert outer(ticket).due_at == due
    assert made.moves.filter(timer=outer(ticket)).exists()
    applied(made)
    assert outer(ticket).due_at == due + timedelta(days=1)
    assert Notice.objects.filter(kind="limits_moved", section=ticket.section).exists()
