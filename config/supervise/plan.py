"""What the house is made of: addresses, folders, and the command line of every part."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from config import clockwork, secrets
from config.environment import ROOT, text

from . import redis


@dataclass(frozen=True)
class Plan:
    """One start of the house. ``var`` holds everything it writes; ``runtime`` is a short path for sockets;
    ``records``: a folder of records the stand-ins serve instead of their made-up ones."""

    var: Path
    runtime: Path
    port: int = 8600
    stand_ins_port: int = 8610
    host: str = "127.0.0.1"
    records: Path | None = None
    once: bool = False
    clock_offset: str = field(default_factory=lambda: str(clockwork.offset().total_seconds()))  # once, for all parts

    @property
    def address(self) -> str:
        """Where a person opens it."""
        return f"http://{self.host}:{self.port}"

    @property
    def local(self) -> str:
        """The same, from this machine: a server that listens everywhere is asked on loopback."""
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104

    @property
    def stand_ins(self) -> str:
        """Where the platforms' stand-ins listen."""
        return f"http://127.0.0.1:{self.stand_ins_port}"

    @property
    def socket(self) -> Path:
        """Redis's socket: the kernel allows about a hundred characters."""
        return self.runtime / "redis.sock"

    @property
    def own_redis(self) -> bool:
        """Whether we start Redis: only when nobody named one."""
        return not text("REDIS_URL")

    @property
    def redis_url(self) -> str:
        """The queue's address as Celery reads it."""
        return f"redis+socket://{self.socket}" if self.own_redis else text("REDIS_URL")

    def environment(self) -> dict[str, str]:
        """What every part is told."""
        told = {
            "DJANGO_SETTINGS_MODULE": text("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
            "HOTLINE_VAR": str(self.var),
            "HOTLINE_CLOCK_OFFSET": self.clock_offset,
            "REDIS_URL": self.redis_url,
            "STAND_INS_URL": self.stand_ins,
            "STAND_INS_FOLDER": str(self.var / "platforms"),
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }
        dropped = {"HOTLINE_NOW", "HOTLINE_ROLE"} | secrets.from_file
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | told

    def manage(self, *arguments: str) -> list[str]:
        """A Django command."""
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def once_command(self) -> list[str]:
        """The main job, with the records whose replies the demonstration staff looks up."""
        return self.manage("once", *(["--records", str(self.records)] if self.records else []))

    def redis(self, server: str) -> list[str]:
        """The queue's server."""
        return redis.command(server, folder=self.var / "redis", socket=self.socket)

    def worker(self) -> list[str]:
        """One Celery worker with the beat inside: threads, because SQLite wants few writers and memory is small."""
        options = ["-B", "-P", "threads", "-c", "4", "--loglevel", "INFO", "-n", f"house-{os.getpid()}@%h"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return [sys.executable, "-m", "celery", "-A", "config", "worker", *options, *quiet]

    def web(self) -> list[str]:
        """The pages and the API."""
        options = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "20"]
        where = ["--bind", f"{self.host}:{self.port}", "--worker-tmp-dir", str(self.runtime), "--access-logfile", "-"]
        log = ["--logger-class", "config.logs.AccessLog"]
        return [sys.executable, "-m", "gunicorn", "config.wsgi:application", *options, *where, *log]

    def platforms(self) -> list[str]:
        """The stand-ins of the four outside platforms."""
        where = ["--port", str(self.stand_ins_port), "--folder", str(self.var / "platforms")]
        push = ["--push-to", f"http://127.0.0.1:{self.port}/hooks/business"]
        clock = ["--clock-offset", self.clock_offset]
        still = self.once or text("AUTOPILOT") == "0"  # a single run compares the books: nothing may move by itself
        life = [] if still else ["--autopilot"]
        records = ["--records", str(self.records)] if self.records else []
        return [sys.executable, "-m", "integrations.platforms", *where, *push, *clock, *life, *records]
