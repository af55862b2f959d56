"""Fire the clocks without Celery: sleeps until the next one is due, and never longer than a second.

While clocks fall due one after another it looks at a steady pace: what a look costs is shared by all that fell due since the last one.
"""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from threading import Event
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from tickets import clock
from tickets.actions import timers

PACE, LONGEST = 0.08, 1.0  # seconds from one look to the next, at least and at most
AFTER_TROUBLE = 2.0


class Command(BaseCommand):
    """``manage.py run_timers`` until SIGTERM or Ctrl-C; ``--once`` fires what is due and ends."""

    help = "Fire due clocks (the same sweep as the Celery task), for when Celery is away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="fire what is due now, say how many, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            swept = timers.sweep(clock.now())
            self.stdout.write(f"已触发 / fired: {swept.fired}，搁置 / set aside: {swept.set_aside}")
            return
        ending = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
        self.stdout.write("时限值守已启动 / timers are running; Ctrl-C ends")
        self.stdout.flush()
        while not ending.is_set():
            ending.wait(self._look())

    def _look(self) -> float:
        """Sweep once; how long to sleep."""
        close_old_connections()
        begun = monotonic()
        try:
            swept = timers.sweep(clock.now(), seconds=10)
            wait = 0.0 if swept.fired or swept.remaining else _until_next()
            return max(wait, PACE - (monotonic() - begun))
        except DatabaseError as error:
            self.stderr.write(f"数据库不可用，稍后重试 / the database does not answer, will retry: {error}")
            return AFTER_TROUBLE


def _until_next() -> float:
    moment = timers.next_moment()
    if moment is None:
        return LONGEST
    return min(LONGEST, (moment - clock.now()).total_seconds())
