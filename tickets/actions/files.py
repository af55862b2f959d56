"""附件: bytes judged by what they are, stored by their digest outside the web root, never half written."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path, PurePath

from django.db import transaction

from tickets.domain.actors import Actor, platform
from tickets.models import Attachment, FileState, Inquiry, ReadingKind, Reply, Ticket

from . import ledger, readings
from .contents import UnableToStore, check_content

__all__ = ["LARGEST", "MOST", "UnableToStore", "fetched", "opened", "refused", "store"]

LARGEST = 20 * 1024 * 1024
#: How many files of one role an inquiry (or a ticket, for files of ours) may have; an inspection's photos come by the hundred.
MOST: Mapping[str, int] = {"photo": 200}
MOST_OF_A_ROLE = 10


def store(
    *,
    content: bytes,
    name: str,
    ticket: Ticket,
    role: str,
    actor: Actor,
    now: datetime,
    inquiry: Inquiry | None = None,
    reply: Reply | None = None,
    attachment: Attachment | None = None,
) -> Attachment:
    """Keep a file of a ticket; with ``attachment`` the bytes of a row that waited for them. The caller writes the journal.

    Raises UnableToStore: size, type (by extension and by content), number of files, or another digest than the source gave.
    """
    name = _name(name)
    _check_size(content)
    check_content(name, content)
    digest = hashlib.sha256(content).hexdigest()
    if attachment is None:
        _check_count(ticket, inquiry, role)
        attachment = Attachment(ticket=ticket, inquiry=inquiry, name=name, role=role, added_at=now)
    elif attachment.sha256 and attachment.sha256 != digest:
        raise UnableToStore(
            "sha256",
            "附件内容与来源给出的摘要不符，请来源重新提供。",
            "The content does not match the source's digest: ask for it again.",
        )
    attachment.reply = reply or attachment.reply
    attachment.sha256, attachment.size, attachment.state, attachment.trouble = (
        digest,
        len(content),
        FileState.STORED.value,
        "",
    )
    attachment.added_by_id = attachment.added_by_id or actor.user_id
    _write(attachment.path, content)
    ledger.save_with_history(attachment, actor=actor, now=now, reason="file")
    return attachment


@transaction.atomic
def fetched(*, attachment: Attachment, content: bytes, actor: Actor, now: datetime) -> Attachment:
    """The bytes of a waiting file have come: stored, with a note in the ticket's journal. Raises UnableToStore."""
    ticket = ledger.lock(attachment.ticket_id)
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.state == FileState.STORED:
        return row
    row = store(
        content=content,
        name=row.name,
        ticket=ticket,
        role=row.role,
        actor=actor,
        now=now,
        inquiry=row.inquiry,
        attachment=row,
    )
    refs = {"file": row.pk, "sha256": row.sha256, "size": row.size}
    ledger.note(ticket=ticket, action="file_fetched", actor=actor, now=now, refs=refs)
    return row


@transaction.atomic
def refused(*, attachment: Attachment, trouble: str, now: datetime) -> Attachment:
    """A waiting file is not taken, with the reason the office sees."""
    ticket = ledger.lock(attachment.ticket_id)
    row = Attachment.objects.select_related("inquiry").get(pk=attachment.pk)
    actor = platform(row.inquiry.source_id if row.inquiry else "")
    row.state, row.trouble = FileState.REFUSED.value, trouble[:200]
    ledger.save_with_history(row, actor=actor, now=now, reason="file refused")
    ledger.note(ticket=ticket, action="file_refused", actor=actor, now=now, refs={"file": row.pk})
    return row


@transaction.atomic
def opened(*, attachment: Attachment, actor: Actor, now: datetime) -> None:
    """Somebody opened a file that came from the source: it may show the petitioner, so it is on record like personal data."""
    ticket = ledger.lock(attachment.ticket_id)
    refs = {"file": attachment.pk, "sha256": attachment.sha256}
    ledger.note(ticket=ticket, action="read_file", actor=actor, now=now, refs=refs)
    readings.write(ticket=ticket, actor=actor, now=now, kind=ReadingKind.FILE, reason=attachment.name)


def _name(name: str) -> str:
    """The last part of the name, without what a file system or a page could stumble over."""
    plain = "".join(
        char for char in PurePath(name.replace("\\", "/")).name if char.isprintable() and char not in '<>:"|?*'
    )
    if not plain.strip(". "):
        raise UnableToStore("name", "附件没有文件名。", "The file has no name.")
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122 - a name, not a path
    return stem[: 200 - len(suffix)] + suffix


def _check_size(content: bytes) -> None:
    if not content:
        raise UnableToStore("content", "附件是空文件，请重新上传。", "The file is empty: send it again.")
    if len(content) > LARGEST:
        raise UnableToStore(
            "size", "附件超过 20 MB，请压缩或拆分后重新上传。", "The file is over 20 MB: shrink or split it."
        )


def _check_count(ticket: Ticket, inquiry: Inquiry | None, role: str) -> None:
    most = MOST.get(role, MOST_OF_A_ROLE)
    rows = Attachment.objects.filter(ticket=ticket, inquiry=inquiry, role=role).exclude(state=FileState.REFUSED.value)
    if rows.count() >= most:
        raise UnableToStore(
            "count", f"此类附件最多 {most} 个，请合并后上传。", f"At most {most} files of this kind: combine them."
        )


def _write(path: Path, content: bytes, sync: Callable[[int], None] = os.fsync) -> None:
    """All or nothing: written beside, synced, renamed; the same content is there already under the same name."""
    if path.is_file() and path.stat().st_size == len(content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            sync(file.fileno())
        Path(beside).chmod(0o640)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
