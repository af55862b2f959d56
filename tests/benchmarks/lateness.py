"""How late real processes fire: clocks that fall due within a minute, by `run_timers` and by worker and beat, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from time import sleep
from typing import Any

import psutil
from django.db import connection

from config.supervise.processes import Child
from tests.faults import house as houses
from tests.faults.house import House, arm, wait_for
from tests.tickets.making import make_reference
from tickets.models import Event, Timer

from .measuring import Line

#: Clocks, and the seconds within which they fall due.
SIZES = {"XS": (100, 3), "S": (2_000, 12), "M": (10_000, 60), "L": (10_000, 60)}
#: Seconds of lateness at the 99th of a hundred that are aimed at, by door.
AIMS = {"run_timers": 0.1, "beat": 1.5}
CORE_SHARE = 0.1
#: An idle stretch tells what watching alone costs.
IDLE = {"XS": 2, "S": 10, "M": 20, "L": 20}


def run(size: str) -> Iterator[Line]:
    """Each door in its turn, on clocks of its own."""
    make_reference()
    doors: dict[str, Callable[[House], Child]] = {"run_timers": House.start_sweeper, "beat": House.start_worker}
    for name, start in doors.items():
        with houses.opened() as house:
            house.start_redis()
            yield from _measured(name, house, start, size)


def _measured(name: str, house: House, start: Callable[[House], Child], size: str) -> Iterator[Line]:
    count, spread = SIZES[size]
    child = start(house)
    before = _cpu(child)
    sleep(IDLE[size])
    idle = _spent(before, _cpu(child)) / IDLE[size]
    known = Timer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    arm(count, timedelta(seconds=spread), ahead=timedelta(seconds=5 + count / 1000))
    before = _cpu(child)
    assert wait_for(lambda: _fired(known) == count, spread + 120), child.last_lines()
    at_work = _spent(before, _cpu(child)) / spread
    late = sorted(_late(known))
    p99 = late[int(len(late) * 0.99) - 1]
    label = f"{count:,} in {spread} s"
    yield Line(
        f"lateness p99, {name}", label, p99 * 1e6, AIMS[name] * 1e6, p99 / AIMS[name], 1.0, against=f"{AIMS[name]:g} s"
    )
    if name == "run_timers":
        for what, extent, share in (("idle", f"{IDLE[size]} s", idle), ("at work", label, at_work)):
            yield Line(
                f"sweeper and database, {what}", extent, share * 1e6, 1e6, share / CORE_SHARE, 1.0, against="a tenth of a core"
            )  # fmt: skip


def _fired(known: int) -> int:
    return Timer.objects.filter(pk__gt=known, step__gte=2).count()


def _late(known: int) -> list[float]:
    """Seconds from the due moment to the moment of the event, of each clock."""
    due = dict(Timer.objects.filter(pk__gt=known).values_list("pk", "due_at"))
    rows = Event.objects.filter(action="clock_due").values_list("payload", "at")
    told = ((json.loads(payload)["refs"]["timer"], at) for payload, at in rows)
    return [(at - moment).total_seconds() for pk, at in told if (moment := due.get(pk)) is not None]


def _cpu(child: Child) -> dict[int, float]:
    """Seconds on a processor so far, by process: of the door with all it started and of the database's processes but our own."""
    assert child.process
    family = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children(recursive=True)]
    return {process.pid: _seconds(process) for process in [*family, *_backends()]}


def _spent(before: dict[int, float], after: dict[int, float]) -> float:
    """What was used in between; a backend that has ended meanwhile is not there to tell."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _backends() -> list[psutil.Process]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        pids = [pid for (pid,) in cursor.fetchall()]
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def _seconds(process: Any) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
