"""A child process that writes to its own log, dies with its parent, and is ended with everything it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 5 * 1024 * 1024  # bytes; at the next start a larger one makes room, the one before is kept
PATIENCE = 25.0  # seconds between asking and killing: a worker may finish what it holds (20 s)


def dies_with_parent(with_signal: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For ``preexec_fn``: the kernel sends the signal when the parent is gone, however it went (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask


class Child:
    """One part of the house. ``log`` None: it speaks on our own output."""

    def __init__(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path | None) -> None:
        self.name, self.argv, self.env, self.cwd, self.log = name, list(argv), dict(env), cwd, log
        self.process: subprocess.Popen[bytes] | None = None
        self.log_start = 0

    def start(self) -> Child:
        """Start it in a process group of its own."""
        with contextlib.ExitStack() as stack:
            output = None
            if self.log:
                self.log.parent.mkdir(parents=True, exist_ok=True)
                if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
                    self.log.replace(self.log.with_suffix(".log.1"))
                output = stack.enter_context(self.log.open("ab"))
                self.log_start = output.tell()
            self.process = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=dies_with_parent(),
            )
        return self

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs or before it started."""
        return self.process.poll() if self.process else None

    def wait(self) -> int:
        """Until it ends by itself; its exit code."""
        assert self.process is not None  # noqa: S101
        return self.process.wait()

    def written(self) -> str:
        """What it has written to its log since it was started."""
        if not self.log or not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode("utf-8", "replace")

    def last_lines(self, count: int = 20) -> str:
        """The end of that, for a person who asks why it died."""
        return "\n".join(self.written().splitlines()[-count:])

    def signal_group(self, number: int) -> bool:
        """Send a signal to it and all it started; False when nobody is left."""
        if not self.process:
            return False
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def stop(children: Sequence[Child], patience: float = PATIENCE) -> None:
    """End them in the given order of asking: SIGTERM to each leader's group, SIGKILL to what is left after ``patience``."""
    living = [child for child in children if child.process]
    for child in living:
        child.signal_group(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(_group_lives(child) for child in living):
        time.sleep(0.05)
    for child in living:
        child.signal_group(signal.SIGKILL)
        if child.process:
            child.process.wait()


def _group_lives(child: Child) -> bool:
    """Reaps the leader, then asks whether the group still has a member."""
    _ = child.code
    return child.signal_group(0)


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> bool:
    """Poll ``ready`` until it is true; False when the child died or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.code is not None:
            return False
        if ready():
            return True
        time.sleep(0.1)
    return False
