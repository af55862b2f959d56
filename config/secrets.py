"""The three secrets: read from the environment, made once for development, never given a default in production."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from .environment import text

SIGNING, VAULT, JOURNAL = "HOTLINE_SECRET_KEY", "HOTLINE_VAULT_KEY", "HOTLINE_JOURNAL_KEY"
NAMES = (SIGNING, VAULT, JOURNAL)
KEY_BYTES = 32
from_file: set[str] = set()  # what load_or_make has put into the environment: another house's folder has its own


def key_bytes(name: str) -> bytes:
    """The 32 bytes behind a base64 variable; empty when it is missing or not 32 bytes (the checks then say so)."""
    try:
        value = base64.b64decode(text(name), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return value if len(value) == KEY_BYTES else b""


def load_or_make(path: Path) -> None:
    """Put the secrets of ``path`` into the environment where it has none; the first time they are made, mode 0600."""
    if all(text(name) for name in NAMES):
        return
    if not path.exists():
        _make(path)
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        if name in NAMES and not text(name):
            os.environ[name] = value
            from_file.add(name)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {SIGNING: secrets.token_urlsafe(48)}
    values |= {name: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() for name in (VAULT, JOURNAL)}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{name}={value}\n" for name, value in values.items()))
    try:
        os.link(draft, path)  # fails when another process was first: then its secrets count
    except FileExistsError:
        pass
    finally:
        draft.unlink()
