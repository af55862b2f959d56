"""The figures of the board are folded: what the journal's new seals have touched is counted anew, and the difference is added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from time import monotonic
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Max, Min

from tickets.models import Event, Figure, FigureShare, Fold, Seal, Ticket, Timer
from tickets.models.bulk import add_to_sums
from tickets.models.figure import DAY, MONTH, NOW
from tickets.queries import shares
from tickets.queries.freshness import held
from tickets.queries.shares import Part

PART, ROWS = 2_000, 1_000
FOLDER = 7_204_120
PRESENT = date(1970, 1, 1)
CELL = ("grain", "channel", "side", "date", "key", "section")
SUMS = ("numerator", "denominator", "micros")
T = TypeVar("T")
Cell = tuple[str, str, str, date, str, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """``tickets``: how many were counted; ``remaining``: the time ran out, the next call goes on."""

    tickets: int = 0
    remaining: bool = False


def fold(*, now: datetime, seconds: float | None = None, progress: Callable[[int], None] | None = None) -> Folded:
    """Bring the figures to ``now``: the tickets of every new seal, those with a clock that fell due meanwhile, and those still to be
    counted again. A step is one transaction; safe to run twice at once. Ends when all is in, or ``seconds`` are over.
    """
    until = None if seconds is None else monotonic() + seconds
    done = 0
    while (step := _step(now)) is not None:
        done += step
        if progress is not None:
            progress(done)
        if until is not None and monotonic() >= until:
            return Folded(done, remaining=True)
    return Folded(done)


@transaction.atomic
def begin_again() -> None:
    """Forget every figure: the next folds count all tickets anew."""
    _lock()
    for model in (Figure, FigureShare):
        model.objects.all().delete()
    Fold.objects.all().delete()


@held()
@transaction.atomic
def _step(now: datetime) -> int | None:
    """One seal, or one part of the tickets to be counted again; how many tickets. None: everything is in."""
    _lock()
    state = Fold.objects.first() or _first()
    if state.definition != (wanted := shares.definition()):
        state.definition, state.again_below = wanted, (Ticket.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    touched = _of_next_seal(state)
    if touched is None:
        touched = _fallen_due(state, now)
        if not touched and not state.again_below:
            state.save()
            return None
        touched |= _again(state)
    moment = max(now, state.as_of or now)
    changed = [_count(part, moment) for part in _parts(sorted(touched), PART)]
    state.serial += any(changed)
    state.save()
    return len(touched)


def _parts(whole: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(whole)
    while part := list(islice(rest, size)):
        yield part


def _lock() -> None:
    """Folders one after another: on PostgreSQL an advisory lock, on SQLite its one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])


def _first() -> Fold:
    """The beginning: what is sealed by now is counted as it stands, from the newest ticket down."""
    return Fold(pk=1, seal=Seal.objects.aggregate(last=Max("pk"))["last"] or 0)


def _of_next_seal(state: Fold) -> set[int] | None:
    """The tickets of the next seal, in the order of sealing; None when there is none."""
    following = Seal.objects.filter(pk__gt=state.seal).aggregate(next=Min("pk"))["next"]
    if following is None:
        return None
    state.seal = following
    rows = Event.objects.filter(seal_id=following, ticket__isnull=False).order_by()
    return set(rows.values_list("ticket_id", flat=True).distinct())


def _fallen_due(state: Fold, now: datetime) -> set[int]:
    """Tickets with a clock whose due moment has passed since the last fold: a clock met before it is due stands in no base until then,
    and nothing is journalled at that moment."""
    since, state.as_of = state.as_of, now if state.as_of is None else max(now, state.as_of)
    if since is None or state.as_of == since:
        return set()
    rows = Timer.objects.filter(due_at__gt=since, due_at__lte=state.as_of).order_by()
    return set(rows.values_list("ticket_id", flat=True).distinct())


def _again(state: Fold) -> set[int]:
    """The next part of the tickets that are to be counted again, the newest first."""
    rows = Ticket.objects.filter(pk__lt=state.again_below).order_by("-pk").values_list("pk", flat=True)
    found = list(rows[:PART]) if state.again_below else []
    state.again_below = found[-1] if len(found) == PART else 0
    return set(found)


def _count(ticket_ids: Sequence[int], now: datetime) -> bool:
    """Count these tickets anew and add the difference to the figures; whether there was one."""
    ids = sorted(_with_family(ticket_ids))
    new = shares.of(ids, now)
    old = {row.ticket_id: row for row in FigureShare.objects.filter(pk__in=ids)}
    cells: dict[Cell, Counter[str]] = defaultdict(Counter)
    changed = []
    for pk in ids:
        plain = [part.plain() for part in new.get(pk, ())]
        before = old[pk].parts if pk in old else []
        if plain != before:
            changed.append(FigureShare(ticket_id=pk, parts=plain))
            _add(cells, (Part.of(kept) for kept in before), -1)
            _add(cells, new.get(pk, ()), 1)
    FigureShare.objects.bulk_create(
        changed, ROWS, update_conflicts=True, update_fields=["parts"], unique_fields=["ticket"]
    )
    rows = [(*cell, *(sums[name] for name in SUMS)) for cell, sums in sorted(cells.items()) if any(sums.values())]
    for some in _parts(rows, ROWS):
        add_to_sums(Figure, some, CELL, SUMS)
    return bool(changed)


def _with_family(ticket_ids: Sequence[int]) -> set[int]:
    """What is merged counts with what it was merged into."""
    rows = Ticket.objects.filter(pk__in=ticket_ids, parent__isnull=False).values_list("parent_id", flat=True)
    return {*ticket_ids, *rows, *Ticket.objects.filter(parent__in=ticket_ids).values_list("pk", flat=True)}


def _add(cells: dict[Cell, Counter[str]], parts: Iterable[Part], times: int) -> None:
    for part in parts:
        for grain, day in _days(part):
            for channel in ("", part.channel):
                sums = cells[grain, channel, part.side, day, part.key, part.section]
                sums["numerator"] += times * part.counted
                sums["denominator"] += times
                sums["micros"] += times * part.micros


def _days(part: Part) -> tuple[tuple[str, date], ...]:
    """The cells of a part by time. A topic is asked by months and days like everything else."""
    if part.day is None:
        return ((NOW, PRESENT),)
    return ((DAY, part.day), (MONTH, part.day.replace(day=1)))
