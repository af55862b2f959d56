"""`manage.py run --once` as a person types it: everything comes up, the main job is done, the last line adds up; in any year."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.supervise import ports

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = (
    "DATABASE_URL",
    "REDIS_URL",
    "HOTLINE_",
    "TEST_ON",
    "PYTEST",
    "DJANGO_",
    "PORT",
    "STAND_INS",
    "ONCE",
    "RECORDS",
)
COUNTS = {"received", "tickets", "joined", "parked", "routed", "replied", "pushed", "accepted", "lost", "journal"}


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """The environment without anything that this run of the tests has brought up, and a folder of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(STRANGERS)}
    return env | {"HOTLINE_VAR": str(tmp_path), "PYTHONUTF8": "1"}


def once(env: dict[str, str]) -> str:
    """What it says on standard output, once it has ended well."""
    places = ["--port", str(ports.any_free()), "--stand-ins-port", str(ports.any_free())]
    done = subprocess.run(
        [sys.executable, "manage.py", "run", "--once", *places],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def years(var: Path) -> set[int]:
    """Of every ticket that this run has registered."""
    (database,) = var.glob("once/*/*.sqlite3")
    with closing(sqlite3.connect(database)) as connection:
        return {int(year) for (year,) in connection.execute("SELECT substr(registered_at, 1, 4) FROM tickets_ticket")}


@pytest.mark.slow
@pytest.mark.parametrize("now", ["", "2027-03-01T09:00+08:00"], ids=["today", "beyond the announced calendar"])
def test_the_main_job_is_done_once(now: str, alone: dict[str, str], tmp_path: Path) -> None:
    said = once(alone | ({"HOTLINE_NOW": now} if now else {}))
    counts = json.loads(said.splitlines()[-1])
    assert set(counts) >= COUNTS
    assert counts["received"] == counts["tickets"] + counts["joined"] + counts["parked"]
    assert counts["tickets"] >= counts["routed"] >= counts["replied"] > 0
    assert counts["pushed"] == counts["accepted"] > 0
    assert (counts["lost"], counts["journal"]) == (0, "ok")
    if now:
        assert years(tmp_path) == {2027}
