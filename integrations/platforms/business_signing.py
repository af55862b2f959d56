"""The business platform's signatures: webhooks it sends (Standard Webhooks), requests it checks, links it gives."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256
from urllib.parse import urlencode

LINKS_LIVE = 24 * 3600


def sign_webhook(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64>`` of id, timestamp (Unix seconds) and body by a key ``whsec_<base64>``."""
    key = b64decode(secret.removeprefix("whsec_"))
    return "v1," + b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")).decode()


def sign_request(secret: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 of method, target (path?query as sent), timestamp, nonce and digest of the body, by lines."""
    message = "\n".join((method, target, timestamp, nonce, sha256(body).hexdigest()))
    return hmac.new(secret.encode(), message.encode(), sha256).hexdigest()


class Links:
    """Links to attachments that live 24 hours."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def query(self, id: str, now: float) -> str:
        """``expires=…&token=…`` from ``now`` (Unix seconds)."""
        expires = int(now) + LINKS_LIVE
        return urlencode({"expires": expires, "token": self._token(id, str(expires))})

    def is_live(self, id: str, expires: str, token: str, now: float) -> bool:
        """Whether a link was given by us and has not expired."""
        known = hmac.compare_digest(self._token(id, expires).encode(), token.encode())
        return known and expires.isdigit() and int(expires) > now

    def _token(self, id: str, expires: str) -> str:
        return hmac.new(self._key, f"{id}.{expires}".encode(), sha256).hexdigest()[:32]
