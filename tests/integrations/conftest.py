"""The plain platform, connected, with the bureau's reference rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integrations.exchange import Clock, PlainPlatform, connected
from tests.tickets.making import make_reference


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(db: None) -> Iterator[PlainPlatform]:
    """A platform in the hotline's place; the database is rolled back afterwards."""
    make_reference()
    plain = PlainPlatform()
    with connected(plain):
        yield plain
