"""How the journal is chained: canonical text, digest over the one before, HMAC under a key outside the database."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = "0" * 64


def canonical(facts: dict[str, Any]) -> str:
    """One text for one meaning: sorted keys, no blanks, UTF-8; moments as ISO 8601 in UTC."""
    try:
        return orjson.dumps(facts, default=_plain, option=_SORTED).decode()
    except TypeError:  # a lone surrogate, a number beyond 64 bits, a key that is no text: the same text, the slow way
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def sha256(text: str) -> str:
    """Hex SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def link(previous: str, payload: str, key: bytes) -> tuple[str, str]:
    """The digest of a link (SHA-256 of the previous digest, a newline and the payload) and its HMAC-SHA256."""
    digest = hashlib.sha256(f"{previous or GENESIS}\n{payload}".encode()).hexdigest()
    return digest, mac(digest, key)


def mac(digest: str, key: bytes) -> str:
    """Hex HMAC-SHA256 of a digest under the journal key."""
    return hmac.digest(key, digest.encode(), "sha256").hex()


def root(previous: str, rows: list[tuple[int, str]]) -> str:
    """The root of a seal: SHA-256 over the previous root and each (id, digest) in id order."""
    running = hashlib.sha256((previous or GENESIS).encode())
    for number, digest in rows:
        running.update(f"\n{number}:{digest}".encode())
    return running.hexdigest()


def text_digest(text: str) -> str:
    """Digest of a reply, rule 0 of the wire: line breaks become \\n, nothing is trimmed; no text: ''."""
    return sha256(text.replace("\r\n", "\n").replace("\r", "\n")) if text else ""
