"""With the queue away, or deaf, people work on: every act is done at once, what must leave waits in its table."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from config.environment import ROOT
from config.supervise import ports
from tests.faults.house import House, opened
from tickets.models import OutboxRow, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.everywhere]
MOST = 1.0  # seconds, of ten the median: whoever waits for the queue does it every time
TELLINGS = 3  # sign, contact, reply


@pytest.fixture
def away() -> str:
    return f"redis://127.0.0.1:{ports.any_free()}/0"


@pytest.fixture
def deaf() -> Iterator[str]:
    """Takes the connection and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with opened() as house:
        yield house


@pytest.mark.parametrize("queue", ["away", "deaf"])
def test_ten_matters_are_worked_through(house: House, queue: str, request: pytest.FixtureRequest) -> None:
    env = house.environment(REDIS_URL=request.getfixturevalue(queue), HOTLINE_ROLE="web")
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.desk_day"], env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["states"], told["waiting"]) == (["sent"], 10 * TELLINGS)
    assert max(told["seconds"].values()) < MOST, told["seconds"]
    assert time.monotonic() - started < 60
    assert OutboxRow.objects.filter(post="pending").count() == 10 * TELLINGS
    assert Ticket.objects.filter(state="sent").count() == 10
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
