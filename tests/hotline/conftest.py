"""A bureau for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.hotline.bureau import Bureau, make_bureau


@pytest.fixture
def bureau(db: None) -> Bureau:
    return make_bureau()


@pytest.fixture(autouse=True)
def language_forgotten() -> Iterator[None]:
    """Each request activates its reader's language; the next test starts without."""
    yield
    translation.deactivate()
