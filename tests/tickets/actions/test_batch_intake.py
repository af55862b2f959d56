"""The batch way writes row for row what the single way writes, writes nothing twice, and lets no bad message stop the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from tests.journeys.office import Office, open_office
from tickets import signals
from tickets.actions import intake
from tickets.actions.intake import batch, receiving
from tickets.domain.actors import platform
from tickets.domain.messages import FileRef, Happening, Incoming, Limits, Party
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Event, Exchange, Inquiry, Person, Project, Route, Ticket
from tickets.queries import journal

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
ACTOR = platform("hotline")


@pytest.fixture
def office(db: None) -> Office:
    made = open_office()
    roads = made.sections["roads"]
    Route.objects.create(name="道路", order=2, section=roads, conditions={"words": ["破损"]}, co_sections=["quality"])
    Route.objects.create(name="只提议", order=3, section=roads, conditions={"words": ["提议"]}, dispatches=False)
    Project.objects.create(code="P1", name="样例路改造工程", section=roads)
    return made


def many(office: Office) -> list[Incoming]:
    """Openings of every make: channels, types, callers, deadlines, files, odd texts; dispatched by rule, proposed, unrouted."""
    made = [
        office.incoming(channel, type=type_, urgency=urgency, dispatched_at=office.now - timedelta(hours=7 * place))
        for channel in ("hotline", "business", "petition", "inspection")
        for place, (type_, urgency) in enumerate(
            [
                (MatterType.CONSULTATION, Urgency.ORDINARY),
                (MatterType.COMPLAINT, Urgency.URGENT),
                (MatterType.OTHER, Urgency.CRITICAL),
            ]
        )
    ]
    odd = "反斜线\\、制表\t、换行\n回车\r、引号\"'、\\N 与 \\x00、表情🚧"
    limits = Limits(
        sign=office.now + timedelta(hours=2),
        reply=office.now + timedelta(days=9),
        contact=office.now - timedelta(days=1),
    )
    late = Limits(sign=office.now - timedelta(hours=1), objection=office.now + timedelta(days=1))
    files = tuple(FileRef(f"照片{n}.jpg", f"f{n}", 1000 + n, "ab" * 32, "https://example.test/f") for n in range(12))
    return [
        *made,
        office.incoming(title="路面破损", content=f"样例路路面破损。{odd}", place=odd, project="样例路改造工程"),
        office.incoming(title="提议", content="提议增加照明", project="没有的工程", category="市政/照明" * 30),
        office.incoming(title="其他", content="无规则的事", party=Party()),
        office.incoming(title="", content="噪声\n第二行", party=Party(name="匿名"), is_supervised=True),
        office.incoming(limits=limits, files=files, related_numbers=("A1", "A2"), must_handle=True, needs_reply=False),
        office.incoming(limits=late, called_at=office.now - timedelta(days=2), confirmed_at=office.now),
        replace(office.incoming("petition"), outer_state="accepted", detail={"level": odd}, unmapped=("x", odd)),
        replace(office.incoming(dispatched_at=None), event_id="", redo_no=1, version=7, inbox_id=41),
        replace(office.incoming(party=Party(name="样例企业", others=("测试乙",), organisation="样例公司")), round=2),
    ]


def one_by_one(incomings: Sequence[Incoming], now: datetime) -> None:
    for each in incomings:
        receiving.receive_alone(incoming=each, actor=ACTOR, now=now)


def at_once(incomings: Sequence[Incoming], now: datetime) -> None:
    for each in incomings:
        assert intake.receive(incoming=each, actor=ACTOR, now=now).result == "ticket"


def as_batch(incomings: Sequence[Incoming], now: datetime) -> None:
    done = batch.receive_many(incomings=incomings, actor=ACTOR, now=now)
    assert not done.failures


def world() -> dict[str, list[dict[str, Any]]]:
    """Every row of the tickets' tables. What is random by design is opened or measured instead."""
    rows = {model._meta.db_table: [_plain(row) for row in model.objects.order_by("pk")] for model in _models()}
    # Each clock has its events in order; in which order the clocks of a matter have theirs says nothing.
    events = sorted(rows["tickets_clockevent"], key=lambda row: (row["timer_id"], row["id"]))
    rows["tickets_clockevent"] = [{name: value for name, value in row.items() if name != "id"} for row in events]
    return rows


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_app_config("tickets").get_models() if not model._meta.proxy]


def _plain(row: models.Model) -> dict[str, Any]:
    values = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    if isinstance(row, Person):
        values |= {"key": len(bytes(row.key)), "sealed": row.party()}
    if "lookup_code" in values:
        values["lookup_code"] = len(values["lookup_code"])
    return values


def outcome(take: Callable[[Sequence[Incoming], datetime], None], incomings: Sequence[Incoming], now: datetime) -> Any:
    """The world after ``take``, which is then undone, ids included."""
    ids = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in _serial()}
    if connection.vendor != "postgresql":
        ids = {}  # the rollback takes SQLite's counters back
    with connection.cursor() as cursor:
        for model, last in ids.items():
            name = model._meta.pk.column
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, false)", [model._meta.db_table, name, last + 1]
            )
    with transaction.atomic():
        take(incomings, now)
        seen, verdict = world(), journal.verify()
        assert verdict.ok, verdict.bad
        transaction.set_rollback(True)
    return seen


def _serial() -> list[type[models.Model]]:
    return [model for model in _models() if isinstance(model._meta.pk, models.AutoField | models.BigAutoField)]


def test_the_same_rows_as_the_single_way(office: Office) -> None:
    incomings = many(office)
    single, sets = outcome(one_by_one, incomings, office.now), outcome(as_batch, incomings, office.now)
    assert len(single["tickets_ticket"]) == len(incomings)
    for table, rows in single.items():
        assert sets[table] == rows, table


def test_a_single_opening_in_one_statement_writes_the_same_rows(office: Office) -> None:
    incomings = many(office)
    single, at = outcome(one_by_one, incomings, office.now), outcome(at_once, incomings, office.now)
    for table, rows in single.items():
        assert at[table] == rows, table


def test_one_matter_is_logged_in_a_handful_of_statements(office: Office, django_assert_max_num_queries: Any) -> None:
    """Signalen 2.50 needs 64 statements to log one; ours has journal, history, clocks and outbox in it."""
    intake.receive(incoming=office.incoming(), actor=ACTOR, now=office.now)
    with django_assert_max_num_queries(7 if connection.vendor == "postgresql" else 20):
        received = intake.receive(incoming=office.incoming(), actor=ACTOR, now=office.now)
    ticket = Ticket.objects.get(pk=received.ticket_id)
    assert (ticket.state, ticket.events.count(), ticket.history.count()) == ("dispatched", 2, 2)
    assert ticket.timers.count() > 3
    assert ticket.outbox.count() == 1


def test_they_are_written_as_sets(office: Office, django_assert_max_num_queries: Any) -> None:
    incomings = many(office)
    with django_assert_max_num_queries(40):
        done = batch.receive_many(incomings=incomings, actor=ACTOR, now=office.now)
    assert done.counts == {"ticket": len(incomings)}
    assert len(set(done.ticket_ids)) == len(incomings)


def test_a_replay_writes_nothing(office: Office) -> None:
    incomings = many(office)
    batch.receive_many(incomings=incomings, actor=ACTOR, now=office.now)
    before = world()
    again = batch.receive_many(incomings=incomings, actor=ACTOR, now=office.now + timedelta(hours=1))
    assert world() == before
    assert again.counts == {"calm": len(incomings)}


def test_what_may_join_amend_or_act_takes_the_single_way(office: Office) -> None:
    first = office.incoming(number="26030209120001")
    second_round = replace(first, round=2, event_id="second")
    newer = replace(first, version=5, event_id="newer", matter=replace(first.matter, needs_reply=False))
    rated = replace(
        first, happening=Happening.RATED, matter=None, event_id="rated", version=6, detail={"satisfaction": 1}
    )
    secret = office.incoming("petition", is_confidential=True)
    incomings = [first, second_round, newer, rated, secret, first]
    done = batch.receive_many(incomings=incomings, actor=ACTOR, now=office.now)
    assert [each.result for each in done.results] == ["ticket", "joined", "updated", "event", "ticket", "calm"]
    assert Ticket.objects.count() == 2
    assert Ticket.objects.get(is_confidential=True).section is None
    assert journal.verify().ok


def test_our_own_number_coming_back_joins(office: Office) -> None:
    ticket = office.dispatched()
    back = office.incoming("business", local_reference=ticket.number)
    done = batch.receive_many(incomings=[back, office.incoming()], actor=ACTOR, now=office.now)
    assert [each.result for each in done.results] == ["joined", "ticket"]
    assert done.results[0].ticket_id == ticket.pk


def test_a_bad_message_stops_nothing(office: Office) -> None:
    good = [office.incoming() for _ in range(3)]
    empty = office.incoming(title=" ", content="")
    nul = office.incoming(content="噪声\x00")
    long_number = replace(office.incoming(), number="9" * 65)
    unknown = replace(office.incoming(), happening=Happening.CLOSED, matter=None)
    broken = replace(office.incoming(), number="\ud800")
    incomings = [good[0], empty, nul, good[1], unknown, broken, good[2]]
    if connection.vendor == "postgresql":
        incomings.append(long_number)
    done = batch.receive_many(incomings=incomings, actor=ACTOR, now=office.now, chunk=4)
    assert done.counts == {"ticket": 3, "unable": len(incomings) - 3}
    assert set(done.failures) == set(range(len(incomings))) - {0, 3, 6}
    assert isinstance(done.failures[1], intake.UnableToReceiveError)
    assert Inquiry.objects.count() == 3


def test_what_the_columns_refuse_is_found_by_the_single_way(office: Office) -> None:
    """A value nobody checks before the database does: the chunk is taken one by one."""
    strange = replace(office.incoming(), version=2**70)
    done = batch.receive_many(incomings=[office.incoming(), strange, office.incoming()], actor=ACTOR, now=office.now)
    assert [each.result for each in done.results] == ["ticket", "unable", "ticket"]
    assert journal.verify().ok


def test_a_rule_that_cannot_be_read_is_set_aside(office: Office) -> None:
    Route.objects.create(name="坏", order=0, section=office.sections["roads"], conditions={"words": 7})
    done = batch.receive_many(incomings=many(office), actor=ACTOR, now=office.now)
    assert not done.failures
    assert Route.objects.get(name="坏").trouble
    assert Ticket.objects.exclude(section=None).exists()


def test_the_same_event_twice_in_a_batch_counts_once(office: Office) -> None:
    one = office.incoming()
    other = replace(office.incoming(), event_id=one.event_id)
    done = batch.receive_many(incomings=[one, other], actor=ACTOR, now=office.now)
    assert [each.result for each in done.results] == ["ticket", "calm"]
    assert Exchange.objects.count() == 1


def test_hints_go_out_after_the_commit(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    heard: list[str] = []

    def listen(sender: object, **facts: Any) -> None:
        heard.append(str(facts.get("source") or facts["action"]))

    for signal in (signals.ticket_moved, signals.outbox_filled):
        signal.connect(listen, weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            batch.receive_many(incomings=[office.incoming(), office.incoming()], actor=ACTOR, now=office.now)
    finally:
        for signal in (signals.ticket_moved, signals.outbox_filled):
            signal.disconnect(listen)
    assert heard.count("receive") == heard.count("dispatch") == 2
    assert "hotline" in heard


def test_chunks_number_on(office: Office) -> None:
    incomings = [office.incoming() for _ in range(7)]
    done = batch.receive_many(incomings=iter(incomings), actor=ACTOR, now=office.now, chunk=3)
    assert [Inquiry.objects.get(pk=each.inquiry_id).number for each in done.results] == [
        one.number for one in incomings
    ]
    assert Event.objects.filter(action="receive").count() == 7
    assert {ticket.channel for ticket in Ticket.objects.all()} == {Channel.HOTLINE}
