"""Real workers and sweepers are killed, cut off and robbed of their queue while clocks fall due: in the end each fired once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tests.faults import house as houses
from tests.faults.house import House, Tally, arm, fired, tally, wait_for
from tickets import clock
from tickets.actions import seals
from tickets.models import Notice
from tickets.queries import journal

#: `make faults CLOCKS=1000000` asks for more.
CLOCKS = int(os.environ.get("CLOCKS") or 2000)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.everywhere,
    pytest.mark.worker,
    pytest.mark.slow,
    pytest.mark.timeout(300 + CLOCKS // 100),
]
#: Seconds until something must have happened, with so many clocks.
SOON, IN_THE_END = 30 + CLOCKS / 500, 60 + CLOCKS / 100
ON_POSTGRESQL = connection.vendor == "postgresql"
Say = Callable[[str], None]


@pytest.fixture
def house(db: None, settings: Any) -> Iterator[House]:
    with houses.opened() as opened:
        settings.CHECKPOINT_FILE = (
            opened.folder / "journal" / settings.WORKER / "checkpoint.jsonl"
        )  # as its parts see it
        opened.start_redis()
        yield opened


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """The figures, past pytest's own ears."""

    def said(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return said


def rest(number: int, seconds: float = 40, steps: Sequence[int] = (2, 3)) -> Tally:
    """Wait for the last, give a straggler time to fire something twice, then count; the journal must prove itself."""
    wait_for(lambda: fired() >= number, seconds)
    time.sleep(1.5)
    seals.seal(now=clock.now())
    verdict = journal.verify()
    assert verdict.ok, verdict.bad
    return tally(steps)


def killed_in_mid_sweep(house: House, worker: houses.Child) -> None:
    """The trays are held, the sweep waits for them in the middle of its transaction, behind its events, and dies there."""
    if not ON_POSTGRESQL:
        house.kill(worker)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Notice._meta.db_table} IN SHARE MODE")
        assert wait_for(somebody_waits, 15)
        house.kill(worker)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the view would stand still
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def cut_all_connections() -> int:
    """What a restarting PostgreSQL does to everybody but us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def test_kill_9_in_mid_sweep_and_a_flushed_redis(house: House, say: Say) -> None:
    """Twice killed, twice flushed; what the queue held does not matter, what was half done is done again, nothing twice."""
    number, started = CLOCKS, time.monotonic()
    worker = house.start_worker()
    arm(number, timedelta(seconds=max(8, number / 1000)))
    assert wait_for(lambda: fired() > number * 0.1, SOON), worker.last_lines()
    killed_in_mid_sweep(house, worker)
    at_kill = fired()
    held = house.flush_redis()
    worker = house.start_worker()
    assert wait_for(lambda: fired() > at_kill, SOON), worker.last_lines()
    held += house.flush_redis()
    house.kill(worker)
    house.start_worker()
    counted = rest(number, IN_THE_END)
    say(f"{number} clocks, 2 kill -9 (the first at {at_kill} fired), 2 flushes of {held} keys: lost {counted.lost},"
        f" doubled {counted.doubled}, {time.monotonic() - started:.0f} s")  # fmt: skip
    assert 0 < at_kill < number
    assert counted == Tally(number, lost=0, doubled=0)


def test_with_redis_stopped_the_command_carries_on_and_the_worker_comes_back(house: House, say: Say) -> None:
    """Degraded is not down: no clock waits for the queue; and nobody needs to restart the worker afterwards."""
    number, started = 600, time.monotonic()
    worker = house.start_worker()
    arm(number // 2, timedelta(seconds=2))
    assert wait_for(lambda: fired() > 0, 30), worker.last_lines()
    house.stop_redis()
    sweeper = house.start_sweeper()
    assert wait_for(lambda: fired() == number // 2, 30), sweeper.last_lines()
    house.kill(sweeper)
    house.start_redis()
    arm(number // 2, timedelta(seconds=1))
    counted = rest(number)
    say(
        f"{number} clocks, Redis away and back: lost {counted.lost}, doubled {counted.doubled}, {time.monotonic() - started:.0f} s"
    )
    assert counted == Tally(number, lost=0, doubled=0), worker.last_lines()


def test_three_sweepers_at_once_while_the_database_cuts_their_connections(house: House, say: Say) -> None:
    """A worker and two commands want the same rows; on PostgreSQL all their connections are cut four times in between."""
    number, started, cut = 900, time.monotonic(), 0
    sweepers = [house.start_worker(), house.start_sweeper(), house.start_sweeper()]
    arm(number, timedelta(seconds=5))
    while fired() < number and time.monotonic() - started < 60:
        time.sleep(1)
        cut += cut_all_connections() if ON_POSTGRESQL and cut < 12 else 0
    counted = rest(number)
    say(f"{number} clocks, 3 sweepers, {cut} connections cut: lost {counted.lost}, doubled {counted.doubled},"
        f" {time.monotonic() - started:.0f} s")  # fmt: skip
    assert counted == Tally(number, lost=0, doubled=0)
    assert [sweeper.code for sweeper in sweepers] == [None] * 3, [sweeper.last_lines() for sweeper in sweepers]


def test_two_beats_and_two_workers_fire_each_clock_once(house: House, say: Say) -> None:
    """Somebody starts the service twice: two beats send twice as many wake-ups, and nothing comes twice."""
    number, started = 600, time.monotonic()
    workers = [house.start_worker(), house.start_worker()]
    arm(number, timedelta(seconds=4))
    counted = rest(number)
    say(f"{number} clocks, 2 beats: lost {counted.lost}, doubled {counted.doubled}, {time.monotonic() - started:.0f} s")
    assert counted == Tally(number, lost=0, doubled=0), workers[0].last_lines()


def test_with_a_deaf_redis_the_command_carries_on_and_the_worker_comes_back(house: House, say: Say) -> None:
    """Half-open is worse than gone: nothing is refused, nothing is answered."""
    number, started = 400, time.monotonic()
    worker = house.start_worker()
    with house.deaf_redis():
        arm(number // 2, timedelta(seconds=2))
        sweeper = house.start_sweeper()
        assert wait_for(lambda: fired() == number // 2, 30), sweeper.last_lines()
        house.kill(sweeper)
    arm(number // 2, timedelta(seconds=1))
    back = time.monotonic()
    counted = rest(number, 60)
    say(f"{number} clocks, Redis deaf and back: lost {counted.lost}, doubled {counted.doubled}, recovered in"
        f" {time.monotonic() - back:.0f} s, {time.monotonic() - started:.0f} s")  # fmt: skip
    assert counted == Tally(number, lost=0, doubled=0), worker.last_lines()


def test_after_eight_days_all_is_drained_in_one_go_and_told_in_few_lines(house: House, say: Say) -> None:
    """The long holiday: the machine was off. What fell due meanwhile fires at once; each person reads a line, not a thousand."""
    number = 1200
    arm(number, timedelta(days=7), ahead=-timedelta(days=8))
    started = time.monotonic()
    worker = house.start_worker()
    counted = rest(number, 60, steps=(2, 3, 4, 5))  # chief, office and leader as well
    lines = Notice.objects.count()
    say(f"{number} clocks of eight days: lost {counted.lost}, doubled {counted.doubled}, {lines} lines in the trays,"
        f" {time.monotonic() - started:.0f} s")  # fmt: skip
    assert counted == Tally(number, lost=0, doubled=0), worker.last_lines()
    assert lines < number / 20


def test_a_clock_that_steps_fires_nothing_twice(house: House, say: Say) -> None:
    """Set an hour ahead and back again: the hour's clocks fire early once, and are silent when it comes by again."""
    number = 300
    arm(number // 2, timedelta(minutes=30), ahead=timedelta(minutes=10))
    ahead = house.start_sweeper(HOTLINE_CLOCK_OFFSET="3600")
    assert wait_for(lambda: fired() == number // 2, 30), ahead.last_lines()
    house.kill(ahead)
    back = house.start_sweeper(HOTLINE_CLOCK_OFFSET="0")
    arm(number // 2, timedelta(seconds=2))
    counted = rest(number)
    say(f"{number} clocks, the clock an hour ahead and back: lost {counted.lost}, doubled {counted.doubled}")
    assert counted == Tally(number, lost=0, doubled=0), back.last_lines()


@pytest.mark.alone
def test_the_database_crashes_and_recovers(house: House, say: Say) -> None:
    """A backend is shot: PostgreSQL ends every connection, recovers from its log and goes on; nobody restarts the worker."""
    number, started = CLOCKS, time.monotonic()
    worker = house.start_worker()
    arm(number, timedelta(seconds=max(6, number / 1000)))
    settle()
    assert wait_for(lambda: fired() > number * 0.1, SOON), worker.last_lines()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), clock_timestamp()")
        shot, moment = cursor.fetchone()
        os.kill(shot, signal.SIGKILL)
    back = time.monotonic()
    assert wait_for(lambda: recovered_since(moment), 30)
    recovered = time.monotonic() - back
    counted = rest(number, IN_THE_END)
    say(f"{number} clocks, a crash of PostgreSQL recovered in {recovered:.1f} s: lost {counted.lost}, doubled {counted.doubled},"
        f" {time.monotonic() - started:.0f} s")  # fmt: skip
    assert counted == Tally(number, lost=0, doubled=0), worker.last_lines()


def settle() -> None:
    """What is committed so far survives a crash: the tests' database does not wait for its log otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def recovered_since(moment: datetime) -> bool:
    """Whether the database answers, with a checkpointer that began later: it still takes a connection before it notices the shot."""
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_and(backend_start > %s) FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
                [moment],
            )
            return bool(cursor.fetchone()[0])
    except OperationalError:
        return False
