"""Announcements made after commit: who listens is not known here."""

from __future__ import annotations

from django.dispatch import Signal

#: A row was put into the outbox. Arguments: source (code).
outbox_filled = Signal()
#: A ticket changed. Arguments: ticket_id, action.
ticket_moved = Signal()
#: Attachments wait to be fetched. Arguments: source (code).
files_waiting = Signal()
