"""Every page of every role, light and dark, wide and on a phone: axe finds nothing serious, nothing spills over, nobody complains."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .desk import NARROW, Desk
from .places import ROLES, walk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("account", ROLES)
def test_axe_finds_nothing_serious_in_light_and_dark(account: str, desk: Callable[..., Desk], peopled: None) -> None:
    person = desk(account)
    faults, seen = [], []
    for kind in walk(person):
        seen.append(kind)
        faults += person.faults()
    assert not faults, "\n".join(faults)
    assert len(seen) > 3, seen


@pytest.mark.parametrize("account", ROLES)
def test_nothing_spills_over_on_a_narrow_phone(account: str, desk: Callable[..., Desk], peopled: None) -> None:
    person = desk(account, size=NARROW)
    spills = [spill for _kind in walk(person) for spill in person.spills()]
    assert not spills, "\n".join(spills)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_for_anybody(language: str, desk: Callable[..., Desk]) -> None:
    person = desk(language=language)
    faults = []
    for address in ("/", "/login/", "/progress/", "/nowhere/"):
        person.go(address)
        faults += person.faults() + person.spills()
    assert not faults, "\n".join(faults)
