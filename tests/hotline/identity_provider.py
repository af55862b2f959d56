"""A small OpenID Connect server for tests: discovery, authorisation without a page, token with PKCE, user information."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "hotline", "样例密钥-not-a-secret"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def id_token(claims: dict[str, Any]) -> str:
    """A JWT signed with the client's secret (HS256)."""
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _part(json.dumps(claims).encode())
    signed = hmac.digest(SECRET.encode(), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{_part(signed)}"


class Provider(BaseHTTPRequestHandler):
    """``server.person``: who sits before it; ``server.codes``: code -> what was asked."""

    server: Any

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        if where.path == "/.well-known/openid-configuration":
            self._json(self._about())
        elif where.path == "/authorize":
            code = f"code-{len(self.server.codes)}"
            self.server.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif where.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            self._json(self.server.person)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = self.server.codes.pop(form["code"], None)
        challenge = _part(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or form.get("client_secret") != SECRET or challenge != asked["code_challenge"]:
            self._json({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {"iss": self.server.address, "aud": CLIENT, "iat": now, "exp": now + 60, **self.server.person}
        self._json({"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": id_token(claims)})

    def _about(self) -> dict[str, Any]:
        base = self.server.address
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _json(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def running() -> Iterator[Any]:
    """The server with ``address``, ``person`` and ``codes``."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.person, server.codes = {"sub": "42", "preferred_username": "handler", "name": "测试handler"}, {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
