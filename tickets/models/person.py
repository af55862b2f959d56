"""诉求人: personal data, in this one place, encrypted under a key per person."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from django.db import models

from tickets.domain.messages import Party

from . import vault

FACTS = tuple(each.name for each in fields(Party))


class Person(models.Model):
    """A caller as one inquiry gave them. ``key`` destroyed = erased; the digests find the same phone or identity number again."""

    key = models.BinaryField(null=True)
    sealed = models.BinaryField()
    phone_digest = models.CharField(max_length=40, blank=True, db_index=True)
    incoming_digest = models.CharField(max_length=40, blank=True, db_index=True)
    id_digest = models.CharField(max_length=40, blank=True, db_index=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"person {self.pk}"

    def party(self) -> Party:
        """Decrypt. An erased person is an empty Party. Opening it for a reader goes through ``actions.handling.read_person``."""
        if self.key is None:
            return Party()
        facts: dict[str, Any] = json.loads(vault.unlock(vault.unwrap(bytes(self.key)), bytes(self.sealed)))
        return Party(**{**facts, "others": tuple(facts.get("others", ()))})

    def fill(self, party: Party) -> None:
        """Replace the sealed facts (same key while there is one)."""
        if self.key is None:
            key, self.key = vault.new_key()
        else:
            key = vault.unwrap(bytes(self.key))
        self.sealed = vault.lock(
            key, json.dumps({name: value for name in FACTS if (value := getattr(party, name))}, ensure_ascii=False)
        )
        self.phone_digest = vault.digest(party.phone)
        self.incoming_digest = vault.digest(party.incoming_phone)
        self.id_digest = vault.digest(party.id_number)
