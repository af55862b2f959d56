"""An outbox row as the message an adapter delivers: facts with their moments, the caller's number, the files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from integrations.protocol import AdapterError
from tickets.domain.messages import Outgoing, OutgoingFile, Telling
from tickets.models import Attachment, FileState, Inquiry, OutboxRow

#: Telling -> the fact that holds the caller's number; it is not copied into the outbox, personal data live in Person.
PHONES: Mapping[str, str] = {Telling.CONTACT.value: "phone", Telling.REPLY.value: "contact_phone"}


def build(row: OutboxRow) -> Outgoing:
    """The message of a row, the same for every attempt. Raises AdapterError when a file of it cannot go along."""
    inquiry = row.inquiry
    return Outgoing(
        key=row.idempotency_key,
        source=row.source_id,
        number=inquiry.number,
        round=row.round,
        redo_no=row.redo_no,
        telling=Telling(row.telling),
        facts=_facts(row, inquiry),
        files=_files(row),
        reference=inquiry.local_reference,
    )


def _facts(row: OutboxRow, inquiry: Inquiry) -> dict[str, Any]:
    facts = {key: _moment(key, value) for key, value in row.facts.items()}
    name = PHONES.get(row.telling)
    if name and not facts.get(name) and inquiry.person is not None:
        party = inquiry.person.party()
        facts[name] = party.phone or party.incoming_phone
    return facts


def _moment(key: str, value: Any) -> Any:
    """Text of a key ending in _at is a moment, in _on (and a new deadline) a date or a moment; what is neither stays text."""
    if not isinstance(value, str) or not value or not (key.endswith(("_at", "_on")) or key == "new_deadline"):
        return value
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return value


def _files(row: OutboxRow) -> tuple[OutgoingFile, ...]:
    there = Attachment.objects.in_bulk(row.files) if row.files else {}
    return tuple(_file(pk, there.get(pk)) for pk in row.files)


def _file(pk: int, file: Attachment | None) -> OutgoingFile:
    if file is None or file.state == FileState.REFUSED:
        raise AdapterError(f"附件{pk}不可用", code="file_missing", permanent=True, errors=((str(pk), "file_missing"),))
    if file.state == FileState.WAITING:
        raise AdapterError(f"附件{file.name}尚未取到", code="file_waiting", retry_after=60)
    return OutgoingFile(file.pk, file.name, file.size, file.sha256, str(file.path), file.role)
