"""Reference rows kept in memory, and one cheap question per use: has anybody edited them since?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import connection, models

T = TypeVar("T")
Version = tuple[Any, ...]
#: The number tells of a row whose transaction ended after that of a higher id (PostgreSQL), the moment of an id that came again after a
#: transaction was rolled back (SQLite).
FACTS = {"postgresql": ("max(history_id)", "count(*)"), "sqlite": ("max(history_id)", "count(*)", "max(history_date)")}
_held: ContextVar[dict[int, Any] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Ask only once inside: for one action that starts several clocks under the same calendar and policies."""
    token = _held.set({}) if _held.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _held.reset(token)


@contextmanager
def held_together(*cached: Cached[Any]) -> Iterator[None]:
    """``held``, with all of these asked in one statement as soon as one of them is wanted."""
    with held():
        holding: dict[int, Any] = _held.get()  # type: ignore[assignment]  # there inside ``held``
        waiting = unasked(*cached)
        holding.update(dict.fromkeys(map(id, waiting), _Together(waiting)))
        yield


def unasked(*cached: Cached[Any]) -> list[Cached[Any]]:
    """Those of these that what is ``held`` has not asked for yet: another statement may bring their ``parts`` along (``brought``)."""
    holding = _held.get()
    return [] if holding is None else [each for each in cached if isinstance(holding.get(id(each)), _Together | None)]


def brought(cached: Sequence[Cached[Any]], values: Sequence[Any]) -> None:
    """What came along for these, inside ``held``: the values of all their ``parts``, one after another."""
    holding: dict[int, Any] = _held.get()  # type: ignore[assignment]  # there inside ``held``
    for each, version in zip(cached, _parted(cached, values), strict=True):
        holding[id(each)] = _Asked(version)


@dataclass(frozen=True, slots=True, eq=False)
class _Together:
    """None of these has been wanted yet; the first that is asks for all that have not gone to a wider company meanwhile."""

    cached: Sequence[Cached[Any]]

    def ask(self, holding: dict[int, Any]) -> None:
        mine = [each for each in self.cached if holding[id(each)] is self]
        brought(mine, _values(mine))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The version is known; the value is built when somebody wants it."""

    version: Version


def _values(cached: Sequence[Cached[Any]]) -> Sequence[Any]:
    """The values of all their parts, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(part for each in cached for part in each.parts)}")
        values: Sequence[Any] = cursor.fetchone()
    return values


def _parted(cached: Sequence[Cached[Any]], values: Sequence[Any]) -> Iterator[Version]:
    """The version of each."""
    rest = iter(values)
    for each in cached:
        yield (connection.alias, *islice(rest, len(each.parts)))


class Cached(Generic[T]):
    """A value built from rows of ``kinds`` and built anew as soon as their history has grown, in every process.

    The version is what ``FACTS`` says of the history rows: reference rows are only changed with history.
    """

    def __init__(self, build: Callable[[], T], *kinds: type[models.Model]) -> None:
        self._build, self._kinds = build, kinds
        self._kept: tuple[Version, T] | None = None

    def get(self) -> T:
        """The value as the rows are now: one query while nothing has changed, none again while ``held``."""
        holding = _held.get()
        if holding is None:
            return self._asked()
        known = holding.get(id(self))
        if isinstance(known, _Together):
            known.ask(holding)
            known = holding[id(self)]
        if known is None or isinstance(known, _Asked):
            holding[id(self)] = self.as_of(known.version if known else self.version())
        value: T = holding[id(self)]
        return value

    def _asked(self) -> T:
        return self.as_of(self.version())

    def as_of(self, version: Version) -> T:
        """The value for this version: kept, or built now."""
        kept = self._kept
        if kept is None or kept[0] != version:
            kept = self._kept = (version, self._build())
        return kept[1]

    def version(self) -> Version:
        """What differs as soon as a row is added, changed or deleted."""
        return next(_parted([self], _values([self])))

    @cached_property
    def parts(self) -> list[str]:
        """What its version is made of, as columns of a SELECT."""
        tables = [connection.ops.quote_name(kind.history.model._meta.db_table) for kind in self._kinds]  # type: ignore[attr-defined]
        return [f"(SELECT {what} FROM {table})" for table in tables for what in FACTS[connection.vendor]]  # noqa: S608 (names of our own tables)
