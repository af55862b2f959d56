"""A bureau for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.hotline.bureau import Bureau, make_bureau
from tickets.queries import calendar, offices, phrases


@pytest.fixture
def bureau(db: None) -> Bureau:
    """A house that has been open for a while: what every page looks up has been read."""
    made = make_bureau()
    for each in (offices.sections, calendar.working_calendar, phrases.cached.get, phrases.cached_terms.get):
        each()
    return made


@pytest.fixture(autouse=True)
def language_forgotten() -> Iterator[None]:
    """Each request activates its reader's language; the next test starts without."""
    yield
    translation.deactivate()
