"""Reference rows in memory are never older than what is committed, and several of them cost one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.tickets.making import make_section, make_ticket
from tickets.models import SpecialDay, Ticket
from tickets.queries import calendar, offices, phrases, worklists
from tickets.queries.freshness import held, held_together

FIRST, SECOND = date(2026, 3, 4), date(2026, 3, 5)


def close(day: date) -> None:
    SpecialDay(date=day, is_working=False, name_zh="样例停工日").save()


@pytest.fixture
def commit_of_slow_editor(transactional_db: None) -> Iterator[Callable[[], None]]:
    """Somebody has closed the first day, with the lower id of history, and commits it when this is called."""
    written, commit = Event(), Event()

    def edit() -> None:
        try:
            with transaction.atomic():
                close(FIRST)
                written.set()
                commit.wait(20)
        finally:
            connection.close()

    thread = Thread(target=edit)
    thread.start()
    assert written.wait(20)

    def finish() -> None:
        commit.set()
        thread.join()

    yield finish
    finish()


def test_an_edit_that_commits_after_a_later_one_is_seen(commit_of_slow_editor: Callable[[], None]) -> None:
    close(SECOND)
    assert [calendar.working_calendar().is_working(day) for day in (FIRST, SECOND)] == [True, False]
    commit_of_slow_editor()
    assert [calendar.working_calendar().is_working(day) for day in (FIRST, SECOND)] == [False, False]


@pytest.mark.everywhere
@pytest.mark.django_db
def test_a_wider_company_takes_over_what_nobody_has_wanted_yet() -> None:
    for each in (offices.sections, offices.routes, calendar.working_calendar, phrases.cached.get):
        each()
    with offices.held_for_a_page(), CaptureQueriesContext(connection) as seen:
        with offices.held():
            offices.routes()
            offices.sections()
        calendar.working_calendar()
    assert len(seen) == 1
    with offices.held_for_a_page(), CaptureQueriesContext(connection) as seen:
        offices.sections()
        with offices.held():
            offices.routes()
        phrases.cached.get()
    assert len(seen) == 2


@pytest.mark.everywhere
@pytest.mark.django_db
def test_what_is_held_stays_and_what_is_not_wanted_costs_nothing() -> None:
    with held_together(calendar.cached), CaptureQueriesContext(connection) as seen:
        pass
    assert len(seen) == 0
    with held():
        before = offices.sections()
        made = make_section("fresh")
        assert offices.sections() is before
    assert made.pk not in before
    assert made.pk in offices.sections()


@pytest.mark.everywhere
@pytest.mark.django_db
def test_a_list_brings_the_calendar_along_and_sees_its_edit() -> None:
    make_ticket()
    for is_working in (True, False):
        with held(), CaptureQueriesContext(connection) as seen:
            worklists.LISTED.of(Ticket.objects.all())
            told = calendar.working_calendar()
        assert seen
        assert told.is_working(FIRST) is is_working
        with held(), CaptureQueriesContext(connection) as seen:
            assert [row["number"] for row in worklists.LISTED.of(Ticket.objects.all())]
            assert calendar.working_calendar() is told
        assert len(seen) == 1
        if is_working:
            close(FIRST)
