"""Every stored clock is what its events make it, whatever happened to it; and what is altered by hand is found and named."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, moment
from tickets.actions import ledger, timers
from tickets.domain.actors import SYSTEM
from tickets.domain.clock_events import ClockEventKind
from tickets.domain.reckoning import standing
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import ClockEvent, SpecialDay, Ticket, Timer
from tickets.models.guards import lifted
from tickets.queries import replaying
from tickets.queries.calendar import working_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
K = ClockEventKind


@pytest.fixture(autouse=True)
def house(db: None) -> None:
    make_reference()


def at_work(channel: Channel = Channel.DIRECT) -> Ticket:
    ticket = make_ticket(channel=channel, section=make_section(), dispatched_at=NOW, state=State.IN_PROGRESS.value)
    timers.start_outer(inquiry=make_inquiry(ticket), now=NOW, ticket=ticket)
    timers.start_inner(ticket=ticket, now=NOW)
    return ticket


def outer(ticket: Ticket) -> Timer:
    return ticket.timers.get(side=Side.OUTER, kind=ClockKind.REPLY)


def kinds(timer: Timer) -> list[str]:
    return [event.kind for event in timer.events.order_by("id")]


def wrong() -> list[replaying.Difference]:
    return [each for each in replaying.replay() if each is not None]


def test_each_thing_that_happens_is_an_event() -> None:
    ticket = at_work()
    timers.pause(ticket=ticket, ground="suspension", now=NOW + timedelta(days=1))
    timers.resume(ticket=ticket, now=NOW + timedelta(days=4))
    timers.extend(ticket=ticket, now=NOW + timedelta(days=5), amount=Decimal(5))
    timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=NOW + timedelta(days=6))
    assert kinds(outer(ticket)) == [K.START, K.PAUSE, K.RESUME, K.EXTEND, K.MEET]
    last = outer(ticket).events.order_by("id").last()
    assert last is not None
    assert last.due_at == outer(ticket).due_at
    assert wrong() == []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_row_is_what_the_events_make_it(seed: int) -> None:
    dice = random.Random(seed)
    ticket, now = at_work(dice.choice([Channel.DIRECT, Channel.RADIO, Channel.HOTLINE, Channel.PETITION])), NOW
    inquiry = ticket.inquiries.get()
    acts = {
        "pause": lambda: timers.pause(ticket=ticket, ground="suspension", now=now),
        "resume": lambda: timers.resume(ticket=ticket, now=now),
        "extend": lambda: timers.extend(ticket=ticket, now=now, amount=Decimal(dice.randint(1, 5))),
        "limit": lambda: (
            type(inquiry).objects.filter(pk=inquiry.pk).update(limit_reply=now + timedelta(days=dice.randint(5, 30))),
            inquiry.refresh_from_db(),
            timers.limits_changed(inquiry=inquiry, now=now, ticket=ticket),
        ),
        "accept": lambda: timers.start_accepted(inquiry=inquiry, now=now, ticket=ticket),
        "redo": lambda: timers.start_redo(ticket=ticket, inquiry=inquiry, now=now),
        "meet": lambda: timers.meet(ticket=ticket, kind=dice.choice(list(ClockKind)), now=now),
        "unmeet": lambda: timers.unmeet(ticket=ticket, kind=ClockKind.SIGN, side=Side.INNER, now=now),
        "dispatch": lambda: timers.start_inner(ticket=ticket, now=now),
        "stop": lambda: timers.stop(ticket=ticket, now=now, side=Side.INNER),
        "sweep": lambda: timers.sweep(now),
    }
    for _ in range(25):
        now += timedelta(hours=dice.uniform(0.2, 40))
        acts[dice.choice(list(acts))]()
        assert wrong() == []
    for timer in ticket.timers.all():
        told = standing(timer.events.order_by("id"), working_calendar(), now)
        assert (told.run, told.used >= 0) == (timer.run, True)


def test_a_calendar_changed_behind_the_back_of_the_clocks_is_found() -> None:
    """A proposal moves the clocks with the calendar; an edit past it leaves them where they were, and that shows."""
    ticket = at_work()
    row = SpecialDay(date=date(2026, 3, 4), is_working=False, name_zh="样例停电日")
    ledger.save_with_history(row, actor=SYSTEM, now=NOW, reason="closed")
    assert {each.name for each in wrong()} == {"due_at"}
    assert outer(ticket).due_at == moment("2026-03-17 00:00")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("due_at", NOW),
        ("started_at", NOW - timedelta(days=1)),
        ("run", "met"),
        ("extension", Decimal(3)),
        ("next_at", None),
        ("terms", {"amount": "9", "unit": "working_days", "end": "midnight"}),
    ],
)
def test_a_row_altered_by_hand_is_found(column: str, value: object, capsys: pytest.CaptureFixture[str]) -> None:
    ticket = at_work()
    call_command("clocks", "verify")
    assert "all equal" in capsys.readouterr().out
    Timer.objects.filter(pk=outer(ticket).pk).update(**{column: value})
    with pytest.raises(SystemExit) as stopped:
        call_command("clocks", "verify")
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert ticket.number in said
    assert column in said


def test_events_are_neither_changed_nor_deleted() -> None:
    at_work()
    for change in (
        lambda: ClockEvent.objects.update(at=NOW - timedelta(days=3)),
        lambda: ClockEvent.objects.all().delete(),
    ):
        with pytest.raises(Error, match="guarded"), transaction.atomic():
            change()


def test_a_clock_without_its_events_is_named() -> None:
    ticket = at_work()
    if connection.vendor == "postgresql":  # a trigger cannot be lifted while constraints are pending
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with lifted(connection):
        ClockEvent.objects.filter(timer=outer(ticket)).delete()
        found = wrong()
    assert [each.name for each in found] == ["events"], found
