"""What the logs may say of a request: no query, where words and numbers are looked for, and no token of a one-time link."""

from __future__ import annotations

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

TOKEN = re.compile(r"/join/[^/\s]+")


def bare(address: str) -> str:
    """An address without its query and without the token of a link."""
    return TOKEN.sub("/join/-", address.partition("?")[0])


class AccessLog(Logger):  # type: ignore[misc]
    """Gunicorn's log: method, bare path, status; neither query nor referring page, whatever the format asks for."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """What a line is made of."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = bare(environ.get("RAW_URI", "-"))
        request = f"{environ.get('REQUEST_METHOD')} {path} {environ.get('SERVER_PROTOCOL')}"
        wanted = {name: value for name, value in found.items() if not name.startswith("{")}
        return {**wanted, "r": request, "U": path, "q": "", "f": "-"}

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """A fault, with the bare address of the request it came of."""
        super().exception(msg, *(bare(each) if isinstance(each, str) else each for each in args), **kwargs)


class Covered(logging.Filter):
    """Django's own lines about requests name the path: without the token of a link."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Nothing is dropped."""
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub("/join/-", each) if isinstance(each, str) else each for each in record.args)
        return True
