"""The whole house as a person starts it: `manage.py run` on the embedded default, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = ("DATABASE_URL", "REDIS_URL", "HOTLINE_", "TEST_ON", "PYTEST", "DJANGO_", "PORT", "ONCE", "RECORDS")


class Started:
    """A running `manage.py run` and what it has said."""

    def __init__(self, var: Path, *, port: int, stand_ins: int, **more: str) -> None:
        self.port, self.stand_ins, self.var = port, stand_ins, var
        env = {name: value for name, value in os.environ.items() if not name.startswith(STRANGERS)}
        self.env = (
            env
            | {"HOTLINE_VAR": str(var), "PORT": str(port), "STAND_INS_PORT": str(stand_ins), "PYTHONUTF8": "1"}
            | more
        )
        self.output = var / "output.txt"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"], cwd=ROOT, env=self.env, stdout=file, stderr=subprocess.STDOUT
            )

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def up(self) -> None:
        """Wait for the welcome."""
        assert within(120, lambda: "Ctrl-C" in self.said() or self.process.poll() is not None), self.said()
        assert self.process.poll() is None, self.said()

    def whole_day(self) -> None:
        """The platforms send all they have, and all of it is taken in: from here on nothing comes by itself."""
        sent = self.control("send")
        assert within(60, lambda: self.taken_in() == (sent["items"], sent["items_without_identity"])), self.taken_in()

    def taken_in(self) -> tuple[int, int]:
        """(matters, records that wait for a person) in the embedded database."""
        address = f"file:{self.var / 'hotline.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as database:
            counted = "SELECT (SELECT count(*) FROM tickets_inquiry), (SELECT count(*) FROM integrations_inboxitem WHERE lot = 'parked')"
            matters, parked = database.execute(counted).fetchone()
        return matters, parked

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> None:
        """End it by Ctrl-C, and whatever does not listen by force."""
        family = self.family() if self.process.poll() is None else []
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()

    @property
    def address(self) -> str:
        """Where a person opens it."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def passwords(self) -> Mapping[str, str]:
        """Of the demonstration's accounts."""
        written = json.loads((self.var / "demo-accounts.json").read_text(encoding="utf-8"))
        return {account["username"]: account["password"] for account in written["accounts"]}

    def manage(self, *arguments: str) -> str:
        """A command of the house beside it; what it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def control(self, name: str, **body: Any) -> Any:
        """Tell the stand-ins of the platforms what happens (integrations.platforms.control)."""
        answer = httpx.post(f"http://127.0.0.1:{self.stand_ins}/_control/{name}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def book(self, platform: str) -> list[dict[str, Any]]:
        """What a platform has in its own book."""
        answer = httpx.get(
            f"http://127.0.0.1:{self.stand_ins}/_control/book", params={"platform": platform}, timeout=30
        )
        return list(answer.json()["rows"])


def within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def gone(family: list[psutil.Process]) -> bool:
    def lives(member: psutil.Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return bool(member.is_running() and member.status() != psutil.STATUS_ZOMBIE)
        return False

    return not any(lives(member) for member in family)
