"""The business platform's signatures: its webhooks verified (Standard Webhooks), our requests signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from integrations.adapters.business import mapping
from integrations.protocol import Item, Unmappable
from integrations.reading import clean, decode_json

WINDOW = 300
LARGEST = 1024 * 1024
LONGEST_ID = 100


class WebhookRefused(Exception):
    """A push that must not be taken: the HTTP ``status`` to answer and why, in both languages."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(zh)
        self.status, self.zh, self.en = status, zh, en


def verify(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> Item:
    """One push, verified over its raw bytes before anything is parsed, as the same Item a pull would give.

    ``secrets``: the live keys, ``whsec_<base64>``. Raises WebhookRefused: 413 over 1 MB, 401 for a missing or wrong signature or a
    timestamp more than 300 s away.
    """
    if len(raw) > LARGEST:
        raise WebhookRefused(413, "推送超过1MB", "The push is over 1 MB")
    given = {name.lower(): value for name, value in headers.items()}
    key, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (0 < len(key) <= LONGEST_ID and key.isascii() and key.isprintable()):
        raise WebhookRefused(401, "缺少有效的webhook-id", "No usable webhook-id")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or abs(now.timestamp() - int(stamp)) > WINDOW:
        raise WebhookRefused(401, "时间戳缺失或超出300秒窗口", "The timestamp is missing or outside the 300 s window")
    signed = f"{key}.{stamp}.".encode() + raw
    if not _any_matches(given.get("webhook-signature", ""), [sign(secret, signed) for secret in secrets]):
        raise WebhookRefused(401, "签名不符，请核对密钥", "No signature matches: check the key")
    return _item(key, raw)


def sign(secret: str, signed: bytes) -> str:
    """One Standard Webhooks signature, ``v1,<base64>``, of id.timestamp.body. Raises ValueError for a malformed secret."""
    mac = hmac.new(webhook_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode("ascii")


def webhook_key(secret: str) -> bytes:
    """The key inside ``whsec_<base64>``. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as trouble:
        raise ValueError("a webhook secret is whsec_ and base64") from trouble
    if not secret.startswith("whsec_") or not key:
        raise ValueError("a webhook secret is whsec_ and base64")
    return key


def _any_matches(header: str, ours: Iterable[str]) -> bool:
    """Whether any ``v1`` of the list equals any of ours; every pair is compared, each in constant time."""
    theirs = [part.encode("utf-8", "replace") for part in header.split(" ") if part.startswith("v1,")]
    wanted = [one.encode("ascii") for one in ours]
    matches = [hmac.compare_digest(one, other) for one in theirs for other in wanted]
    return any(matches)


def _item(key: str, raw: bytes) -> Item:
    """What cannot be parsed is kept byte for byte: it is parked, not lost."""
    try:
        return mapping.item(decode_json(raw), key=key)
    except Unmappable:
        return Item(clean(key), raw)


def request_signature(secret: str, method: str, path: str, *, timestamp: str, nonce: str, body: bytes) -> str:
    """X-Signature: hex HMAC-SHA256 of method, path?query as sent, timestamp, nonce and the body's digest, one a line."""
    lines = (method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
