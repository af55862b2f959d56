"""What the machines' door hears from the tickets, after commit."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from integrations import tasks
from tickets.signals import files_waiting, outbox_filled


@receiver(outbox_filled, dispatch_uid="integrations.push")
def push_soon(sender: Any, source: str, **_: Any) -> None:
    """A row is in the outbox: send it now rather than at the next beat."""
    tasks.hint(tasks.push, source=source)


@receiver(files_waiting, dispatch_uid="integrations.files")
def fetch_soon(sender: Any, source: str, **_: Any) -> None:
    """Attachments wait: fetch them now rather than at the next pull."""
    tasks.hint(tasks.fetch_files, source=source)
