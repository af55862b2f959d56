"""What the models share: history with wide ids, and choice fields of the field's words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from tickets.domain.words import Labelled


def history(**options: Any) -> HistoricalRecords:
    """django-simple-history with 64-bit ids and reasons of any length; the account may be gone from the table, its id stays."""
    return HistoricalRecords(
        history_id_field=models.BigAutoField(),
        history_change_reason_field=models.TextField(null=True),
        user_db_constraint=False,
        **options,
    )


def word(kind: type[Labelled], **options: Any) -> models.CharField[str, str]:
    """A column that holds one word of a closed vocabulary."""
    if isinstance(options.get("default"), Labelled):
        options["default"] = options["default"].value
    return models.CharField(max_length=24, choices=kind.pairs(), **options)


def person_of_staff(**options: Any) -> models.ForeignKey[Any, Any]:
    """A column that names an account; accounts are never deleted."""
    options.setdefault("related_name", "+")
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, **options)
