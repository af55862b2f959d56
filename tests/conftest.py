"""What every test may rely on beside the plugin of services: databases that can be emptied though the journal is guarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connections
from django.test import TransactionTestCase

from tickets.models import guards


@pytest.fixture(autouse=True, scope="session")
def guards_lifted_while_emptying() -> Iterator[None]:
    """A test with real transactions ends by emptying every table, which the guards refuse by design."""
    emptying = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with ExitStack() as stack:
            for name in case._databases_names(include_mirrors=False):
                stack.enter_context(guards.lifted(connections[name]))
            emptying(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
