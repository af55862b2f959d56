"""Rates: each on its own base, said in words, and the tickets behind every figure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, make_user, moment
from tickets.actions import timers
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Role, Side
from tickets.models import Contact, Request, Ticket
from tickets.queries.behind import tickets_behind
from tickets.queries.measures import RateKey
from tickets.queries.response_rates import Rate, response_rates

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
FROM, TO = date(2026, 3, 1), date(2026, 3, 31)
END = moment("2026-04-01 08:00")


@pytest.fixture(autouse=True)
def _reference(db: None) -> None:
    make_reference()


def at_work(
    channel: Channel = Channel.HOTLINE, section: str = "gongcheng", inquiry: dict | None = None, **facts
) -> Ticket:
    facts = {"section": make_section(section), "dispatched_at": NOW, "state": State.IN_PROGRESS.value, **facts}
    ticket = make_ticket(channel=channel, **facts)
    timers.start_outer(inquiry=make_inquiry(ticket, **(inquiry or {})), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    return ticket


def answer(ticket: Ticket, text: str) -> None:
    for kind in (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.REPLY):
        timers.meet(ticket=ticket, kind=kind, now=moment(text))
    Ticket.objects.filter(pk=ticket.pk).update(sent_at=moment(text))


def figure(key: RateKey, now=END, **how) -> Rate:
    return next(row for row in response_rates(FROM, TO, now=now, **how) if row.key is key)


def behind(key: RateKey, part: str, **how) -> set[str]:
    return {row["number"] for row in tickets_behind(key, part, FROM, TO, now=END, **how).rows}


def test_nothing_due_and_no_tickets_are_outcomes_of_their_own() -> None:
    replied, closed = figure(RateKey.REPLIED), figure(RateKey.REDO)
    assert (replied.rate, replied.outcome, replied.outcome_words[0]) == (None, "nothing_due", "本期无到期件")
    assert (closed.rate, closed.outcome, closed.outcome_words[0]) == (None, "no_tickets", "本期无件")


def test_replied_on_time_is_over_the_deadlines_that_fell_due_not_over_those_received() -> None:
    in_time, late, never = at_work(), at_work(), at_work()
    beyond = at_work(inquiry={"limit_reply": moment("2026-04-10 00:00")})
    answer(in_time, "2026-03-10 10:00")
    answer(late, "2026-03-20 10:00")
    timers.sweep(END)
    rate = figure(RateKey.REPLIED)
    assert (rate.numerator, rate.denominator) == (1, 3)
    assert "应办结" in rate.base_zh
    assert "对外时限" in rate.base_zh
    assert behind(RateKey.REPLIED, "numerator") == {in_time.number}
    assert behind(RateKey.REPLIED, "denominator") == {in_time.number, late.number, never.number}
    assert beyond.number not in behind(RateKey.REPLIED, "denominator")


def test_what_is_not_due_yet_is_not_in_the_base_even_when_answered_early() -> None:
    answer(at_work(), "2026-03-05 10:00")
    rate = figure(RateKey.REPLIED, now=moment("2026-03-06 09:00"))
    assert (rate.denominator, rate.outcome) == (0, "nothing_due")


def test_overdue_shows_open_and_answered_late_apart() -> None:
    answer(at_work(), "2026-03-10 10:00")
    late, never = at_work(), at_work()
    answer(late, "2026-03-20 10:00")
    timers.sweep(END)
    assert (figure(RateKey.OVERDUE_OPEN).numerator, figure(RateKey.OVERDUE_CLOSED).numerator) == (1, 1)
    assert behind(RateKey.OVERDUE_OPEN, "numerator") == {never.number}
    assert behind(RateKey.OVERDUE_CLOSED, "numerator") == {late.number}


def test_sections_are_measured_by_the_inner_clock_and_the_base_says_so() -> None:
    ticket = at_work()
    answer(
        ticket, "2026-03-16 10:00"
    )  # after the section's own deadline of the 13th, before the platform's of the 16th
    whole, ours = figure(RateKey.REPLIED), figure(RateKey.REPLIED, by="section")
    assert (whole.rate, ours.rate) == (1.0, 0.0)
    assert ("outer clocks" in whole.base_en, "inner clocks" in ours.base_en) == (True, True)


def test_lines_by_section_include_those_with_nothing() -> None:
    make_section("zonghe")
    answer(at_work(), "2026-03-10 10:00")
    lines = {row.group: row for row in response_rates(FROM, TO, now=END, by="section") if row.key is RateKey.SIGNED}
    assert (lines["gongcheng"].denominator, lines["zonghe"].outcome) == (1, "nothing_due")


def test_lines_by_channel_add_up_to_the_whole() -> None:
    for channel in (Channel.HOTLINE, Channel.HOTLINE, Channel.RADIO):
        answer(at_work(channel), "2026-03-05 10:00")
    lines = [row for row in response_rates(FROM, TO, now=END, by="channel") if row.key is RateKey.REPLIED]
    assert {row.group: row.denominator for row in lines if row.denominator} == {"hotline": 2, "radio": 1}
    assert figure(RateKey.REPLIED).denominator == 3
    assert figure(RateKey.REPLIED, channel="radio").denominator == 1


def test_response_needs_contact_in_time_and_its_evidence() -> None:
    user = make_user("liuqi")
    with_evidence, without = at_work(), at_work()
    for ticket in (with_evidence, without):
        answer(ticket, "2026-03-03 10:00")
    Contact.objects.create(ticket=with_evidence, by=user, contacted_at=moment("2026-03-03 09:30"), is_reached=True)
    rate = figure(RateKey.RESPONSE)
    assert (rate.numerator, rate.denominator) == (1, 2)
    assert behind(RateKey.RESPONSE, "numerator") == {with_evidence.number}


def test_anonymous_callers_leave_the_base_of_contact_and_follow_up() -> None:
    answer(at_work(inquiry={"is_anonymous": True}), "2026-03-03 10:00")
    assert figure(RateKey.RESPONSE).outcome == "nothing_due"
    assert figure(RateKey.VALID_FOLLOW_UP).outcome == "no_tickets"


def test_follow_up_rates_stand_on_the_validly_followed_up() -> None:
    for reached, solved, satisfaction in ((True, True, 1), (True, False, 4), (False, None, None), (None, None, None)):
        ticket = at_work()
        answer(ticket, "2026-03-05 10:00")
        ticket.inquiries.update(is_reached=reached, is_solved=solved, satisfaction=satisfaction)
    got = {key: figure(key) for key in (RateKey.SOLVED, RateKey.SATISFIED, RateKey.VALID_FOLLOW_UP)}
    assert [(row.numerator, row.denominator) for row in got.values()] == [(1, 2), (1, 2), (2, 4)]


def test_an_inquiry_answered_twice_counts_once_and_its_verdict_stays() -> None:
    ticket = at_work()
    answer(ticket, "2026-03-05 10:00")
    inquiry = ticket.inquiries.get()
    timers.start_redo(ticket=ticket, inquiry=inquiry, now=moment("2026-03-06 10:00"), due=None)
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=moment("2026-03-07 10:00"))
    ticket.inquiries.update(is_reached=True, is_solved=False, satisfaction=5, answered_at=None)
    assert (figure(RateKey.SOLVED).numerator, figure(RateKey.SOLVED).denominator) == (0, 1)


def test_returns_asked_and_granted_are_of_the_section_that_asked() -> None:
    ours = make_section("gongcheng")
    chief = make_user("sunba", (Role.CHIEF,), ours)
    ticket = at_work()
    at_work()
    facts = {"kind": "section_return", "asked_by": chief, "reason": "不属于本科室职责范围", "is_open": False}
    Request.objects.create(ticket=ticket, asked_at=NOW + timedelta(hours=1), is_granted=True, **facts)
    ticket.section = make_section("zonghe")
    timers.start_inner(ticket=ticket, now=NOW + timedelta(hours=2))
    lines = {(row.key, row.group): row for row in response_rates(FROM, TO, now=END, by="section")}
    for key in (RateKey.RETURN_ASKED, RateKey.RETURN_GRANTED):
        assert (lines[key, "gongcheng"].numerator, lines[key, "gongcheng"].denominator) == (1, 2)
        assert (lines[key, "zonghe"].numerator, lines[key, "zonghe"].denominator) == (0, 1)
    assert figure(RateKey.RETURN_ASKED).numerator == 0  # nothing went back to the source
    assert "派给科室" in lines[RateKey.RETURN_ASKED, "zonghe"].base_zh


def test_outward_returns_stand_on_what_the_sources_dispatched() -> None:
    user, ticket = make_user("zhoujiu"), at_work()
    at_work()
    facts = {"kind": "outward_return", "asked_by": user, "reason": "超出本单位职责范围", "is_open": False}
    Request.objects.create(ticket=ticket, inquiry=ticket.inquiries.get(), asked_at=NOW, is_granted=False, **facts)
    assert (figure(RateKey.RETURN_ASKED).numerator, figure(RateKey.RETURN_ASKED).denominator) == (1, 2)
    assert figure(RateKey.RETURN_GRANTED).numerator == 0


def test_redo_and_first_time_stand_on_the_closed() -> None:
    closed = {"state": State.CLOSED.value, "closed_at": moment("2026-03-20 10:00")}
    clean, again, bounced = at_work(**closed), at_work(**closed, redo_count=1), at_work(**closed, bounce_count=1)
    at_work()
    assert (figure(RateKey.REDO).numerator, figure(RateKey.REDO).denominator) == (1, 3)
    assert behind(RateKey.FIRST_TIME, "numerator") == {clean.number}
    assert behind(RateKey.FIRST_TIME, "denominator") == {clean.number, again.number, bounced.number}


def test_direct_answers_stand_on_the_accepted() -> None:
    make_ticket(is_direct=True, state=State.CLOSED.value)
    make_ticket()
    make_ticket(state=State.REJECTED.value)
    assert (figure(RateKey.DIRECT).numerator, figure(RateKey.DIRECT).denominator) == (1, 2)


def test_mean_handling_time_is_working_time_from_dispatch_to_reply() -> None:
    from tickets.queries.calendar import working_calendar

    spans = [
        ("2026-03-02 09:00", "2026-03-02 12:00"),
        ("2026-03-06 16:30", "2026-03-09 09:00"),
        ("2026-02-14 22:00", "2026-03-02 13:00"),
    ]
    for dispatched, sent in spans:
        ticket = at_work(dispatched_at=moment(dispatched))
        Ticket.objects.filter(pk=ticket.pk).update(sent_at=moment(sent))
    calendar = working_calendar()
    expected = sum(calendar.between(moment(a), moment(b)) for a, b in spans) / 3 / 3600
    whole = figure(RateKey.HANDLING)
    assert whole.hours == pytest.approx(expected)
    assert whole.denominator == 3
    assert figure(RateKey.HANDLING, by="section", section_id=make_section().pk).hours == pytest.approx(expected)
    assert figure(RateKey.HANDLING, channel="radio").outcome == "no_tickets"


def test_every_figure_equals_the_number_of_its_tickets() -> None:
    for place in range(6):
        ticket = at_work((Channel.HOTLINE, Channel.BUSINESS, Channel.RADIO)[place % 3])
        if place % 2:
            answer(ticket, f"2026-03-{4 + 5 * place:02d} 10:00")
    timers.sweep(END)
    for row in response_rates(FROM, TO, now=END):
        if row.key is not RateKey.HANDLING:
            assert len(behind(row.key, "numerator")) == row.numerator, row.key
            assert len(behind(row.key, "denominator")) == row.denominator, row.key


def test_the_number_of_queries_does_not_grow_with_the_tickets() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            response_rates(FROM, TO, now=END, by="section")
        return len(seen)

    answer(at_work(), "2026-03-10 10:00")
    queries()
    one = queries()
    for section in ("zonghe", "anquan"):
        answer(at_work(section=section), "2026-03-11 10:00")
    assert queries() == one


def test_days_are_shanghai_days() -> None:
    at_work(state=State.CLOSED.value, closed_at=moment("2026-04-01 00:00"))
    at_work(state=State.CLOSED.value, closed_at=moment("2026-03-31 23:59"))
    assert figure(RateKey.REDO).denominator == 1


def test_the_side_of_a_deadline_in_a_pause_counts_late_only_after_the_day_of_resuming() -> None:
    ticket = at_work(Channel.DIRECT)
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-16 10:00"))
    at_pause = figure(RateKey.REPLIED, now=moment("2026-03-17 08:00"))
    timers.resume(ticket=ticket, now=moment("2026-03-17 09:00"))
    timers.sweep(moment("2026-03-17 09:00"))
    during = figure(RateKey.REPLIED, now=moment("2026-03-17 12:00"))
    timers.sweep(moment("2026-03-17 17:30"))
    after = figure(RateKey.REPLIED, now=moment("2026-03-17 18:00"))
    assert (at_pause.denominator, during.denominator, after.denominator, after.numerator) == (0, 0, 1, 0)
    assert ticket.timers.get(side=Side.OUTER, kind=ClockKind.REPLY).is_late
