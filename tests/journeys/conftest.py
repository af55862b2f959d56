"""Every journey begins in the same small bureau."""

from __future__ import annotations

import pytest

from tests.journeys.office import Office, open_office


@pytest.fixture
def office(db: None) -> Office:
    return open_office()
