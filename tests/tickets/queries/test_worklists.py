"""Lists: scoped in one place, paged by key, redacted for sections, with bounded queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import (
    NOW,
    make_inquiry,
    make_reference,
    make_section,
    make_source,
    make_ticket,
    make_user,
    moment,
)
from tickets.domain.actors import Actor, platform
from tickets.domain.states import State
from tickets.domain.words import Channel, Role
from tickets.models import CoHandler, Request, Ticket
from tickets.queries import scopes, worklists
from tickets.queries.scopes import EVERYTHING, NOTHING, Scope
from tickets.queries.worklists import BadCursor, Filters, Worklist

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


def at_work(section, due: str | None = None, **facts) -> Ticket:
    facts = {"state": State.IN_PROGRESS.value, "due_at": moment(due) if due else None, **facts}
    return make_ticket(section=section, **facts)


def numbers(worklist: Worklist, scope: Scope, **how) -> list[str]:
    return [row["number"] for row in worklists.page(worklist=worklist, scope=scope, now=NOW, **how).rows]


@pytest.mark.parametrize(
    ("roles", "section", "expected"),
    [
        ({Role.INTAKE}, None, EVERYTHING),
        ({Role.LEADER}, 7, EVERYTHING),
        ({Role.SECRECY}, None, EVERYTHING),
        ({Role.HANDLER, Role.DISPATCHER}, 7, EVERYTHING),
        ({Role.HANDLER}, 7, Scope("section", 7)),
        ({Role.CHIEF}, 7, Scope("section", 7)),
        ({Role.HANDLER}, None, NOTHING),
        ({Role.AUDITOR}, None, Scope("all", persons=False)),
        ({Role.SYSADMIN}, None, NOTHING),
        ({Role.SECURITY}, 7, NOTHING),
        (set(), 7, NOTHING),
    ],
)
def test_the_scope_of_each_role(roles, section, expected) -> None:
    assert scopes.of(Actor(name="测试甲", roles=frozenset(roles), section_id=section)) == expected


def test_a_platform_lists_nothing() -> None:
    at_work(make_section())
    assert numbers(Worklist.ALL, scopes.of(platform("hotline"))) == []


def test_no_section_sees_anothers_ticket_but_a_co_handler_does() -> None:
    ours, theirs = make_section("gongcheng"), make_section("zonghe")
    mine, other, helped = at_work(ours), at_work(theirs), at_work(theirs)
    CoHandler.objects.create(ticket=helped, section=ours, asked_at=NOW)
    CoHandler.objects.create(ticket=other, section=ours, asked_at=NOW, is_active=False)
    scope = Scope("section", ours.pk)
    assert set(numbers(Worklist.ALL, scope)) == {mine.number, helped.number}
    assert numbers(Worklist.QUEUE, scope) == [mine.number]
    assert numbers(Worklist.CO_HANDLED, scope) == [helped.number]
    for worklist in Worklist:
        assert other.number not in numbers(worklist, scope, user_id=1)


def test_the_queue_is_ordered_by_due_moment_and_pages_through_everything_once() -> None:
    section = make_section()
    undated = [at_work(section).number, at_work(section).number]  # older than the others, and last all the same
    expected = [at_work(section, f"2026-03-{day:02d} 00:00").number for day in (3, 3, 3, 4, 9)] + undated
    scope, seen, after = Scope("section", section.pk), [], ""
    for _ in range(10):
        page = worklists.page(worklist=Worklist.QUEUE, scope=scope, now=NOW, after=after, size=2)
        seen += [row["number"] for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == expected


def test_all_tickets_page_backwards_from_the_newest() -> None:
    made = [make_ticket().number for _ in range(5)]
    first = worklists.page(worklist=Worklist.ALL, scope=EVERYTHING, now=NOW, size=3)
    rest = worklists.page(worklist=Worklist.ALL, scope=EVERYTHING, now=NOW, size=3, after=first.next)
    assert [row["number"] for row in [*first.rows, *rest.rows]] == made[::-1]
    assert rest.next == ""


@pytest.mark.parametrize("after", ["x", "!!", "bnVsbA", "WzFd", "WyIyMDI2IiwgLTFd", "W251bGwsIHRydWVd", "中文"])
def test_a_strange_page_mark_is_refused(after) -> None:
    with pytest.raises(BadCursor):
        worklists.page(worklist=Worklist.OPEN, scope=EVERYTHING, now=NOW, after=after)


def test_a_confidential_matter_is_nameless_to_sections_and_whole_to_the_office() -> None:
    section = make_section()
    at_work(section, is_confidential=True, title="举报样例路项目", place="样例路1号", category="工程/围挡")
    row = worklists.page(worklist=Worklist.QUEUE, scope=Scope("section", section.pk), now=NOW).rows[0]
    assert (row["title"], row["place"], row["category"]) == ("保密件", "", "")
    assert "举报" not in str(row)
    assert "样例路" not in str(row)
    assert worklists.page(worklist=Worklist.OPEN, scope=EVERYTHING, now=NOW).rows[0]["title"] == "举报样例路项目"


def test_the_lists_of_the_office() -> None:
    by_state = {
        Worklist.REGISTERED: State.REGISTERED,
        Worklist.RETURNS: State.SECTION_RETURN_ASKED,
        Worklist.FIRST_REVIEW: State.FIRST_REVIEW,
        Worklist.SIGN_OFF: State.SIGN_OFF,
        Worklist.TO_SEND: State.APPROVED,
        Worklist.FOLLOW_UP: State.SENT,
    }
    made = {worklist: make_ticket(state=state.value).number for worklist, state in by_state.items()}
    over = make_ticket(state=State.CLOSED.value).number
    for worklist, number in made.items():
        assert numbers(worklist, EVERYTHING) == [number]
    assert over not in numbers(Worklist.OPEN, EVERYTHING)
    assert worklists.counts(worklists=(Worklist.REGISTERED, Worklist.OPEN), scope=EVERYTHING) == {
        "registered": 1,
        "open": 6,
    }


def test_what_a_platform_closes_does_not_wait_for_us_nor_what_it_was_merged_into() -> None:
    door = make_source("hotline", is_platform=True)
    ours, theirs, joined = (make_ticket(state=State.SENT.value) for _ in range(3))
    child = make_ticket(state=State.MERGED.value, parent=joined)
    make_inquiry(theirs, source=door)
    inquiry = make_inquiry(child, source=door)
    assert numbers(Worklist.FOLLOW_UP, EVERYTHING) == [ours.number]
    inquiry.closed_at = NOW
    inquiry.save()
    assert set(numbers(Worklist.FOLLOW_UP, EVERYTHING)) == {ours.number, joined.number}


def test_requests_to_decide_and_their_tags() -> None:
    section = make_section()
    user, asked = make_user("wangwu", section=section), at_work(section)
    at_work(section)
    Request.objects.create(ticket=asked, kind="extension", asked_by=user, asked_at=NOW, reason="需现场核实后才能答复")
    rows = worklists.page(worklist=Worklist.REQUESTS, scope=EVERYTHING, now=NOW).rows
    assert [(row["number"], row["extension_asked"], row["suspension_asked"]) for row in rows] == [
        (asked.number, True, False)
    ]


def test_my_own_and_filters() -> None:
    section = make_section()
    user = make_user("lisi", section=section)
    mine = at_work(section, handler=user, channel=Channel.PETITION)
    at_work(section)
    scope = Scope("section", section.pk)
    assert numbers(Worklist.MINE, scope, user_id=user.pk) == [mine.number]
    assert numbers(Worklist.MINE, scope) == []
    assert numbers(Worklist.QUEUE, scope, filters=Filters(channel="petition")) == [mine.number]
    assert numbers(Worklist.QUEUE, scope, filters=Filters(channel="petition", is_overdue=True)) == []


def test_the_light_is_yellow_with_one_working_day_left_and_red_after() -> None:
    make_reference()
    section = make_section()
    for due in ("2026-03-02 08:59", "2026-03-03 00:00", "2026-03-04 00:00", "2026-03-05 00:00"):
        at_work(section, due)
    at_work(section)
    rows = worklists.page(worklist=Worklist.QUEUE, scope=Scope("section", section.pk), now=NOW).rows
    assert [row["light"] for row in rows] == ["red", "yellow", "yellow", "green", ""]


@pytest.mark.parametrize("worklist", list(Worklist))
def test_one_or_three_rows_take_the_same_number_of_queries(worklist) -> None:
    section = make_section()
    user = make_user("zhaoliu", section=section)
    states = sorted(worklists.IN_STATES.get(worklist, {State.IN_PROGRESS}))

    def add() -> None:
        ticket = at_work(section, "2026-03-03 00:00", state=states[0], handler=user, is_overdue=True, asked_at=NOW)
        CoHandler.objects.create(ticket=ticket, section=section, asked_at=NOW)
        Request.objects.create(
            ticket=ticket, kind="extension", asked_by=user, asked_at=NOW, reason="需现场核实后才能答复"
        )

    def queries(expected: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            page = worklists.page(worklist=worklist, scope=Scope("section", section.pk), now=NOW, user_id=user.pk)
        assert len(page.rows) == expected
        return len(seen)

    add()
    queries(1)  # the first call of a process also reads the calendar
    one = queries(1)
    add()
    add()
    assert queries(3) == one <= 4


def test_the_count_stops_at_a_thousand_and_one() -> None:
    make_ticket()
    assert "LIMIT 1001" in _sql(lambda: worklists.count(worklist=Worklist.OPEN, scope=EVERYTHING))


def _sql(ask) -> str:
    with CaptureQueriesContext(connection) as seen:
        ask()
    return seen[-1]["sql"]


def test_the_overdue_list_is_what_the_clock_stored() -> None:
    section = make_section()
    late = at_work(section, "2026-03-01 00:00", is_overdue=True)
    at_work(section, (NOW + timedelta(days=1)).strftime("%Y-%m-%d %H:%M"))
    assert numbers(Worklist.OVERDUE, EVERYTHING) == [late.number]
