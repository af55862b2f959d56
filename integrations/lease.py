"""A job that only one may do at a time: a row with a token and an end, so that whoever dies holding it loses it by itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Manager, Q

SPAN = timedelta(seconds=60)


@dataclass
class Grip:
    """A lease being held; ``keep`` must be called now and then, ``until`` is when it ends without that."""

    rows: Manager[Any]
    name: str
    token: str
    until: datetime
    span: timedelta
    clock: Callable[[], datetime]

    def keep(self) -> bool:
        """Hold on for another span once a third of it is used; False when somebody else has it by now: stop working."""
        now = self.clock()
        if self.until - now > self.span * 2 / 3:
            return True
        self.until = now + self.span
        return bool(self._mine().update(until=self.until))

    def let_go(self, until: datetime | None = None) -> None:
        """Give it back, or leave it locked ``until`` a moment (a pause nobody needs to sit through)."""
        self._mine().update(token="", until=until)

    def _mine(self) -> Any:
        return self.rows.filter(name=self.name, token=self.token)


def take(rows: Manager[Any], name: str, *, clock: Callable[[], datetime], span: timedelta = SPAN) -> Grip | None:
    """The lease called ``name`` among ``rows`` (name, token, until), or None while another holds it. One conditional UPDATE decides."""
    now, token = clock(), secrets.token_hex(16)
    free = Q(until=None) | Q(until__lte=now)
    if not _take(rows, name, free, token, now + span):
        if rows.filter(name=name).exists():
            return None
        rows.bulk_create([rows.model(name=name)], ignore_conflicts=True)
        if not _take(rows, name, free, token, now + span):
            return None
    return Grip(rows, name, token, now + span, span, clock)


def _take(rows: Manager[Any], name: str, free: Q, token: str, until: datetime) -> bool:
    return rows.filter(free, name=name).update(token=token, until=until) == 1


@contextmanager
def held(
    rows: Manager[Any], name: str, *, clock: Callable[[], datetime], span: timedelta = SPAN
) -> Iterator[Grip | None]:
    """``take`` for the length of a block; None inside the block means: somebody else is at it."""
    grip = take(rows, name, clock=clock, span=span)
    try:
        yield grip
    finally:
        if grip is not None:
            grip.let_go()
