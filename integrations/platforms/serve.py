"""One HTTP server for all stand-ins: finds the platform by its path, keeps its lock, and breaks the line where told to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from traceback import print_exc
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .base import Headers, Platform, Request, Response, json_response
from .control import Control
from .door import at_the_door

PREFIXES = {"hotline": "/api", "business": "/openapi/v1", "petition": "/services"}
BODY_LIMIT = 32 * 1024 * 1024
TICK = 0.2


class Server:
    """The running stand-ins: ``start()`` opens the port (0: any free one) and starts a ticking thread for each platform."""

    def __init__(self, platforms: list[Platform], control: Control, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.platforms = {platform.name: platform for platform in platforms}
        self.control = control
        self._http = _Http((host, port), _Handler)
        self._http.owner = self
        self._open = True
        self._threads: list[Thread] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    def start(self) -> None:
        """Answer from now on."""
        works = [
            lambda: self._http.serve_forever(poll_interval=0.05),
            self.control.feeder.run,
            *(self._ticker(one) for one in self.platforms.values()),
        ]
        self._threads = [Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop answering and ticking; close the books."""
        self._open = False
        self.control.feeder.stop()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        self.control.feeder.close()
        for platform in self.platforms.values():
            platform.close()

    def _ticker(self, platform: Platform) -> Any:
        def run() -> None:
            while self._open:
                try:
                    with platform.lock:
                        platform.tick(self.control.world.clock.now())
                except Exception:  # noqa: BLE001 likewise
                    print_exc()
                time.sleep(TICK)

        return run

    def answer(self, request: Request, *, is_local: bool = True) -> Response:
        """The answer of whoever the path belongs to."""
        if request.path.startswith("/_control/"):
            return self.control.handle(request) if is_local else json_response({"error": "only from this machine"}, 403)
        for platform in self.platforms.values():
            if path := _below(platform, request.path):
                request.path = path
                return at_the_door(self.control.world, platform, request)
        return json_response({"error": "no such path"}, 404)


def _below(platform: Platform, path: str) -> str:
    """The path from the platform's prefix on, also behind its own name (``/hotline/api/…``); "" when it is another's."""
    own, prefix = path.removeprefix(f"/{platform.name}"), PREFIXES.get(platform.name)
    return own if prefix and (own == prefix or own.startswith(f"{prefix}/")) else ""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: Server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Http

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        try:
            response = self.server.owner.answer(request, is_local=ip_address(self.client_address[0]).is_loopback)
        except Exception:  # noqa: BLE001 a stand-in that stumbles says so, and goes on
            print_exc()
            response = Response(500, b"internal error", {"Content-Type": "text/plain"})
        if response.delay:
            time.sleep(response.delay)
        if response.drop:
            self.close_connection = True
            return
        self._write(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815

    def _read(self) -> Request | None:
        declared = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not declared.isdigit():
            self._write(Response(411), last=True)
            return None
        length = int(declared)
        body = self.rfile.read(length) if length <= BODY_LIMIT else b""
        if length > BODY_LIMIT:
            self.close_connection = True
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = Headers(dict(self.headers.items()))
        return Request(self.command, unquote(parts.path), query, parts.query, headers, body, self.path, length)

    def _write(self, response: Response, *, last: bool = False) -> None:
        self.send_response(response.status)
        if last or response.cut or self.close_connection:
            self.send_header("Connection", "close")
            self.close_connection = True
        for name, value in _with_length(response).items():
            self.send_header(name, value)
        self.end_headers()
        body = b"" if self.command == "HEAD" else response.body
        self.wfile.write(body[: len(body) // 2] if response.cut else body)
        self.wfile.flush()

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """The stand-ins are quiet: their book says what happened."""


def _with_length(response: Response) -> Mapping[str, str]:
    return response.headers | {"Content-Length": str(len(response.body))}
