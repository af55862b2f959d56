"""A house of real processes for the faults: a Redis of its own, a Celery worker with the beat, sweepers, on the tests' database."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
from django.db import connection

from config.environment import ROOT
from config.supervise import ports
from config.supervise.processes import Child, stop, wait_until
from config.supervise.redis import answers, binary, command
from tests.tickets.making import make_section, make_tickets
from tickets import clock
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Event, Notice, Ticket, Timer

SIX = [
    (side, kind) for side in (Side.INNER, Side.OUTER) for kind in (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.REPLY)
]
SLICE = 6 * 500
WORKER = [
    "-B",
    "-P",
    "threads",
    "-c",
    "4",
    "--loglevel",
    "INFO",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]


def database_url() -> str:
    """The tests' database as a program outside must name it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@dataclass
class House:
    """Its parts are started and hurt by the tests; ``close`` ends them all."""

    folder: Path
    port: int = field(default_factory=ports.any_free)
    children: list[Child] = field(default_factory=list)
    redis: Child | None = None

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def environment(self, **more: str) -> dict[str, str]:
        """No stand-in of the platforms is at home: nothing but the clocks is at work."""
        told = {
            "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database_url(), "REDIS_URL": self.redis_url,
            "HOTLINE_VAR": str(self.folder), "STAND_INS_URL": f"http://127.0.0.1:{ports.any_free()}", "PULL_EVERY": "3600",
            "STAND_INS_FOLDER": str(self.folder / "platforms"), "PYTHONUNBUFFERED": "1", **more,
        }  # fmt: skip
        return os.environ | told

    def start_redis(self) -> None:
        server = binary()
        assert server
        folder = self.folder / "redis"
        folder.mkdir(exist_ok=True)
        self.redis = self._start("redis", command(server, folder=folder, port=self.port))
        assert wait_until(lambda: answers(self.redis_url), self.redis, 20), self.redis.last_lines()

    def stop_redis(self) -> None:
        assert self.redis
        stop([self.redis])

    @contextmanager
    def deaf_redis(self) -> Iterator[None]:
        """Half-open: it holds its connections and takes new ones, and answers nobody."""
        assert self.redis
        self.redis.signal_group(signal.SIGSTOP)
        try:
            yield
        finally:
            self.redis.signal_group(signal.SIGCONT)

    def flush_redis(self) -> int:
        """Everything Redis holds is gone; how many keys there were."""
        with redis.Redis.from_url(self.redis_url) as client:
            held = client.dbsize()
            client.flushall()
        return int(held)

    def start_worker(self) -> Child:
        """The worker as `make run` starts it; returns when it is ready."""
        name = f"fault-{len(self.children)}"
        worker = self._start(
            name, [sys.executable, "-m", "celery", "-A", "config", "worker", *WORKER, "-n", f"{name}@%h"]
        )
        assert wait_until(lambda: " ready." in worker.written(), worker, 60), worker.last_lines()
        return worker

    def start_sweeper(self, **more: str) -> Child:
        """`manage.py run_timers`; returns when it runs."""
        sweeper = self._start(f"sweeper-{len(self.children)}", [sys.executable, "manage.py", "run_timers"], **more)
        assert wait_until(lambda: "timers are running" in sweeper.written(), sweeper, 60), sweeper.last_lines()
        return sweeper

    def kill(self, child: Child) -> None:
        """`kill -9` of the process alone: what it started is left behind, as in life."""
        assert child.process
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(10)

    def _start(self, name: str, argv: list[str], **more: str) -> Child:
        child = Child(name, argv, env=self.environment(**more), cwd=ROOT, log=self.folder / f"{name}.log").start()
        self.children.append(child)
        return child

    def close(self) -> None:
        """SIGKILL for everybody, the left-behind too: the tables are emptied next."""
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process:
                child.process.wait(10)


@contextmanager
def opened() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="hotline-faults-"))
    house = House(folder)
    try:
        yield house
    finally:
        house.close()
        shutil.rmtree(folder, ignore_errors=True)


# --- clocks ----------------------------------------------------------------------------------------------------------


def arm(number: int, spread: timedelta, *, ahead: timedelta = timedelta(seconds=1)) -> None:
    """``number`` clocks, six a ticket, that fall due one after another within ``spread``, the first of them ``ahead`` of now. Each has
    two things to do when it is due: a line for the section and one for its chief."""
    section, first = make_section(), clock.now() + ahead
    for begin in range(0, number, SLICE):
        places = range(begin, min(begin + SLICE, number))
        tickets = make_tickets(
            -(-len(places) // len(SIX)), section=section, channel=Channel.DIRECT, state=State.IN_PROGRESS.value
        )
        Timer.objects.bulk_create(
            _timer(tickets[(place - begin) // len(SIX)], *SIX[place % len(SIX)], due=first + spread * place / number)
            for place in places
        )


def _timer(ticket: Ticket, side: Side, kind: ClockKind, due: datetime) -> Timer:
    return Timer(
        ticket=ticket, section=ticket.section, channel=ticket.channel, kind=kind.value, side=side.value,
        terms={"amount": "1", "unit": "clock_hours"}, started_at=due - timedelta(hours=1),
        platform_due_at=due, due_at=due, next_at=due,
    )  # fmt: skip


def fired() -> int:
    """Clocks whose due moment stands in the journal."""
    return Event.objects.filter(action="clock_due").count()


def wait_for(reached: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true before the time was over. What takes long to ask (a count of a million) is asked seldom."""
    deadline = time.monotonic() + seconds
    while (begin := time.monotonic()) < deadline:
        if reached():
            return True
        time.sleep(max(0.05, 9 * (time.monotonic() - begin)))
    return reached()


@dataclass(frozen=True)
class Tally:
    """What came of the clocks: for each of its steps one event in the journal, and told in the trays once, by itself or
    counted in a line of many; no more, no fewer."""

    clocks: int
    lost: int
    doubled: int


def tally(steps: Sequence[int] = (2, 3)) -> Tally:
    """By the rows alone; each clock has taken these steps."""
    clocks = list(Timer.objects.values_list("pk", flat=True))
    wanted = {(pk, step) for pk in clocks for step in steps}
    told = sum(facts.get("count", 1) for facts in Notice.objects.values_list("facts", flat=True))
    said = (json.loads(payload)["refs"] for payload in _events())
    events = Counter((refs["timer"], refs["step"]) for refs in said)
    lost = max(len(wanted) - told, 0) + len(wanted - events.keys())
    return Tally(len(clocks), lost, told + events.total() + lost - 2 * len(wanted))


def _events() -> Iterable[str]:
    return Event.objects.filter(action__startswith="clock").values_list("payload", flat=True)
