"""Returns inward and outward, extension, suspension, merge and un-merge, redo, withdrawal, as people live through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.journeys.office import Office
from tests.journeys.test_life_of_a_matter import answer, state
from tickets.actions import handling, intake, routing, timers
from tickets.domain.actors import platform
from tickets.domain.messages import Happening
from tickets.domain.moments import at, to_local
from tickets.domain.states import State, UnableToMove
from tickets.domain.words import ClockKind, Side
from tickets.models import Decision, Event, Notice, Ticket, Timer

pytestmark = pytest.mark.everywhere

HOUR = 3_600_000_000  # microseconds
REASON = "该路段属市政养护单位管理，不在本科室职责范围。"


def test_a_refused_section_return_must_be_handled(office: Office) -> None:
    ticket = office.dispatched()
    handling.ask_section_return(ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason=REASON)
    handling.refuse_section_return(ticket=ticket, actor=office.dispatcher, now=office.now, opinion="属质量安全科")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.must_handle) == (State.IN_PROGRESS, True)
    with pytest.raises(UnableToMove) as refusal:
        handling.ask_section_return(ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason=REASON)
    assert refusal.value.code == "return_used"


def test_a_granted_section_return_goes_to_another_section(office: Office) -> None:
    ticket = office.dispatched()
    handling.ask_section_return(ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason=REASON)
    routing.dispatch(ticket=ticket, section=office.sections["roads"], actor=office.dispatcher, now=office.now)
    request = ticket.requests.get()
    assert (request.is_open, request.is_granted) == (False, True)
    ticket.refresh_from_db()
    assert (ticket.section_id, ticket.must_handle) == (office.sections["roads"].pk, False)


def test_an_outward_return_agreed_by_the_platform(office: Office) -> None:
    ticket = office.dispatched(title="咨询公积金", content="咨询公积金提取。")
    assert state(ticket) == State.REGISTERED
    handling.ask_outward_return(ticket=ticket, actor=office.dispatcher, now=office.now, code="not_duty", reason=REASON)
    assert [row.telling for row in ticket.outbox.all()] == ["return"]
    office.happens(ticket, Happening.RETURN_DECIDED, agreed=True, opinion="同意")
    assert state(ticket) == State.RETURNED
    assert not Timer.objects.filter(ticket=ticket, run="running").exists()


def test_an_outward_return_refused_must_be_handled_this_round(office: Office) -> None:
    ticket = office.dispatched(title="咨询公积金", content="咨询公积金提取。")
    handling.ask_outward_return(ticket=ticket, actor=office.dispatcher, now=office.now, code="not_duty", reason=REASON)
    office.happens(ticket, Happening.RETURN_DECIDED, agreed=False, opinion="须办理")
    assert state(ticket) == State.REGISTERED
    with pytest.raises(UnableToMove) as refusal:
        handling.ask_outward_return(
            ticket=ticket, actor=office.dispatcher, now=office.now, code="not_duty", reason=REASON
        )
    assert refusal.value.code == "return_used"


def test_an_extension_needs_the_leader_and_the_platform(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    request = handling.ask_extension(
        ticket=ticket,
        actor=office.handler,
        now=office.now,
        reason="管线迁改未完成，需延长办理时间。",
        amount=Decimal(5),
    )
    assert state(ticket) == State.IN_PROGRESS
    handling.decide_extension(ticket=ticket, actor=office.leader, now=office.now, granted=True)
    request.refresh_from_db()
    assert request.is_open
    outer = Timer.objects.get(ticket=ticket, kind=ClockKind.REPLY, side=Side.OUTER)
    assert outer.due_at is not None
    told = ticket.outbox.get(telling="extension")
    office.happens(ticket, Happening.EXTENSION_DECIDED, agreed=True, new_deadline=told.facts["new_deadline"])
    request.refresh_from_db()
    assert (request.is_open, request.is_granted) == (False, True)
    assert Decision.objects.filter(request=request).count() == 2
    after = Timer.objects.get(pk=outer.pk)
    assert after.due_at is not None
    assert after.due_at > outer.due_at


def test_an_extension_after_expiry_is_refused(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    office.wait(days=60)
    with pytest.raises(UnableToMove) as refusal:
        handling.ask_extension(ticket=ticket, actor=office.handler, now=office.now, reason=REASON, amount=Decimal(5))
    assert refusal.value.code == "extension_late"


def test_a_suspension_is_granted_by_a_leader_with_a_date(office: Office) -> None:
    ticket = office.dispatched()
    promised = office.now.date() + timedelta(days=120)
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    handling.ask_suspension(
        ticket=ticket,
        actor=office.handler,
        now=office.now,
        code="funding",
        reason="资金尚未下达",
        until=promised,
    )
    with pytest.raises(UnableToMove):
        handling.decide_suspension(ticket=ticket, actor=office.dispatcher, now=office.now, granted=True)
    handling.decide_suspension(ticket=ticket, actor=office.leader, now=office.now, granted=True)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.promised_on) == (State.SUSPENDED, promised)
    assert Timer.objects.filter(ticket=ticket, side=Side.INNER, kind=ClockKind.REPLY, run="paused").exists()
    office.wait(days=3)
    handling.resume(ticket=ticket, actor=office.leader, now=office.now)
    assert state(ticket) == State.IN_PROGRESS


def test_merging_merges_the_work_and_each_inquiry_keeps_its_answer(office: Office) -> None:
    parent, child = office.dispatched(), office.dispatched(source="business")
    handling.merge(ticket=child, into=parent, actor=office.dispatcher, now=office.now, reason="同一事项")
    assert state(child) == State.MERGED
    assert not Timer.objects.filter(ticket=child, run="running").exists()
    handling.sign(ticket=parent, actor=office.handler, now=office.now)
    answer(office, parent)
    sent = {row.source_id for row in child.outbox.model.objects.filter(telling="reply")}
    assert sent == {"hotline", "business"}
    assert child.inquiries.get().reply_count == 1


def test_un_merging_gives_the_clocks_back(office: Office) -> None:
    parent, child = office.dispatched(), office.dispatched(source="business")
    clocks = set(Timer.objects.filter(ticket=child, side=Side.OUTER).values_list("pk", flat=True))
    handling.merge(ticket=child, into=parent, actor=office.dispatcher, now=office.now)
    assert set(Timer.objects.filter(ticket=parent, pk__in=clocks).values_list("pk", flat=True)) == clocks
    handling.unmerge(ticket=child, actor=office.dispatcher, now=office.now)
    assert state(child) == State.DISPATCHED
    assert set(Timer.objects.filter(ticket=child, pk__in=clocks).values_list("pk", flat=True)) == clocks


def test_a_new_round_of_the_same_number_joins_and_starts_again(office: Office) -> None:
    ticket = office.dispatched(number="260302091200000017", title="咨询公积金", content="咨询公积金提取。")
    handling.ask_outward_return(ticket=ticket, actor=office.dispatcher, now=office.now, code="not_duty", reason=REASON)
    office.happens(ticket, Happening.RETURN_DECIDED, agreed=True)
    again = office.incoming(
        "hotline", "260302091200000017", 2, version=9, title="咨询公积金", content="咨询公积金提取。"
    )
    result = intake.receive(incoming=again, actor=platform("hotline"), now=office.now)
    assert (result.result, result.ticket_id) == ("joined", ticket.pk)
    assert state(ticket) == State.REGISTERED
    assert ticket.inquiries.count() == 2


def test_likeness_never_joins_by_itself(office: Office) -> None:
    first, second = office.dispatched(), office.dispatched()
    assert first.pk != second.pk


def test_a_re_sent_item_is_calm(office: Office) -> None:
    message = office.incoming()
    first = intake.receive(incoming=message, actor=platform("hotline"), now=office.now)
    before = Ticket.history.count()
    assert intake.receive(incoming=message, actor=platform("hotline"), now=office.now).result == "calm"
    assert Ticket.history.count() == before
    assert first.result == "ticket"


def test_the_source_takes_it_back(office: Office) -> None:
    ticket = office.dispatched()
    office.happens(ticket, Happening.WITHDRAWN, reason="来电人撤诉")
    assert state(ticket) == State.TERMINATED
    assert not Timer.objects.filter(ticket=ticket, run="running").exists()


def test_an_unrouted_matter_waits_for_the_office_with_the_reason(office: Office) -> None:
    ticket = office.dispatched(title="其他事项", content="一件谁也不沾边的事。")
    assert (ticket.state, ticket.section_id) == (State.REGISTERED, None)
    assert ticket.route_reason == "没有规则适用，待办公室派单"


def test_a_confidential_petition_is_only_proposed_and_contacted_by_the_office(office: Office) -> None:
    ticket = office.dispatched(source="petition", is_report=True)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.is_confidential) == (State.REGISTERED, True)
    routing.dispatch(ticket=ticket, section=office.sections["quality"], actor=office.dispatcher, now=office.now)
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    with pytest.raises(UnableToMove) as refusal:
        handling.contact(ticket=ticket, actor=office.handler, now=office.now, reached=True)
    assert refusal.value.code == "confidential"
    handling.contact(ticket=ticket, actor=office.dispatcher, now=office.now, reached=True)
    assert Timer.objects.get(ticket=ticket, side=Side.INNER, kind=ClockKind.CONTACT).run == "met"
    with pytest.raises(UnableToMove):
        handling.read_person(ticket=ticket, actor=office.handler, now=office.now, reason="办理")
    found = handling.read_person(ticket=ticket, actor=office.dispatcher, now=office.now, reason="联系诉求人")
    assert found[0][1].phone == "19900001234"
    assert ticket.events.filter(action="read_person").count() == 1


def test_a_clerk_opens_no_personal_data_of_another_section(office: Office) -> None:
    ticket = office.dispatched()
    with pytest.raises(UnableToMove) as refusal:
        handling.read_person(ticket=ticket, actor=office.clerk, now=office.now, reason="回电")
    assert refusal.value.code == "section"
    waiting = office.dispatched(title="其他事项", content="一件谁也不沾边的事。")
    assert handling.read_person(ticket=waiting, actor=office.clerk, now=office.now, reason="回电核实")


def test_a_re_opened_matter_has_a_limit_again(office: Office) -> None:
    ticket = office.dispatched(title="其他事项", content="一件谁也不沾边的事。", source="inspection")
    handling.merge(ticket=ticket, into=office.dispatched(), actor=office.dispatcher, now=office.now)
    handling.unmerge(ticket=ticket, actor=office.dispatcher, now=office.now)
    office.happens(ticket, Happening.WITHDRAWN)
    ticket.inquiries.update(outer_state="")
    office.wait(days=3)
    handling.reopen(ticket=ticket, actor=office.leader, now=office.now, reason="领导要求重新办理")
    ticket.refresh_from_db()
    assert ticket.state == State.REGISTERED
    assert ticket.due_at is not None
    assert ticket.due_at > office.now


def test_a_new_round_of_merged_work_wakes_the_work(office: Office) -> None:
    parent, child = office.dispatched(), office.dispatched(number="260302091200000018")
    handling.merge(ticket=child, into=parent, actor=office.dispatcher, now=office.now)
    handling.sign(ticket=parent, actor=office.handler, now=office.now)
    answer(office, parent)
    for each in (parent, child):
        office.happens(each, Happening.CLOSED, version=200, outer_state="closed")
    assert state(parent) == State.CLOSED
    again = office.incoming("hotline", "260302091200000018", 2, version=300)
    assert intake.receive(incoming=again, actor=platform("hotline"), now=office.now).result == "joined"
    assert (state(child), state(parent)) == (State.MERGED, State.REGISTERED)
    assert Timer.objects.filter(ticket=parent, inquiry__round=2, run="running").exists()


def test_a_round_that_is_confidential_closes_the_work_to_others(office: Office) -> None:
    parent, child = office.dispatched(), office.dispatched(number="260302091200000019")
    handling.merge(ticket=child, into=parent, actor=office.dispatcher, now=office.now)
    again = office.incoming("hotline", "260302091200000019", 2, version=300, is_confidential=True)
    intake.receive(incoming=again, actor=platform("hotline"), now=office.now)
    assert Ticket.objects.filter(is_confidential=True).count() == 2, "the child and what does its work"


def test_a_later_word_of_one_round_among_several_is_not_lost(office: Office) -> None:
    """It is told to the office; that the matter is confidential counts at once."""
    ticket = office.dispatched(number="260302091200000020")
    second = office.incoming("hotline", "260302091200000020", 2, version=2)
    intake.receive(incoming=second, actor=platform("hotline"), now=office.now)
    news = office.incoming("hotline", "260302091200000020", 2, version=3, place="样例路西头", is_report=True)
    news = replace(news, happening=Happening.UPDATED)
    intake.receive(incoming=news, actor=platform("hotline"), now=office.now)
    ticket.refresh_from_db()
    assert (ticket.is_confidential, ticket.place) == (True, "样例路与示范街交口")
    assert Notice.objects.get(kind="source_differs").facts == {"fields": ["place"]}


def test_requests_for_time_end_with_the_answer(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    promised = office.now.date() + timedelta(days=30)
    asked = [
        handling.ask_extension(ticket=ticket, actor=office.handler, now=office.now, reason=REASON, amount=Decimal(5)),
        handling.ask_suspension(
            ticket=ticket, actor=office.handler, now=office.now, code="funding", reason="资金尚未下达", until=promised
        ),
    ]
    answer(office, ticket)
    for request in asked:
        request.refresh_from_db()
        assert (request.is_open, request.is_granted) == (False, None), "neither granted nor refused"
        assert str(request.history.first().history_change_reason).startswith("answered")  # type: ignore[union-attr]


def test_a_suspended_matter_goes_on_after_the_promised_day(office: Office) -> None:
    """In Shanghai's day: at one in the morning the promised day has passed, though not yet in UTC."""
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    promised = to_local(office.now).date() + timedelta(days=10)
    handling.ask_suspension(
        ticket=ticket, actor=office.handler, now=office.now, code="funding", reason="资金尚未下达", until=promised
    )
    handling.decide_suspension(ticket=ticket, actor=office.leader, now=office.now, granted=True)
    assert handling.resume_promised(now=at(promised, 23 * HOUR)) == 0
    after = at(promised + timedelta(days=1), HOUR)
    timers.sweep(after)
    assert (handling.resume_promised(now=after), handling.resume_promised(now=after)) == (1, 0)
    assert state(ticket) == State.IN_PROGRESS
    assert not Timer.objects.filter(ticket=ticket, run="paused").exists()
    assert Event.objects.filter(ticket=ticket, action="resume").get().user_id is None


def test_today_is_no_promised_day_in_the_early_morning_either(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    today = to_local(office.now).date() + timedelta(days=1)
    with pytest.raises(UnableToMove) as refusal:
        handling.ask_suspension(
            ticket=ticket,
            actor=office.handler,
            now=at(today, 7 * HOUR),
            code="funding",
            reason="资金尚未下达",
            until=today,
        )
    assert refusal.value.facts["field"] == "until"
