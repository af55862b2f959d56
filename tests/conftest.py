"""What every test may rely on beside the plugin of services: the reference rows, in databases that can be emptied though guarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.tickets.making import make_reference
from tickets.models import Event, Head, guards

hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("exploring", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(
    "repeatable"
)  # the same commit is drawn the same examples; `make explore` draws new ones


def first_day() -> None:
    """The reference rows, and a journal in which nothing has happened yet."""
    make_reference()
    with guards.lifted(connection), connection.cursor() as cursor:
        for model in (Event, Head):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A bureau on its first day: putting the calendar in takes longer than most tests, so it is done once a database."""
    with django_db_blocker.unblock():
        first_day()


@pytest.fixture(autouse=True)
def no_checkpoint_of_another_test() -> None:
    """The checkpoint file stands outside the database on purpose, so the end of a test does not take it back."""
    settings.CHECKPOINT_FILE.unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def emptied_to_the_first_day() -> Iterator[None]:
    """A test with real transactions ends by emptying every table, which the guards refuse by design."""
    emptying = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with ExitStack() as stack:
            for name in case._databases_names(include_mirrors=False):
                stack.enter_context(guards.lifted(connections[name]))
            emptying(case)
        first_day()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
