"""The shipped default is one SQLite file: six writers at once are never told that it is locked, and no chain forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from config.environment import ROOT

pytestmark = pytest.mark.slow
PROCESSES, THREADS, ACTS = 3, 2, 25


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    told = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/house.sqlite3", "HOTLINE_VAR": str(tmp_path),
        "CHECKPOINT": str(tmp_path / "checkpoint.jsonl"), "DJANGO_SETTINGS_MODULE": "tests.tickets.queries.elsewhere",
    }  # fmt: skip
    return os.environ | told


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_six_writers_are_never_locked_out(env: dict[str, str]) -> None:
    manage(env, "migrate", "--verbosity", "0")
    command = [sys.executable, "-m", "tests.faults.sqlite_writer", str(THREADS), str(ACTS)]
    writers = [
        subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    told: Counter[str] = Counter()
    for writer in writers:
        out, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err[-3000:]
        told.update(json.loads(out))
    rounds = PROCESSES * THREADS * ACTS
    assert told == {"done": rounds}
    manage(env, "journal", "checkpoint")
    assert f"ok: {3 * rounds} events, {rounds} tickets" in manage(env, "journal", "verify")
