"""Clocks as a person reads them: they say what is left, where the limit comes from, and stand still once they have ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tickets.making import NOW, make_inquiry, make_reference, make_section, make_ticket, moment
from tickets.actions import timers
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Ticket
from tickets.queries.clocks import clocks

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]


@pytest.fixture
def ticket(db: None) -> Ticket:
    make_reference()
    row = make_ticket(channel=Channel.DIRECT, section=make_section(), dispatched_at=NOW, state=State.IN_PROGRESS.value)
    timers.start_outer(inquiry=make_inquiry(row), now=NOW, ticket=row)
    timers.start_inner(ticket=row, now=NOW)
    return row


def reply(ticket: Ticket, at: str, side: Side = Side.OUTER) -> dict:
    return next(row for row in clocks(ticket, moment(at)) if (row["side"], row["kind"]) == (side, ClockKind.REPLY))


def test_the_sources_clocks_come_first_with_labels_in_both_languages(ticket) -> None:
    rows = clocks(ticket, NOW)
    assert [row["side_words"][0] for row in rows] == ["对外时限", "科室时限", "科室时限", "科室时限"]
    assert rows[0]["kind_words"] == ("答复", "Reply")


def test_what_is_left_and_how_much_is_used(ticket) -> None:
    row = reply(ticket, "2026-03-09 09:00")
    assert (row["left"]["state"], row["left"]["working_days"]) == ("left", 5)
    assert 45 <= row["percent"] <= 55
    assert reply(ticket, "2026-03-02 09:00")["percent"] == 0


def test_lateness_counts_from_the_breach(ticket) -> None:
    left = reply(ticket, "2026-03-19 10:00")["left"]
    assert (left["state"], left["late_days"]) == ("late", 3)
    assert left["late_seconds"] == timedelta(days=2, hours=10).total_seconds()


def test_the_count_is_explained_with_its_citation(ticket) -> None:
    row = reply(ticket, "2026-03-03 09:00")
    assert "10" in row["summary"][0]
    assert row["lines"]
    assert (row["citation"], row["is_confirmed"]) == (
        ("本单位暂定，待确认", "set by the bureau for now, to be confirmed"),
        False,
    )
    assert "先于对外时限" in reply(ticket, "2026-03-03 09:00", Side.INNER)["summary"][0]


def test_a_paused_clock_says_so_and_its_due_moment_is_as_if_it_went_on_now(ticket) -> None:
    timers.pause(ticket=ticket, ground="suspension", now=moment("2026-03-03 18:00"))
    row = reply(ticket, "2026-03-06 07:00")
    assert (row["left"]["state"], row["due_at"]) == ("paused", moment("2026-03-19 00:00"))


def test_the_sources_deadline_is_called_its_own(ticket) -> None:
    timers.start_outer(inquiry=make_inquiry(ticket, limit_reply=moment("2026-03-14 00:00")), now=NOW, ticket=ticket)
    row = next(each for each in clocks(ticket, NOW) if each["platform_due_at"])
    assert "来源给定" in row["summary"][0]
    assert "来源的时限早" in row["summary"][0]  # our own count stands beside it, line by line
    assert row["lines"]
