"""A real web server whose Redis is not there: signing in and desk work go on, and what must be sent waits as a row."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.db import connection

from tests.hotline.bureau import PASSWORD, Bureau, dispatched, make_bureau
from tests.tickets.making import make_source
from tickets.domain.words import Channel
from tickets.models import OutboxRow, Ticket

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bureau() -> Bureau:
    return make_bureau()


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        address,
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **_elsewhere()})
    try:
        _wait(f"http://{address}/live", process)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


def _elsewhere() -> dict[str, str]:
    """The test's own database, and a Redis where nobody listens."""
    name = str(connection.settings_dict["NAME"])
    parts = urlsplit(os.environ["DATABASE_URL"])
    path = f"/{name}" if connection.vendor == "postgresql" else name
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": urlunsplit(parts._replace(path=path))
        if connection.vendor == "postgresql"
        else f"sqlite:///{name}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server has ended"
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def test_the_desks_work_without_redis(bureau: Bureau, server: str) -> None:
    make_source("hotline", tells=["sign", "contact", "reply"])
    ticket = dispatched(bureau, channel=Channel.HOTLINE)
    with httpx.Client(base_url=server, timeout=10, trust_env=False) as client:
        began = time.monotonic()
        opened = client.post("/api/session", json={"username": "handler", "password": PASSWORD})
        assert opened.status_code == 200, opened.text
        client.headers["X-CSRFToken"] = opened.json()["csrf"]
        for action, body in (("sign", {}), ("contact", {"reached": True, "note": "已电话联系"})):
            etag = client.get(f"/api/tickets/{ticket.number}").headers["ETag"]
            answer = client.post(f"/api/tickets/{ticket.number}/{action}/", json=body, headers={"If-Match": etag})
            assert answer.status_code == 200, answer.text
        assert client.get("/api/worklists").status_code == 200
        assert "我的列表" in client.get(f"/tickets/{ticket.number}/").text
        assert time.monotonic() - began < 15
    assert Ticket.objects.get(pk=ticket.pk).state == "in_progress"
    assert OutboxRow.objects.filter(ticket=ticket, telling="contact", post="pending").exists()
