"""Encryption of personal data: a key per person wrapped under the vault key, and keyed digests for look-up."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12
WRAPPED = NONCE + 32 + 16


class UnreadableError(Exception):
    """The vault key does not open this blob: wrong key, or the blob was changed."""


@lru_cache(maxsize=4)
def _keys(master: bytes) -> tuple[AESGCM, bytes]:
    return AESGCM(master), hashlib.sha256(b"look-up" + master).digest()


def new_key() -> tuple[bytes, bytes]:
    """A fresh key and its wrapped form (60 bytes). Destroying the wrapped form erases what the key locked."""
    key, nonce = os.urandom(32), os.urandom(NONCE)
    return key, nonce + _keys(settings.VAULT_KEY)[0].encrypt(nonce, key, b"person")


def unwrap(wrapped: bytes) -> bytes:
    """The key behind its wrapped form. Raises UnreadableError."""
    return _open(_keys(settings.VAULT_KEY)[0], bytes(wrapped), b"person")


def lock(key: bytes, text: str) -> bytes:
    """Encrypt text under a person's key (AES-256-GCM, random nonce first)."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), None)


def unlock(key: bytes, blob: bytes) -> str:
    """The text behind ``lock``. Raises UnreadableError."""
    return _open(AESGCM(key), bytes(blob), None).decode()


def seal(data: bytes) -> bytes:
    """Encrypt raw bytes under a key of their own, wrapped in front."""
    key, wrapped = new_key()
    nonce = os.urandom(NONCE)
    return wrapped + nonce + AESGCM(key).encrypt(nonce, data, None)


def unseal(blob: bytes) -> bytes:
    """The bytes behind ``seal``. Raises UnreadableError."""
    blob = bytes(blob)
    return _open(AESGCM(unwrap(blob[:WRAPPED])), blob[WRAPPED:], None)


def _open(cipher: AESGCM, blob: bytes, context: bytes | None) -> bytes:
    try:
        return cipher.decrypt(blob[:NONCE], blob[NONCE:], context)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise UnreadableError("vault key does not fit, or the blob was changed or cut") from error


def digest(value: str) -> str:
    """Keyed look-up digest of a phone or identity number ('' stays ''): blanks and dashes do not matter."""
    plain = (value if value.isalnum() else "".join(c for c in value if c.isalnum())).upper()
    if not plain:
        return ""
    return hmac.digest(_keys(settings.VAULT_KEY)[1], plain.encode(), "sha256").hex()[:40]
