"""A real HTTP server on 127.0.0.1 that answers by a script and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Say:
    """One scripted answer; ``drop``: cut the line after the headers; ``delay``: seconds before it; ``trickle``: between its bytes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    trickle: float = 0.0
    drop: bool = False


def as_json(value: Any, status: int = 200, encoding: str = "utf-8", **headers: str) -> Say:
    """A JSON answer."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Say(json.dumps(value, ensure_ascii=False).encode(encoding), status, named)


class Scripted:
    """``with Scripted(answers…) as server``: each request takes the next answer, or the one ``by`` gives for it."""

    def __init__(self, *answers: Say, by: Callable[[Asked], Say] | None = None) -> None:
        self.answers, self.by, self.asked = deque(answers), by, list[Asked]()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body)
                script.asked.append(asked)
                self._say(script.by(asked) if script.by else script.answers.popleft())

            do_GET = do_POST = _answer

            def _say(self, say: Say) -> None:
                time.sleep(say.delay)
                self.send_response_only(say.status)
                for name, value in say.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(say.body) + (100 if say.drop else 0)))
                self.end_headers()
                try:
                    for start in range(0, len(say.body), 1 if say.trickle else 65_536):
                        self.wfile.write(say.body[start : start + (1 if say.trickle else 65_536)])
                        self.wfile.flush()
                        time.sleep(say.trickle)
                except OSError:
                    self.close_connection = True
                self.close_connection = self.close_connection or say.drop

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._server.shutdown()
        self._server.server_close()
