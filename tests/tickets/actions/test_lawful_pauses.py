"""Pauses, restarts and late requests by the law's own words, through the acts: cap, once, evidence, and who decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, make_user, moment
from tickets.actions import handling, ledger, routing, timers
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.states import State, UnableToMove
from tickets.domain.words import Channel, ClockKind, PauseGround, Role, Side
from tickets.models import Notice, PauseRule, Run, Ticket, Timer
from tickets.queries.replaying import replay

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
PAPER = "样例函〔2026〕1 号"


@pytest.fixture
def office(db: None) -> Actor:
    make_reference()
    return make_user("office", (Role.DISPATCHER,)).actor()


def application(channel: Channel = Channel.DISCLOSURE, **facts: Any) -> Ticket:
    facts = {"section": make_section(), "dispatched_at": NOW, "state": State.IN_PROGRESS.value, **facts}
    ticket = make_ticket(channel=channel, **facts)
    timers.start_outer(inquiry=make_inquiry(ticket, confirmed_at=NOW), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    return ticket


def clock(ticket: Ticket, kind: ClockKind = ClockKind.REPLY, side: Side = Side.OUTER) -> Timer:
    return ticket.timers.filter(kind=kind, side=side).order_by("-id")[0]


def consult(ticket: Ticket, actor: Actor, now: datetime, **more: Any) -> Ticket:
    given = {"ground": "third_party", "document": PAPER, "reason": "涉及第三方合法权益，需书面征求意见。", **more}
    return handling.pause_clock(ticket=ticket, actor=actor, now=now, **given)


def sound() -> bool:
    return not [each for each in replay() if each is not None]


def test_consulting_a_third_party_takes_its_time_out(office: Actor) -> None:
    """政府信息公开条例 art. 33: 征求第三方意见所需时间不计算在前款规定的期限内."""
    ticket = application()
    assert clock(ticket).due_at == moment("2026-03-31 00:00")  # 20 working days after 2 March
    consult(ticket, office, moment("2026-03-04 09:00"))
    assert clock(ticket).run == Run.PAUSED
    third = clock(ticket, ClockKind.THIRD_PARTY)
    assert third.due_at == moment("2026-03-26 00:00")  # 15 working days (art. 32)
    handling.resume_clock(ticket=ticket, actor=office, now=moment("2026-03-11 18:00"), document=PAPER)
    assert clock(ticket, ClockKind.THIRD_PARTY).run == Run.MET
    # 5, 6, 9, 10 and 11 March were wholly paused; the 4th was not.
    assert clock(ticket).due_at == moment("2026-04-08 00:00")
    assert sound()


def test_a_pause_ends_by_itself_at_its_cap(office: Actor) -> None:
    ticket = application()
    consult(ticket, office, moment("2026-03-04 09:00"))
    timers.sweep(moment("2026-03-25 23:59"))
    assert clock(ticket).run == Run.PAUSED
    timers.sweep(moment("2026-03-27 10:00"))
    row = clock(ticket)
    last = row.events.order_by("id").last()
    assert last is not None
    assert (row.run, last.kind, last.ground, last.at) == (Run.RUNNING, "resume", "cap", moment("2026-03-26 00:00"))
    assert Notice.objects.filter(ticket=ticket, kind="clock_resumed").exists()
    assert sound()


def test_once_only(office: Actor) -> None:
    ticket = application()
    consult(ticket, office, moment("2026-03-04 09:00"))
    handling.resume_clock(ticket=ticket, actor=office, now=moment("2026-03-06 09:00"))
    with pytest.raises(UnableToMove) as refusal:
        consult(ticket, office, moment("2026-03-09 09:00"))
    assert refusal.value.code == "pause_once"
    assert "第三十二条" in refusal.value.zh


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"document": " "}, "document"),
        ({"ground": "hearing"}, "ground"),
        ({"ground": "suspension"}, "ground"),
        ({"now": moment("2026-04-01 09:00")}, "pause_late"),
    ],
)
def test_refused_with_the_reason(office: Actor, given: dict[str, Any], code: str) -> None:
    ticket = application()
    with pytest.raises(UnableToMove) as refusal:
        consult(ticket, office, **{"now": moment("2026-03-04 09:00"), **given})
    assert refusal.value.code == code
    assert clock(ticket).run == Run.RUNNING
    assert not ticket.events.filter(action="pause_clock").exists()


def test_the_rule_says_who_decides(office: Actor) -> None:
    rule = PauseRule.objects.get(ground=PauseGround.THIRD_PARTY.value)
    rule.approver = Role.LEADER.value
    ledger.save_with_history(rule, actor=SYSTEM, now=NOW, reason="stricter")
    ticket = application()
    with pytest.raises(UnableToMove) as refusal:
        consult(ticket, office, NOW)
    assert refusal.value.code == "role"
    consult(ticket, make_user("leader", (Role.LEADER,)).actor(), NOW)
    assert clock(ticket).run == Run.PAUSED


def test_a_sources_own_deadline_does_not_wait(office: Actor) -> None:
    ticket = application()
    inquiry = ticket.inquiries.get()
    inquiry.limit_reply = moment("2026-03-20 18:00")
    ledger.save_with_history(inquiry, actor=SYSTEM, now=NOW, reason="given")
    timers.limits_changed(inquiry=inquiry, now=NOW, ticket=ticket)
    with pytest.raises(UnableToMove) as refusal:
        consult(ticket, office, NOW)
    assert refusal.value.code == "nothing_pauses"


def test_a_corrected_application_counts_anew(office: Actor) -> None:
    """政府信息公开条例 art. 30: 答复期限自行政机关收到补正的申请之日起计算."""
    ticket = application()
    assert clock(ticket, ClockKind.CORRECTION).due_at == moment("2026-03-12 00:00")  # 7 working days
    handling.ask_correction(
        ticket=ticket, actor=office, now=moment("2026-03-06 10:00"), reason="申请内容不明确", document=PAPER
    )
    assert (clock(ticket).run, clock(ticket, ClockKind.CORRECTION).run) == (Run.PAUSED, Run.MET)
    handling.receive_information(ticket=ticket, actor=office, now=moment("2026-03-16 10:00"))
    row = clock(ticket)
    assert (row.run, row.restarted_at) == (Run.RUNNING, moment("2026-03-16 10:00"))
    assert row.due_at == moment("2026-04-15 00:00")  # 20 working days after 16 March; 6 April is 清明
    assert clock(ticket, side=Side.INNER).due_at == moment("2026-04-13 17:30")
    assert sound()
    with pytest.raises(UnableToMove) as refusal:
        handling.ask_correction(
            ticket=ticket, actor=office, now=moment("2026-03-17 10:00"), reason="仍不明确", document=PAPER
        )
    assert refusal.value.code == "correction_used"


def test_correction_asked_too_late_is_refused(office: Actor) -> None:
    ticket = application()
    for now, swept in ((moment("2026-03-12 09:00"), False), (moment("2026-03-12 10:00"), True)):
        if swept:
            timers.sweep(now)
        with pytest.raises(UnableToMove) as refusal:
            handling.ask_correction(ticket=ticket, actor=office, now=now, reason="不明确", document=PAPER)
        assert refusal.value.code == "correction_late"
    assert not clock(ticket, ClockKind.CORRECTION).is_late


def test_a_suspension_ends_with_the_promised_day(office: Actor) -> None:
    section = make_section()
    handler = make_user("handler", (Role.HANDLER,), section).actor()
    leader = make_user("leader", (Role.LEADER,)).actor()
    ticket = application(Channel.DIRECT)
    handling.ask_suspension(
        ticket=ticket, actor=handler, now=NOW, code="season", reason="须待主体完工后方可安装。", until=date(2026, 3, 10)
    )
    handling.decide_suspension(ticket=ticket, actor=leader, now=NOW + timedelta(hours=1), granted=True)
    timers.sweep(moment("2026-03-10 23:00"))
    assert clock(ticket).run == Run.PAUSED
    timers.sweep(moment("2026-03-11 08:00"))
    assert clock(ticket).run == Run.RUNNING
    assert clock(ticket).due_at == moment("2026-03-25 00:00")  # 10 working days, six of them after 2 March paused
    assert sound()


def test_waiting_for_the_caller_is_capped(office: Actor) -> None:
    handler = make_user("handler", (Role.HANDLER,), make_section()).actor()
    ticket = application(Channel.DIRECT)
    handling.ask_information(ticket=ticket, actor=handler, now=NOW, reason="请补充具体位置")
    timers.sweep(moment("2026-03-17 09:00"))  # 10 working days
    assert clock(ticket).run == Run.RUNNING
    assert sound()


def test_co_handlers_answer_before_the_lead(office: Actor) -> None:
    lead, helper, other = make_section(), make_section("zhiliang"), make_section("zonghe")
    ticket = make_ticket(channel=Channel.DIRECT)
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW, ticket=ticket)
    routing.dispatch(ticket=ticket, section=lead, co_sections=[helper, other], actor=office, now=NOW)
    timers.meet(ticket=ticket, kind=(ClockKind.SIGN, ClockKind.CONTACT), now=NOW)
    mine = clock(ticket, side=Side.INNER)
    theirs = ticket.timers.filter(kind=ClockKind.CONTRIBUTE)
    assert {each.section_id for each in theirs} == {helper.pk, other.pk}
    assert {each.due_at for each in theirs} == {moment("2026-03-12 17:30")}
    assert mine.due_at == moment("2026-03-13 17:30")
    timers.extend(ticket=ticket, now=NOW, amount=Decimal(2))
    assert {each.due_at for each in theirs.all()} == {moment("2026-03-16 17:30")}
    handler = make_user("helper", (Role.HANDLER,), helper).actor()
    handling.contribute(ticket=ticket, actor=handler, now=NOW, opinion="围挡由施工单位负责，已通知。")
    assert {each.section_id: each.run for each in theirs.all()} == {helper.pk: Run.MET, other.pk: Run.RUNNING}
    timers.sweep(moment("2026-03-17 09:00"))
    assert not Ticket.objects.get(pk=ticket.pk).is_overdue  # whoever leads is not late because another is
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=moment("2026-03-17 10:00"))
    assert {each.run for each in theirs.all()} == {Run.MET, Run.STOPPED}
    assert sound()
