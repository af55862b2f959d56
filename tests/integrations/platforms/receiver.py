"""A receiver of webhooks for tests: keeps every push, answers what it is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType


class Receiver:
    """``with Receiver() as receiver``: ``url`` to push to, ``pushes``: (headers by lower-case name, raw body), ``status``: the answer."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.pushes: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.pushes.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/hooks/business"

    def __enter__(self) -> Receiver:
        Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def wait(self, count: int, seconds: float = 5) -> list[tuple[dict[str, str], bytes]]:
        """The pushes, once there are ``count``."""
        until(lambda: len(self.pushes) >= count, seconds)
        return list(self.pushes)


def until(reached: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to come true. Raises AssertionError when it does not."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
