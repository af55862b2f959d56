"""Every journey begins in the same small bureau, on a Monday of an announced year and on one that no announcement reaches yet."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.journeys.office import Office, open_office
from tests.tickets.making import NOW, moment

MONDAYS = (
    pytest.param(NOW, id="2026"),
    pytest.param(moment("2027-03-01 09:00"), id="2027", marks=pytest.mark.unannounced),
)


@pytest.fixture(params=MONDAYS)
def office(request: pytest.FixtureRequest, db: None) -> Office:
    now: datetime = request.param
    return open_office(now)
