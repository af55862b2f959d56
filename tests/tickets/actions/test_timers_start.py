"""Clocks begin with the right limit at the right moment, and the section's end ahead of the source's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, moment
from tickets.actions import timers
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, MatterType, Side, Urgency
from tickets.models import Inquiry, Run, Ticket, Timer

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


@pytest.fixture(autouse=True)
def _reference(db: None) -> None:
    make_reference()


def kinds(rows: list[Timer]) -> dict[str, str]:
    return {row.kind: row.due_at.astimezone(NOW.tzinfo).strftime("%m-%d %H:%M") for row in rows if row.due_at}


def begun(channel: Channel, *, now=NOW, inquiry: dict | None = None, **facts) -> tuple[Ticket, Inquiry, list[Timer]]:
    ticket = make_ticket(channel=channel, now=now, **facts)
    contact = make_inquiry(ticket, now=now, **(inquiry or {}))
    return ticket, contact, timers.start_outer(inquiry=contact, now=now)


def with_section(ticket: Ticket, now=NOW) -> list[Timer]:
    ticket.section, ticket.dispatched_at, ticket.state = make_section(), now, State.DISPATCHED.value
    return timers.start_inner(ticket=ticket, now=now)


def test_hotline_gets_sign_contact_return_and_reply() -> None:
    _, _, rows = begun(Channel.HOTLINE)
    # 10 working days from Monday 2 March: Monday 16 March, 24:00.
    assert kinds(rows) == {
        "sign": "03-04 00:00",
        "contact": "03-04 00:00",
        "reply": "03-17 00:00",
        "objection": "03-04 00:00",
    }


def test_consultation_has_three_days_in_anhui() -> None:
    _, _, rows = begun(Channel.HOTLINE, type=MatterType.CONSULTATION.value)
    assert kinds(rows)["reply"] == "03-06 00:00"


def test_business_has_three_steps_and_no_sign() -> None:
    _, _, rows = begun(Channel.BUSINESS)
    assert kinds(rows) == {"contact": "03-04 00:00", "answer": "03-06 00:00", "reply": "03-24 00:00"}


def test_radio_is_one_week_of_calendar_days() -> None:
    _, _, rows = begun(Channel.RADIO)
    assert kinds(rows) == {"reply": "03-10 00:00"}


def test_disclosure_counts_from_confirmation() -> None:
    _, _, rows = begun(Channel.DISCLOSURE, inquiry={"confirmed_at": moment("2026-03-04 10:00")})
    assert rows[0].started_at == moment("2026-03-04 10:00")
    assert kinds(rows) == {"reply": "04-02 00:00", "correction": "03-12 00:00"}


@pytest.mark.parametrize(("urgency", "hours"), [(Urgency.ORDINARY, 48), (Urgency.URGENT, 24), (Urgency.CRITICAL, 24)])
def test_opinion_counts_clock_hours(urgency: Urgency, hours: int) -> None:
    _, _, rows = begun(Channel.OPINION, urgency=urgency.value)
    assert [row.due_at for row in rows] == [NOW + timedelta(hours=hours)]


def test_opinion_is_answered_inside_before_outside() -> None:
    ticket, _, rows = begun(Channel.OPINION, urgency=Urgency.URGENT.value)
    inner = {row.kind: row for row in with_section(ticket)}
    assert set(inner) == {ClockKind.SIGN, ClockKind.REPLY}
    assert inner[ClockKind.SIGN].due_at == NOW + timedelta(hours=1)
    assert inner[ClockKind.REPLY].due_at == rows[0].due_at - timedelta(hours=4)


def test_petition_answer_waits_for_acceptance() -> None:
    ticket, inquiry, rows = begun(Channel.PETITION, type=MatterType.COMPLAINT.value)
    assert kinds(rows) == {"notice": "03-18 00:00", "objection": "03-10 00:00"}
    with_section(ticket)
    assert not ticket.timers.filter(kind=ClockKind.REPLY).exists()
    inquiry.accepted_at = NOW + timedelta(days=2)
    timers.start_accepted(inquiry=inquiry, now=inquiry.accepted_at, ticket=ticket)
    outer = ticket.timers.get(kind=ClockKind.REPLY, side=Side.OUTER)
    # 60 days from 4 March: 3 May, a Sunday and holiday until the 5th, so 6 May, 24:00 (民法典 203).
    assert outer.due_at == moment("2026-05-07 00:00")
    inner = ticket.timers.get(kind=ClockKind.REPLY, side=Side.INNER)
    assert inner.due_at < outer.due_at


def test_petition_with_a_limit_of_the_platform_runs_from_dispatch() -> None:
    limit = moment("2026-04-30 00:00")
    _, inquiry, rows = begun(Channel.PETITION, inquiry={"limit_reply": limit}, type=MatterType.HELP.value)
    reply = next(row for row in rows if row.kind == ClockKind.REPLY)
    assert (reply.due_at, reply.started_at) == (limit, NOW)
    inquiry.accepted_at = NOW + timedelta(days=3)
    timers.start_accepted(inquiry=inquiry, now=inquiry.accepted_at)
    reply.refresh_from_db()
    assert reply.due_at == limit
    assert inquiry.timers.filter(kind=ClockKind.REPLY).count() == 1


def test_the_sources_deadline_goes_first_and_is_kept_untouched() -> None:
    limit = moment("2026-03-14 00:00")
    ticket, _, rows = begun(Channel.HOTLINE, inquiry={"limit_reply": limit, "limit_sign": moment("2026-03-03 09:15")})
    reply = next(row for row in rows if row.kind == ClockKind.REPLY)
    assert (reply.due_at, reply.platform_due_at) == (limit, limit)
    assert ticket.inquiries.get().limit_reply == limit
    assert kinds(rows)["sign"] == "03-03 09:15"


def test_anonymous_callers_are_not_contacted() -> None:
    ticket, _, rows = begun(Channel.HOTLINE, inquiry={"is_anonymous": True})
    assert "contact" not in kinds(rows)
    assert "contact" not in kinds(with_section(ticket))


def test_inner_reply_ends_one_working_day_ahead() -> None:
    ticket, _, _ = begun(Channel.HOTLINE)
    rows = with_section(ticket)
    assert kinds(rows) == {"sign": "03-04 00:00", "contact": "03-04 00:00", "reply": "03-13 17:30"}
    ticket.refresh_from_db()
    assert ticket.due_at == moment("2026-03-04 00:00")


def test_inner_reply_never_begins_in_the_past_nor_passes_the_outer_one() -> None:
    ticket, inquiry, _ = begun(Channel.HOTLINE, inquiry={"limit_reply": NOW + timedelta(hours=6)})
    reply = next(row for row in with_section(ticket) if row.kind == ClockKind.REPLY)
    assert NOW < reply.due_at < inquiry.limit_reply
    late = NOW + timedelta(hours=7)
    again = next(row for row in with_section(ticket, late) if row.kind == ClockKind.REPLY)
    assert again.due_at == late


def test_the_inner_clock_follows_a_new_deadline_of_the_source() -> None:
    ticket, inquiry, _ = begun(Channel.HOTLINE, inquiry={"limit_reply": moment("2026-03-14 00:00")})
    with_section(ticket)
    inner = ticket.timers.get(kind=ClockKind.REPLY, side=Side.INNER)
    assert inner.due_at == moment("2026-03-12 17:30")
    inquiry.limit_reply = moment("2026-03-21 00:00")
    timers.limits_changed(inquiry=inquiry, now=NOW, ticket=ticket)
    inner.refresh_from_db()
    assert inner.due_at == moment("2026-03-19 17:30")
    assert inquiry.timers.filter(kind=ClockKind.REPLY).count() == 1


def test_a_second_source_with_an_earlier_date_pulls_the_inner_clock_ahead() -> None:
    ticket, _, _ = begun(Channel.HOTLINE)
    with_section(ticket)
    second = make_inquiry(ticket, limit_reply=moment("2026-03-07 00:00"))
    timers.start_outer(inquiry=second, now=NOW, ticket=ticket)
    inner = ticket.timers.get(kind=ClockKind.REPLY, side=Side.INNER, run=Run.RUNNING)
    assert inner.due_at == moment("2026-03-05 17:30")


def test_starting_twice_starts_nothing_twice() -> None:
    ticket, inquiry, _ = begun(Channel.HOTLINE)
    before = Timer.objects.count()
    assert timers.start_outer(inquiry=inquiry, now=NOW + timedelta(hours=1), ticket=ticket) == []
    assert Timer.objects.count() == before


def test_redo_has_three_working_days_or_the_sources_date() -> None:
    ticket, inquiry, _ = begun(Channel.HOTLINE)
    with_section(ticket)
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=NOW + timedelta(days=1))
    later = moment("2026-03-09 10:00")
    ticket.sent_at = None
    rows = timers.start_redo(ticket=ticket, inquiry=inquiry, now=later, due=None)
    assert [(row.side, row.due_at) for row in rows] == [
        ("outer", moment("2026-03-13 00:00")),
        ("inner", moment("2026-03-11 17:30")),
    ]
    given = timers.start_redo(
        ticket=ticket, inquiry=inquiry, now=later + timedelta(hours=1), due=moment("2026-03-21 00:00")
    )
    assert given[0].due_at == moment("2026-03-21 00:00")
    assert ticket.timers.filter(kind=ClockKind.REPLY, run=Run.RUNNING).count() == 2


def test_the_bureaus_own_redo_has_an_inner_clock_of_three_days() -> None:
    ticket, _, _ = begun(Channel.DIRECT)
    with_section(ticket)
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=NOW + timedelta(days=1))
    rows = timers.start_redo(ticket=ticket, inquiry=None, now=moment("2026-03-09 10:00"), due=None)
    assert [(row.side, row.due_at) for row in rows] == [("inner", moment("2026-03-13 00:00"))]


def test_beyond_the_calendar_no_ticket_waits() -> None:
    now = moment("2027-11-22 09:00")
    _, _, rows = begun(Channel.HOTLINE, now=now)
    reply = next(row for row in rows if row.kind == ClockKind.REPLY)
    assert reply.is_provisional
    assert reply.due_at == moment("2027-12-07 00:00")
