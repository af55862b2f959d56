"""A change of the calendar or of a limit: shown before it happens, applied as decided, taken back whole."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.tickets.making import make_inquiry, make_section, make_ticket, make_user
from tickets.actions import ledger, proposals, routing, timers
from tickets.actions.aside import beside
from tickets.actions.proposals import UnableToPropose
from tickets.actions.proposals.proposing import Wanted
from tickets.actions.proposals.working import _Worker
from tickets.domain.actors import SYSTEM
from tickets.domain.edition import Amendment, Content, DayRow
from tickets.domain.moments import SHANGHAI
from tickets.domain.notices import amendment, read
from tickets.domain.words import Channel, ClockKind, Role, Side
from tickets.models import (
    CalendarEdition,
    ClockEvent,
    CoveredYear,
    Event,
    OfficeHours,
    Policy,
    Proposal,
    ProposedMove,
    Reach,
    SpecialDay,
    Stage,
    Ticket,
    Timer,
)  # fmt: skip
from tickets.queries import journal
from tickets.queries.calendar import read_content, working_calendar
from tickets.queries.reckoning import reckon
from tickets.queries.replaying import replay

pytestmark = pytest.mark.everywhere
FILE = Path(__file__).parents[2] / "samples" / "notices" / "2027.json"
NOW = datetime(2026, 12, 21, 9, tzinfo=SHANGHAI)


def matter(now: datetime = NOW, channel: Channel = Channel.HOTLINE) -> Ticket:
    """A hotline matter with a section, its clocks running."""
    ticket = make_ticket(now=now, channel=channel)
    inquiry = make_inquiry(ticket, now=now)
    timers.start_outer(inquiry=inquiry, now=now)
    section = make_section("gongcheng")
    office = make_user(f"office{ticket.pk}", (Role.DISPATCHER,)).actor()
    return routing.dispatch(ticket=ticket, section=section, actor=office, now=now)


def reply(ticket: Ticket, side: Side = Side.OUTER) -> Timer:
    return Timer.objects.get(ticket=ticket, side=side, kind=ClockKind.REPLY)


def people() -> tuple[object, object]:
    return make_user("proposes", (Role.DISPATCHER,)).actor(), make_user("decides", (Role.LEADER,)).actor()


def year_2027() -> Amendment:
    return amendment(read(FILE.read_bytes()), read_content())[0]


def proposed(change: Amendment | None = None, now: datetime = NOW) -> Proposal:
    office, _ = people()
    made = proposals.propose_calendar(
        amendment=change or year_2027(), title="2027 年放假安排", document="样例通知", reason="国办通知已发布", actor=office, now=now
    )  # fmt: skip
    proposals.advance(now=now)
    return Proposal.objects.get(pk=made.pk)


def leader() -> object:
    from hotline.models import User

    return User.objects.get(username="decides").actor()


def done(proposal: Proposal, reach: Reach, now: datetime = NOW) -> Proposal:
    proposals.approve(proposal=proposal, reach=reach, actor=leader(), now=now)
    proposals.advance(now=now)
    return Proposal.objects.get(pk=proposal.pk)


def replayed() -> None:
    """Every running clock's stored moment is what its row counts to, and the journal holds."""
    calendar = working_calendar()
    for timer in Timer.objects.filter(run="running").select_related("policy"):
        assert timer.due_at == reckon(timer, calendar, NOW).due_at, timer
    assert [found for found in replay() if found] == [], "rows are the fold of their clocks' events"
    assert journal.verify().ok


def test_the_year_is_shown_before_anything_changes(db: None) -> None:
    ticket = matter()
    before = reply(ticket)
    assert before.is_provisional
    assert before.due_at == datetime(2027, 1, 6, tzinfo=SHANGHAI), "ten working days, New Year off"
    rows = SpecialDay.objects.count()
    proposal = proposed()
    assert proposal.stage == Stage.OPEN
    assert SpecialDay.objects.count() == rows
    assert reply(ticket).due_at == before.due_at
    assert proposal.counts["settled"] > 0, "what was provisional would be settled"
    assert not CoveredYear.objects.filter(year=2027).exists()


def local_day_off() -> Amendment:
    """28 December 2026 off by a local order."""
    return Amendment(days=(DayRow(date(2026, 12, 28), False, "样例停工日", "", "样例府办〔2026〕1号", "local"),))


def test_what_moves_by_how_much_and_whose(db: None) -> None:
    ticket = matter()
    proposal = proposed(local_day_off())
    moves = {(move.side, move.kind): move for move in proposal.moves.all()}
    outer = moves["outer", "reply"]
    assert outer.due_at - outer.due_before == timedelta(days=1)
    assert outer.effect == "later"
    assert outer.section_id == ticket.section_id
    assert moves["inner", "reply"].due_at > moves["inner", "reply"].due_before, "the section's follows"
    assert ("inner", "sign") not in moves, "it is due before that day"
    assert proposal.counts["effects"] == {"later": 2}
    assert proposal.counts["sections"] == {str(ticket.section_id): {"later": 2}}


def test_applied_to_all_and_taken_back_whole(db: None) -> None:
    ticket = matter()
    content, before = read_content(), {row.pk: row.due_at for row in Timer.objects.all()}
    proposal = done(proposed(local_day_off()), Reach.ALL)
    assert proposal.stage == Stage.APPLIED
    assert proposal.changed == 2
    moved = reply(ticket)
    assert moved.due_at == before[moved.pk] + timedelta(days=1)
    assert Ticket.objects.get(pk=ticket.pk).due_at == min(
        row.due_at for row in Timer.objects.filter(ticket=ticket, run="running").exclude(kind="objection") if row.due_at
    )
    event = Event.objects.get(ticket=ticket, action="clock_moved")
    assert {each["timer"] for each in json.loads(event.payload)["refs"]["clocks"]} == {
        moved.pk, reply(ticket, Side.INNER).pk
    }  # fmt: skip
    assert list(ClockEvent.objects.filter(timer=moved).values_list("kind", "ground").order_by("id"))[-1] == (
        "recount", f"proposal:{proposal.pk}"
    )  # fmt: skip
    replayed()
    later = matter(NOW)  # begun under the new calendar
    assert reply(later).due_at == moved.due_at

    proposals.take_back(proposal=proposal, actor=leader(), now=NOW, text="文件作废")
    proposals.advance(now=NOW)
    assert Proposal.objects.get().stage == Stage.UNDONE
    assert {row.pk: row.due_at for row in Timer.objects.filter(pk__in=before)} == before
    assert reply(later).due_at == before[moved.pk], "also what began meanwhile"
    assert read_content() == content
    assert [row.digest for row in CalendarEdition.objects.all()][::2] == [content.digest()] * 2
    replayed()


def test_new_only_keeps_old_clocks_with_their_calendar_for_good(db: None) -> None:
    ticket = matter()
    before = reply(ticket)
    proposal = done(proposed(local_day_off()), Reach.NEW)
    assert proposal.stage == Stage.APPLIED
    kept = reply(ticket)
    assert (kept.due_at, kept.calendar_edition) == (before.due_at, proposal.before_edition)
    assert reply(matter()).due_at == before.due_at + timedelta(days=1), "a new one counts by the new calendar"
    with transaction.atomic():
        ticket = ledger.lock(ticket.pk)
        timers.extend(ticket=ticket, amount=Decimal(1), now=NOW)
    assert reply(ticket).due_at == before.due_at + timedelta(days=1), "extended by the calendar that it stays with"
    replayed()
    proposals.take_back(proposal=proposal, actor=leader(), now=NOW, text="文件作废")
    proposals.advance(now=NOW)
    assert not Timer.objects.exclude(calendar_edition=None).exists()
    replayed()


def test_only_chosen_tickets_move(db: None) -> None:
    one, other = matter(), matter()
    due = reply(one).due_at
    proposal = proposed(local_day_off())
    with pytest.raises(UnableToPropose, match="还没有选定"):
        proposals.approve(proposal=proposal, reach=Reach.CHOSEN, actor=leader(), now=NOW)
    assert proposals.choose(proposal=proposal, tickets=[one.pk], chosen=True, actor=leader()) == 2
    done(proposal, Reach.CHOSEN)
    assert reply(one).due_at == due + timedelta(days=1)
    assert reply(other).due_at == due
    replayed()


def test_who_turns_overdue_and_who_is_saved(db: None) -> None:
    start = datetime(2026, 12, 14, 9, tzinfo=SHANGHAI)
    ticket = matter(start)  # ten working days: due on 28 December at 24:00
    now = datetime(2026, 12, 29, 9, tzinfo=SHANGHAI)
    timers.sweep(now)
    assert reply(ticket).breached_at is not None
    proposal = proposed(local_day_off(), now)
    assert proposal.moves.get(side="outer").effect == "saved"
    done(proposal, Reach.ALL, now)
    saved = reply(ticket)
    assert (saved.breached_at, saved.is_late, saved.step < 2) == (None, False, True)
    proposals.take_back(proposal=proposal, actor=leader(), now=now, text="文件作废")
    proposals.advance(now=now)
    timers.sweep(now)
    assert reply(ticket).breached_at == datetime(2026, 12, 29, tzinfo=SHANGHAI)
    worked = Amendment(days=(DayRow(date(2026, 12, 19), True, "样例上班日", "", "样例", "local"),))
    young = matter(datetime(2026, 12, 16, 9, tzinfo=SHANGHAI))
    other = proposed_again(worked, datetime(2026, 12, 30, 10, tzinfo=SHANGHAI))
    assert other.moves.get(ticket=young, side="outer").effect == "overdue"


def proposed_again(change: Amendment, now: datetime) -> Proposal:
    from hotline.models import User

    office = User.objects.get(username="proposes").actor()
    made = proposals.propose_calendar(amendment=change, title="样例", document="", reason="样例", actor=office, now=now)
    proposals.advance(now=now)
    return Proposal.objects.get(pk=made.pk)


def test_a_limit_changes_for_all_and_old_clocks_keep_theirs_for_new_only(db: None) -> None:
    office, decides = people()
    ticket = matter()
    policy = Policy.objects.get(name="宿事速办：其他各类")
    wanted = Wanted({"amount": Decimal(7)}, date(2026, 12, 21))
    for reach, days in ((Reach.NEW, 0), (Reach.ALL, 4)):
        made = proposals.propose_policy(policy=policy, wanted=wanted, reason="市里新规", actor=office, now=NOW)
        proposals.advance(now=NOW)
        made.refresh_from_db()
        assert [move.effect for move in made.moves.filter(ticket=ticket)] == ["earlier", "earlier"]
        before = reply(ticket)
        proposals.approve(proposal=made, reach=reach, actor=decides, now=NOW)
        proposals.advance(now=NOW)
        made.refresh_from_db()
        assert made.stage == Stage.APPLIED
        moved = reply(ticket)
        expected = (
            datetime(2027, 1, 6, tzinfo=SHANGHAI) if reach is Reach.NEW else datetime(2026, 12, 31, tzinfo=SHANGHAI)
        )
        assert (moved.due_at, moved.policy_id) == (expected, policy.pk if reach is Reach.NEW else made.successor_id), (
            days
        )
        assert reply(matter()).due_at == datetime(2026, 12, 31, tzinfo=SHANGHAI)
        replayed()
        proposals.take_back(proposal=made, actor=decides, now=NOW, text="作废")
        proposals.advance(now=NOW)
        assert reply(ticket).due_at == before.due_at
        assert not Timer.objects.filter(policy_id=made.successor_id, run="running").exists()
        policy.refresh_from_db()
        assert policy.effective_to is None
        replayed()


def test_nobody_decides_his_own_and_only_a_leader(db: None) -> None:
    both = make_user("both", (Role.DISPATCHER, Role.LEADER)).actor()
    made = proposals.propose_calendar(
        amendment=local_day_off(), title="样例", document="", reason="样例", actor=both, now=NOW
    )
    proposals.advance(now=NOW)
    made.refresh_from_db()
    with pytest.raises(UnableToPropose, match="自己提出"):
        proposals.approve(proposal=made, reach=Reach.ALL, actor=both, now=NOW)
    with pytest.raises(UnableToPropose, match="由领导审批"):
        proposals.approve(proposal=made, reach=Reach.ALL, actor=make_user("third", (Role.DISPATCHER,)).actor(), now=NOW)
    with pytest.raises(UnableToPropose, match="已有一份"):
        proposals.propose_calendar(
            amendment=year_2027(), title="又一份", document="", reason="样例", actor=both, now=NOW
        )
    proposals.refuse(proposal=made, actor=make_user("head", (Role.LEADER,)).actor(), now=NOW, text="暂缓")
    made.refresh_from_db()
    assert made.stage == Stage.REFUSED


def while_open(begin: Callable[[], object], then: Callable[[], object]) -> str:
    """``then`` in a thread of its own while the transaction of ``begin`` is still open; the code by which it was refused."""
    refused: list[str] = []

    def run() -> None:
        try:
            then()
        except UnableToPropose as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        begin()
        thread.start()
        thread.join(1)
    thread.join()
    return "".join(refused)


def test_of_two_that_are_decided_at_once_one_begins(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        return  # there the transaction itself is the only writer
    matter()
    calendar, decides = proposed(local_day_off()), leader()
    policy = Policy.objects.get(name="宿事速办：其他各类")
    wanted = Wanted({"amount": Decimal(7)}, date(2026, 12, 21))
    office = make_user("second", (Role.DISPATCHER,)).actor()
    limit = proposals.propose_policy(policy=policy, wanted=wanted, reason="市里新规", actor=office, now=NOW)
    proposals.advance(now=NOW)

    def approve(proposal: Proposal) -> Callable[[], object]:
        return partial(proposals.approve, proposal=proposal, reach=Reach.NEW, actor=decides, now=NOW)

    for first, second in ((calendar, limit), (limit, calendar)):
        Proposal.objects.update(stage=Stage.OPEN.value)
        assert while_open(approve(first), approve(second)) == "busy"
        assert set(Proposal.objects.values_list("pk", "stage")) == {(first.pk, "working"), (second.pk, "open")}
    Proposal.objects.filter(pk=calendar.pk).update(stage=Stage.APPLIED.value)
    Proposal.objects.filter(pk=limit.pk).update(stage=Stage.OPEN.value)
    back = partial(proposals.take_back, proposal=calendar, actor=decides, now=NOW, text="文件作废")
    assert while_open(approve(limit), back) == "busy"


def test_measured_again_when_the_calendar_changed_meanwhile(db: None) -> None:
    matter()
    proposal = proposed(local_day_off())
    ledger.save_with_history(
        SpecialDay(date=date(2026, 12, 29), is_working=False, name_zh="样例"), actor=SYSTEM, now=NOW, reason="样例"
    )
    assert proposals.approve(proposal=proposal, reach=Reach.ALL, actor=leader(), now=NOW).stage == Stage.MEASURING
    assert not SpecialDay.objects.filter(date=date(2026, 12, 28)).exists()
    proposals.advance(now=NOW)
    assert Proposal.objects.get().stage == Stage.OPEN


def test_a_crash_costs_a_chunk_and_nothing_is_done_twice(db: None) -> None:
    tickets = [matter() for _ in range(5)]
    due = reply(tickets[0]).due_at
    proposal = proposed(local_day_off())
    proposals.approve(proposal=proposal, reach=Reach.ALL, actor=leader(), now=NOW)
    worker = _Worker(NOW, lambda: connection)
    worker.size = 2
    for _ in range(2):  # published, and two tickets
        worker.step()
    proposal.refresh_from_db()
    assert (proposal.done, proposal.total) == (2, 5)
    proposals.advance(now=NOW)  # another worker goes on
    proposal.refresh_from_db()
    assert (proposal.stage, proposal.changed) == (Stage.APPLIED, 10)
    assert {reply(ticket).due_at for ticket in tickets} == {due + timedelta(days=1)}
    assert Event.objects.filter(action="clock_moved").count() == 5
    replayed()


def test_two_workers_in_turn_write_each_ticket_once(db: None) -> None:
    """Each has counted a chunk ahead that the other one writes."""
    tickets = [matter() for _ in range(6)]
    due = reply(tickets[0]).due_at
    proposal = proposed(local_day_off())
    proposals.approve(proposal=proposal, reach=Reach.ALL, actor=leader(), now=NOW)
    workers = [_Worker(NOW, lambda: connection), _Worker(NOW, lambda: connection)]
    for worker in workers:
        worker.size = 1
    while Proposal.objects.get(pk=proposal.pk).stage == Stage.WORKING:
        for worker in workers:
            worker.step()
    proposal.refresh_from_db()
    assert (proposal.stage, proposal.changed) == (Stage.APPLIED, 12)
    assert {reply(ticket).due_at for ticket in tickets} == {due + timedelta(days=1)}
    assert Event.objects.filter(action="clock_moved").count() == 6
    replayed()


def test_the_chunks_ahead_are_read_on_a_second_connection_that_is_closed_again(transactional_db: None) -> None:
    tickets = [matter() for _ in range(8)]
    due = reply(tickets[0]).due_at
    proposal = proposed(local_day_off())
    proposals.approve(proposal=proposal, reach=Reach.ALL, actor=leader(), now=NOW)
    with beside() as other:
        worker = _Worker(NOW, other)
        worker.size = 2
        while Proposal.objects.get(pk=proposal.pk).stage == Stage.WORKING:
            assert worker.step()
            worker.size = 2
        opened = other()
        assert (opened is connection) == (connection.vendor == "sqlite")
    assert opened is connection or opened.connection is None
    assert {reply(ticket).due_at for ticket in tickets} == {due + timedelta(days=1)}
    assert Event.objects.filter(action="clock_moved").count() == 8
    replayed()


def test_a_ticket_that_moves_meanwhile_is_counted_again(db: None) -> None:
    if connection.vendor != "postgresql":
        return  # there the transaction itself is the only writer
    from tickets.actions.proposals import working
    from tickets.actions.proposals.writing import write

    ticket = matter()
    proposal = proposed(local_day_off())
    proposals.approve(proposal=proposal, reach=Reach.ALL, actor=leader(), now=NOW)
    worker = _Worker(NOW, lambda: connection)
    worker.step()
    proposal.refresh_from_db()
    _, prepared = worker._counted(proposal, worker._read([ticket.pk]))
    with transaction.atomic():
        ledger.note(ticket=ledger.lock(ticket.pk), action="seen", actor=SYSTEM, now=NOW)
    before = reply(ticket).due_at
    assert write(prepared)[0] == {ticket.pk}
    assert reply(ticket).due_at == before
    assert working.advance(now=NOW) is False
    assert reply(ticket).due_at == before + timedelta(days=1)
    replayed()


def test_a_source_s_own_deadline_and_finished_work_stay(db: None) -> None:
    ticket = matter()
    own = datetime(2026, 12, 31, tzinfo=SHANGHAI)
    Timer.objects.filter(pk=reply(ticket).pk).update(platform_due_at=own, due_at=own)
    met = reply(matter())
    Timer.objects.filter(pk=met.pk).update(run="met", met_at=NOW)
    due = met.due_at
    proposal = done(proposed(local_day_off()), Reach.ALL, NOW + timedelta(hours=1))
    assert not ProposedMove.objects.filter(proposal=proposal, timer__in=[met, reply(ticket)]).exists()
    met.refresh_from_db()
    assert met.due_at == due == reckon(met, working_calendar(), NOW).due_at, "told by the calendar of its end"


def test_pauses_are_kept_across_a_change(db: None) -> None:
    """glpi6902."""
    ticket = matter()
    with transaction.atomic():
        timers.pause(ticket=ledger.lock(ticket.pk), ground="third_party", now=NOW)
        timers.resume(ticket=ledger.lock(ticket.pk), now=NOW + timedelta(days=2))
    paused = reply(ticket)
    later = NOW + timedelta(days=2)
    done(proposed(local_day_off(), later), Reach.ALL, later)
    assert reply(ticket).pauses == paused.pauses
    assert reply(ticket).due_at == paused.due_at + timedelta(days=1)


def test_a_content_survives_json_and_an_amendment_makes_one_of_the_other(db: None) -> None:
    content = read_content()
    assert Content.of(json.loads(json.dumps(content.plain()))) == content
    change = year_2027()
    assert Amendment.read(json.loads(json.dumps(change.plain()))) == change
    assert replace(change, days=()) != change
    assert OfficeHours.objects.count() == len(content.hours)
