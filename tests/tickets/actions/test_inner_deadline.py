"""The office may want a section's reply earlier than the policy asks: never later than the source, and it moves with what is granted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.journeys.office import Office, open_office
from tickets.actions import handling, routing, timers
from tickets.domain.messages import Happening
from tickets.domain.states import UnableToMove
from tickets.domain.words import ClockKind, Side
from tickets.models import OutboxRow, Ticket, Timer
from tickets.queries import clocks, journal

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


def matter(office: Office, source: str = "hotline") -> Ticket:
    return office.dispatched(source, title="样例路路灯不亮", content="样例路路灯不亮，请修复。")


def inner(ticket: Ticket) -> Timer:
    return Timer.objects.filter(ticket=ticket, side=Side.INNER, kind=ClockKind.REPLY).order_by("-id")[0]


def outer(ticket: Ticket) -> Timer:
    return Timer.objects.get(ticket=ticket, side=Side.OUTER, kind=ClockKind.REPLY)


def dispatched(office: Office, hours: float = 5, source: str = "hotline") -> Ticket:
    return routing.dispatch(
        ticket=matter(office, source), section=office.sections["roads"], actor=office.dispatcher, now=office.now,
        inner_due=office.now + timedelta(hours=hours),
    )  # fmt: skip


def test_the_sections_reply_is_due_when_the_office_says(office: Office) -> None:
    ticket = dispatched(office)
    assert inner(ticket).due_at == office.now + timedelta(hours=5)
    assert outer(ticket).due_at is not None
    assert outer(ticket).due_at > inner(ticket).due_at  # type: ignore[operator]
    told = next(row for row in clocks.clocks(ticket, office.now) if (row["side"], row["kind"]) == (Side.INNER, "reply"))
    assert told["summary"][0] == "办公室派单时限定的日期，早于对外时限。"
    assert journal.verify().ok


def test_a_date_that_is_not_before_the_sources_is_refused(office: Office) -> None:
    ticket = matter(office)
    for wanted in (outer(ticket).due_at, outer(ticket).due_at + timedelta(days=1), office.now):  # type: ignore[operator]
        with pytest.raises(UnableToMove) as refusal:
            routing.dispatch(
                ticket=ticket,
                section=office.sections["roads"],
                actor=office.dispatcher,
                now=office.now,
                inner_due=wanted,
            )
        assert refusal.value.facts["field"] == "inner_due"
    assert Ticket.objects.get(pk=ticket.pk).state == "registered"


def test_it_moves_with_an_extension_and_never_passes_the_outer_one(office: Office) -> None:
    ticket = dispatched(office, hours=48, source="inspection")  # whose wire knows no extension: ours to grant
    handling.sign(ticket=ticket, actor=office.stranger, now=office.now)
    before = inner(ticket).due_at
    timers.extend(ticket=Ticket.objects.get(pk=ticket.pk), now=office.now, amount=Decimal(2))
    assert before is not None
    assert before < inner(ticket).due_at <= outer(ticket).due_at  # type: ignore[operator]


def test_a_source_that_shortens_its_own_takes_it_along(office: Office) -> None:
    ticket = dispatched(office, hours=48)
    inquiry = ticket.inquiries.get()
    inquiry.limit_reply = office.now + timedelta(hours=10)
    inquiry.save()
    timers.limits_changed(inquiry=inquiry, now=office.now, ticket=Ticket.objects.get(pk=ticket.pk))
    assert inner(ticket).due_at == office.now + timedelta(hours=10)


def test_a_dispatch_taken_back_and_given_again_signs_outward_once(office: Office) -> None:
    ticket = dispatched(office)
    routing.recall(ticket=ticket, actor=office.dispatcher, now=office.wait(minutes=1), reason="派错科室")
    routing.dispatch(
        ticket=ticket, section=office.sections["quality"], actor=office.dispatcher, now=office.wait(minutes=1)
    )
    assert OutboxRow.objects.filter(telling="sign").count() == 1


def test_a_chase_waits_for_a_word_of_the_section(office: Office) -> None:
    ticket = routing.dispatch(
        ticket=matter(office), section=office.sections["roads"], actor=office.dispatcher, now=office.now
    )

    def asked() -> object:
        return Ticket.objects.values_list("asked_at", flat=True).get(pk=ticket.pk)

    assert asked() is None
    first = office.wait(hours=1)
    handling.chase(ticket=ticket, actor=office.dispatcher, now=first, content="请抓紧办理。")
    handling.supervise(ticket=ticket, actor=office.leader, now=office.wait(hours=1), content="请今日反馈。")
    handling.sign(ticket=ticket, actor=office.stranger, now=office.wait(minutes=5))
    assert asked() == first, "signing is no answer"
    handling.contact(ticket=ticket, actor=office.stranger, now=office.wait(minutes=5), reached=True)
    assert asked() is None
    office.happens(ticket, Happening.CHASED, content="群众再次来电催办")
    assert asked() == office.now
    handling.ask_section_return(
        ticket=ticket,
        actor=office.stranger,
        now=office.wait(minutes=5),
        code="not_duty",
        reason="不属于本科室职责范围。",
    )
    assert asked() is None
