"""A past period replayed: with nothing changed it is history exactly; under other rules what would have been late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import make_inquiry, make_section, make_ticket, make_user
from tickets.actions import ledger, routing, timers
from tickets.domain.edition import Amendment, DayRow
from tickets.domain.moments import SHANGHAI
from tickets.domain.words import ClockKind, Role, Side
from tickets.models import Policy, Timer
from tickets.queries.calendar import read_content
from tickets.queries.simulation import Otherwise, limits_of, replay, simulate

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]
START = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
NOW = datetime(2026, 4, 30, 9, tzinfo=SHANGHAI)
PERIOD = date(2026, 3, 1), date(2026, 3, 31)


def answered(after: timedelta | None, begun: datetime = START, *, paused: bool = False) -> Timer:
    """A hotline matter answered so long after its dispatch; None: not yet."""
    ticket = make_ticket(now=begun)
    inquiry = make_inquiry(ticket, now=begun)
    timers.start_outer(inquiry=inquiry, now=begun)
    office = make_user(f"office{ticket.pk}", (Role.DISPATCHER,)).actor()
    section = make_section("gongcheng")
    ticket = routing.dispatch(ticket=ticket, section=section, actor=office, now=begun)
    with transaction.atomic():
        ticket = ledger.lock(ticket.pk)
        if paused:
            timers.pause(ticket=ticket, ground="third_party", now=begun + timedelta(days=1))
            timers.resume(ticket=ticket, now=begun + timedelta(days=4))
        if after is not None:
            timers.meet(ticket=ticket, kind=ClockKind.REPLY, now=begun + after)
    return Timer.objects.get(ticket=ticket, side=Side.OUTER, kind=ClockKind.REPLY)


def worked() -> list[Timer]:
    made = [answered(timedelta(days=days)) for days in (3, 8, 13, 15, 20)]
    made += [
        answered(timedelta(days=15), paused=True),
        answered(None),
        answered(timedelta(days=1), START - timedelta(days=40)),
    ]
    timers.sweep(NOW)
    return made


def test_with_nothing_changed_it_is_history_exactly() -> None:
    worked()
    for side in Side:
        found = list(replay(*PERIOD, Otherwise(), now=NOW, side=side))
        assert len(found) == 7, "what began before the period is no part of it"
        truth = dict(Timer.objects.values_list("pk", "is_late"))
        for each in found:
            assert each.is_late == each.was_late == truth[each.timer_id], (side, each)
            assert each.due_at == each.due_then
        assert {each.is_late for each in found} == {True, False}
    whole = simulate(*PERIOD, Otherwise(hands={1: Decimal(1)}), now=NOW).whole
    assert (whole.turned, whole.saved) == (0, 0)


def test_a_shorter_limit_makes_more_late_and_a_longer_one_fewer() -> None:
    worked()
    policy = Policy.objects.get(name="宿事速办：其他各类")
    history = simulate(*PERIOD, Otherwise(), now=NOW).whole
    shorter = simulate(*PERIOD, Otherwise(limits_of([(policy, Decimal(5))])), now=NOW)
    longer = simulate(*PERIOD, Otherwise(limits_of([(policy, Decimal(20))])), now=NOW)
    assert shorter.whole.is_late == history.is_late + shorter.whole.turned
    assert shorter.whole.turned > 0
    assert shorter.whole.saved == 0
    assert longer.whole.is_late < history.is_late
    assert {each.ticket_id for each in shorter.sample}
    assert all(each.was_late != each.is_late for each in shorter.sample)
    inner = simulate(*PERIOD, Otherwise(limits_of([(policy, Decimal(5))])), now=NOW, side=Side.INNER)
    assert inner.whole.turned > 0, "the sections' clocks keep their margin ahead"


def test_the_calendar_is_asked_once_however_many_were_answered() -> None:
    worked()
    with CaptureQueriesContext(connection) as seen:
        simulate(*PERIOD, Otherwise(), now=NOW)
    assert sum("historicalspecialday" in each["sql"] for each in seen) == 1


def test_another_calendar() -> None:
    worked()
    content = read_content()
    off = tuple(DayRow(date(2026, 3, day), False, "样例停工日", "", "样例", "local") for day in range(9, 14))
    supposed = Otherwise(content=Amendment(days=off).of(content))
    found = simulate(*PERIOD, supposed, now=NOW)
    assert found.whole.saved > 0
    assert found.whole.turned == 0
    assert read_content() == content, "nothing is written"


def test_other_staffing_shortens_and_lengthens_the_working_time() -> None:
    made = worked()
    section = Timer.objects.get(pk=made[0].pk).ticket.section_id
    assert section is not None
    history = simulate(*PERIOD, Otherwise(), now=NOW).whole.is_late
    more = simulate(*PERIOD, Otherwise(hands={section: Decimal(2)}), now=NOW)
    fewer = simulate(*PERIOD, Otherwise(hands={section: Decimal("0.5")}), now=NOW)
    assert more.whole.is_late < history < fewer.whole.is_late
    assert fewer.sections[section].turned == fewer.whole.turned


def test_the_command_prints_the_table_and_names_what_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    worked()
    call_command("simulate", "2026-03-01", "2026-03-31", "--limit", "宿事速办：其他各类=5", "--hands", "gongcheng=1.5")
    last = capsys.readouterr().out.strip().splitlines()[-1].split("\t")
    assert last[:2] == ["合计 / all", "7"]
    for arguments, words in (
        (["2026-03-01", "soon"], "不是日期"),
        (["2026-03-31", "2026-03-01"], "早于"),
        (["2026-03-01", "2026-03-31", "--limit", "没有=5"], "没有这项时限"),
        (["2026-03-01", "2026-03-31", "--limit", "x=0"], "大于 0"),
        (["2026-03-01", "2026-03-31", "--hands", "nobody=2"], "没有这个科室"),
        (["2026-03-01", "2026-03-31", "--calendar", "/nowhere.json"], "nowhere"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("simulate", *arguments)
