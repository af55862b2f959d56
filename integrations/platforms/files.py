"""Attachments of any platform: which names are accepted, and how the files of a record are kept."""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from .base import Record, Request, Response
from .book import Book

LARGEST = 20 * 1024 * 1024
TYPES = frozenset({"jpg", "png", "pdf", "doc", "docx", "xls", "xlsx", "mp3", "mp4"})


def name_of(request: Request) -> str:
    """The file's own name, from ``X-File-Name`` (percent-encoded UTF-8); "" when there is none."""
    return PurePosixPath(unquote(request.headers.get("X-File-Name"))).name


def is_accepted(name: str) -> bool:
    """Whether the platform takes files of this name."""
    return PurePosixPath(name).suffix.lower().removeprefix(".") in TYPES


def is_too_large(request: Request) -> bool:
    """Over 20 MB."""
    return request.length > LARGEST


def of_record(book: Book, record: Record, prefix: str) -> list[dict[str, Any]]:
    """[{id, name, size, sha256}] of ``extra['files']``: (name, bytes or text); they can be fetched from now on."""
    kept = []
    for name, content in record.extra.get("files", []):
        raw = content if isinstance(content, bytes) else str(content).encode()
        id, digest = book.add_file(name, raw, prefix)
        kept.append({"id": id, "name": name, "size": len(raw), "sha256": digest})
    return kept


def answer(name: str, content: bytes) -> Response:
    """The bytes of one file."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(200, content, {"Content-Type": kind, "ETag": f'"{sha256(content).hexdigest()[:16]}"'})
