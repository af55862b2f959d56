"""Personal data at rest: unreadable without the vault key, found by digest, gone when a person's key is destroyed."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.making import NOW
from tickets.domain.messages import Party
from tickets.models import Person, vault

PARTY = Party(
    name="测试甲",
    phone="199-0000 1234",
    incoming_phone="19900001001",
    id_number="00000019900101000x",
    others=("测试乙",),
)


def stored() -> Person:
    person = Person(created_at=NOW)
    person.fill(PARTY)
    person.save()
    return Person.objects.get(pk=person.pk)


@pytest.mark.everywhere
@pytest.mark.django_db
def test_what_is_stored_can_be_opened_and_shows_nothing_by_itself() -> None:
    person = stored()
    assert person.party() == PARTY
    kept = bytes(person.sealed) + bytes(person.key or b"")
    for text in ("测试甲", "1234", "19900001001"):
        assert text.encode() not in kept
    assert not any("1990000" in getattr(person, name) for name in ("phone_digest", "incoming_digest", "id_digest"))


@pytest.mark.everywhere
@pytest.mark.django_db
def test_the_same_phone_however_written_has_the_same_digest() -> None:
    person = stored()
    assert person.phone_digest == vault.digest("19900001234") == vault.digest(" 199 0000-1234 ")
    assert person.id_digest == vault.digest("00000019900101000X")
    assert person.phone_digest != vault.digest("19900001235")
    assert vault.digest("") == vault.digest(" - ") == ""


@pytest.mark.everywhere
@pytest.mark.django_db
def test_a_destroyed_key_erases_and_a_new_filling_does_not_bring_it_back() -> None:
    person = stored()
    sealed = bytes(person.sealed)
    person.key = None
    person.save()
    person = Person.objects.get(pk=person.pk)
    assert person.party() == Party()
    person.fill(Party(name="测试丙"))
    with pytest.raises(vault.UnreadableError):
        vault.unlock(vault.unwrap(bytes(person.key or b"")), sealed)


def test_each_person_has_a_key_of_its_own_and_each_writing_a_nonce() -> None:
    (key, wrapped), (other, _) = vault.new_key(), vault.new_key()
    assert len(wrapped) == vault.WRAPPED
    assert vault.unwrap(wrapped) == key != other
    assert vault.lock(key, "测试甲") != vault.lock(key, "测试甲")
    with pytest.raises(vault.UnreadableError):
        vault.unlock(other, vault.lock(key, "测试甲"))


def test_another_vault_key_opens_nothing(settings: Any) -> None:
    _, wrapped = vault.new_key()
    sealed, digest = vault.seal(b"raw"), vault.digest("19900001234")
    settings.VAULT_KEY = os.urandom(32)
    for open_it in (lambda: vault.unwrap(wrapped), lambda: vault.unseal(sealed)):
        with pytest.raises(vault.UnreadableError):
            open_it()
    assert vault.digest("19900001234") != digest


@given(st.binary(max_size=300))
def test_any_bytes_come_back(data: bytes) -> None:
    assert vault.unseal(vault.seal(data)) == data


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_changed_bit_is_noticed(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(vault.seal(data))
    sealed[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(vault.UnreadableError):
        vault.unseal(bytes(sealed))


@given(st.binary(max_size=2 * vault.WRAPPED))
def test_rubbish_is_unreadable_and_nothing_worse(rubbish: bytes) -> None:
    with pytest.raises(vault.UnreadableError):
        vault.unseal(rubbish)
    with pytest.raises(vault.UnreadableError):
        vault.unwrap(rubbish)
