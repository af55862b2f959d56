"""The folded figures say what the live ones say: after every step of random histories, by day, month, section and channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.journeys.office import Office, open_office
from tests.journeys.test_life_of_a_matter import TEXT
from tickets.actions import figures as folding
from tickets.actions import handling, intake, replies, routing, seals, timers
from tickets.domain.actors import platform
from tickets.domain.messages import Happening
from tickets.domain.moments import to_local
from tickets.domain.states import UnableToMove
from tickets.models import Figure, FigureShare, Fold, SpecialDay, Ticket
from tickets.queries import figures, verifying
from tickets.queries.measures import RateKey
from tickets.queries.response_rates import response_rates

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
FROM, TO = date(2026, 3, 1), date(2026, 5, 31)


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


def fold(office: Office) -> None:
    seals.seal(now=office.now)
    folding.fold(now=office.now)


def agree(office: Office) -> None:
    """Both ways, of every month and of an odd span of days."""
    compared, wrong = verifying.differences(now=office.now)
    assert not wrong
    assert compared
    middle = to_local(office.now).date()
    spans = [
        (FROM, TO),
        (middle - timedelta(days=9), middle),
        (middle - timedelta(days=40), middle - timedelta(days=2)),
    ]
    for first, last in spans:
        for by in (None, "section", "channel"):
            live = response_rates(first, last, now=office.now, by=by)
            for one, other in zip(live, figures.rates(first, last, by=by), strict=True):
                assert verifying.same(one, other), (first, last, by, one, other)


# -- random histories --------------------------------------------------------------------------------------------------------


def draft(office: Office, ticket: Ticket) -> None:
    given = {"outcome": "solved", "public_text": TEXT, "handling": "现场核查并整改"}
    replies.draft(ticket=ticket, actor=office.handler, now=office.now, **given)
    replies.submit(ticket=ticket, actor=office.handler, now=office.now)


def ask(office: Office, ticket: Ticket) -> None:
    handling.ask_section_return(
        ticket=ticket, actor=office.handler, now=office.now, code="not_duty", reason="不在本科室职责范围。"
    )


def dispatch(office: Office, ticket: Ticket) -> None:
    routing.dispatch(ticket=ticket, section=office.sections["quality"], actor=office.dispatcher, now=office.now)


def by(do: Callable[..., Any], who: str, **given: Any) -> Callable[[Office, Ticket], Any]:
    return lambda office, ticket: do(ticket=ticket, actor=getattr(office, who), now=office.now, **given)


def told(happening: Happening, **detail: Any) -> Callable[[Office, Ticket], Any]:
    return lambda office, ticket: office.happens(ticket, happening, **detail)


ACTS: tuple[Callable[[Office, Ticket], Any], ...] = (
    by(handling.sign, "handler"),
    by(handling.sign, "handler"),
    by(handling.contact, "handler", reached=True, note="已电话联系"),
    draft,
    draft,
    by(replies.review, "chief", passed=True),
    by(replies.review, "chief", passed=True),
    by(replies.approve, "dispatcher"),
    by(replies.approve, "dispatcher"),
    by(replies.send, "dispatcher"),
    by(replies.send, "dispatcher"),
    ask,
    by(handling.grant_section_return, "dispatcher", opinion="同意"),
    by(handling.refuse_section_return, "dispatcher", opinion="属本科室"),
    dispatch,
    by(handling.ask_information, "handler", reason="请补充地点"),
    by(handling.receive_information, "handler", note="已补充"),
    by(handling.follow_up, "dispatcher", reached=True, solved=True, satisfaction=1),
    by(handling.redo, "dispatcher", reason="未解决"),
    by(handling.close, "dispatcher"),
    told(Happening.BOUNCED, version=10, reasons=["错别字"]),
    told(Happening.RATED, version=13, reached=True, solved=False, satisfaction=4),
    told(Happening.REDO, version=14, reason="不满意"),
    told(Happening.WITHDRAWN, version=15),
)


def live_on(office: Office, chance: Random) -> None:
    """A moment later something happens, if it may."""
    office.wait(minutes=chance.choice((5, 40, 300, 1500, 4000)))
    timers.sweep(office.now)
    known = list(Ticket.objects.order_by("pk"))
    if len(known) < 4 or chance.random() < 0.1:
        office.dispatched(chance.choice(("hotline", "business", "petition", "inspection")))
        return
    ticket = chance.choice(known)
    for act in chance.sample(ACTS, len(ACTS)):
        try:
            act(office, Ticket.objects.get(pk=ticket.pk))
        except (UnableToMove, intake.UnableToReceiveError):
            continue
        return


@pytest.mark.parametrize("number", range(3))
def test_both_ways_agree_after_every_step_of_a_random_history(office: Office, number: int) -> None:
    chance = Random(number)
    for step in range(40):
        live_on(office, chance)
        if step % 5 == 0:
            fold(office)
            agree(office)
    office.wait(days=90)
    timers.sweep(office.now)
    fold(office)
    agree(office)
    assert figures.rates(FROM, TO)[1].denominator > 1


# -- what moves a figure without an event, or many at once ---------------------------------------------------------------------


def replied(office: Office) -> tuple[int, int]:
    rate = next(each for each in figures.rates(FROM, TO) if each.key is RateKey.REPLIED)
    return rate.numerator, rate.denominator


def answered(office: Office) -> Ticket:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    handling.contact(ticket=ticket, actor=office.handler, now=office.now, reached=True, note="已电话联系")
    draft(office, ticket)
    for act in (
        by(replies.review, "chief", passed=True),
        by(replies.approve, "dispatcher"),
        by(replies.send, "dispatcher"),
    ):
        act(office, ticket)
    return ticket


def test_an_early_answer_enters_the_base_on_the_day_it_was_due(office: Office) -> None:
    answered(office)
    fold(office)
    assert replied(office) == (0, 0)
    office.wait(days=30)
    fold(office)
    assert replied(office) == (1, 1)
    agree(office)


def test_an_import_of_many_is_folded_too(office: Office) -> None:
    many = [office.incoming(number=f"26030209120000{place:04d}") for place in range(40)]
    intake.receive_many(incomings=many, actor=platform("hotline"), now=office.now)
    fold(office)
    agree(office)
    assert Figure.objects.filter(grain="m", channel="", key="incoming").get().denominator == 40


def test_a_merger_counts_with_what_it_was_merged_into(office: Office) -> None:
    first, second = office.dispatched(), office.dispatched()
    fold(office)
    handling.merge(ticket=second, into=first, actor=office.dispatcher, now=office.now, reason="同一事项")
    fold(office)
    agree(office)


def test_another_calendar_counts_every_ticket_anew(office: Office) -> None:
    ticket = answered(office)
    Ticket.objects.filter(pk=ticket.pk).update(sent_at=office.now + timedelta(days=2))
    office.wait(days=3)
    folding.begin_again()
    fold(office)
    before = figures.fold().definition
    row = SpecialDay(date=date(2026, 3, 3), is_working=False, name_zh="样例假", name_en="Sample", document="样例")
    row.save()
    fold(office)
    assert figures.fold().definition != before
    agree(office)


def test_a_fold_that_finds_nothing_new_changes_nothing(office: Office) -> None:
    answered(office)
    fold(office)
    serial = figures.fold().serial
    office.wait(minutes=1)
    fold(office)
    assert (figures.fold().serial, figures.fold().as_of) == (serial, office.now)


def test_what_a_quiet_minute_costs_does_not_grow(office: Office) -> None:
    def statements() -> int:
        office.wait(minutes=1)
        with CaptureQueriesContext(connection) as seen:
            folding.fold(now=office.now)
        return len(seen)

    answered(office)
    fold(office)
    statements()
    one = statements()
    for _ in range(5):
        answered(office)
    fold(office)
    assert statements() == one


def test_the_command_rebuilds_and_finds_what_was_tampered_with(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(office)
    call_command("figures", "--rebuild", "--verify")
    assert "与工单一致" in capsys.readouterr().out
    assert FigureShare.objects.count() == 1
    Figure.objects.filter(grain="m", key="incoming").update(denominator=7)
    Figure.objects.filter(grain="m", key="direct", channel="").update(denominator=7)
    with pytest.raises(SystemExit):
        call_command("figures", "--verify")
    assert "live" in capsys.readouterr().err
    call_command("figures", "--rebuild", "--verify")
    assert Fold.objects.count() == 1
