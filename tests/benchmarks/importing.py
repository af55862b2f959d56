"""The batch intake against COPY of prepared bytes into the same tables: the same rows, with every index, constraint and trigger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from statistics import median

from django.apps import apps
from django.db import connection, transaction

from tests.journeys.office import open_office
from tickets.actions import intake
from tickets.actions.intake import batch
from tickets.actions.intake.copying import Sheet, copy
from tickets.actions.intake.openings import sort_out
from tickets.actions.intake.preparing import Preparation
from tickets.domain.actors import platform
from tickets.domain.messages import Incoming
from tickets.models import Route, Section
from tickets.queries import journal

from .matters import stream, take
from .measuring import Line, seconds

#: Tickets by each of the two ways, and how many at once.
SIZES = {"XS": (60, 30), "S": (5_000, 2_500), "M": (50_000, 5_000), "L": (250_000, 5_000)}
SINGLE = {"XS": 5, "S": 20, "M": 50, "L": 100}
ACTOR = platform("import")


def run(size: str) -> Iterator[Line]:
    """Ratios of rates (COPY's time by ours, in which the rows are still to be made: routing, deadlines, encryption, journal), what of
    it the making is, the replay, and the single way for the record."""
    count, chunk = SIZES[size]
    now = _bureau()
    source = stream(now)
    ours, made, copied, replayed = [], [], [], []
    for _ in range(count // chunk):
        incomings = take(source, chunk)
        ours.append(seconds(lambda incomings=incomings: _receive(incomings, now)))
        others, sheets = take(source, chunk), list[Sheet]()
        made.append(seconds(lambda sheets=sheets, others=others: sheets.extend(_prepared(others, now))))
        copied.append(seconds(lambda sheets=sheets: _copy(sheets)))
        replayed.append(seconds(lambda incomings=incomings: _replay(incomings, now)))
    label = f"{count:,} by {chunk:,}"
    batch_us, copy_us = median(ours) / chunk * 1e6, median(copied) / chunk * 1e6
    yield Line("import, rate", label, batch_us, copy_us, copy_us / batch_us, 0.7, "at least", "COPY of the same rows")
    made_us = median(made) / chunk * 1e6
    yield Line("import, making the rows", label, made_us, copy_us, made_us / copy_us, against="COPY of the same rows")
    _assert_replay_writes_nothing(incomings, now)
    replay_us = median(replayed) / chunk * 1e6
    yield Line("replay, 0 rows", label, replay_us, batch_us, replay_us / batch_us, 1.0, "at most", "the import itself")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    singles = take(source, SINGLE[size])
    single_us = seconds(lambda: _one_by_one(singles, now)) / len(singles) * 1e6
    yield Line(
        "single way, rate", f"{len(singles)}", single_us, copy_us, copy_us / single_us, against="COPY of the same rows"
    )
    if size in ("XS", "S"):
        verdict = journal.verify()
        assert verdict.ok, verdict.bad


def _bureau() -> datetime:
    """Sections, platforms, policies and calendar; five rules, so that half of the matters are dispatched by rule."""
    office = open_office()
    roads = Section.objects.get(code="roads")
    for place, word in enumerate(("路面破损", "路灯", "井盖", "积水")):
        Route.objects.create(name=word, order=10 + place, section=roads, conditions={"words": [word]})
    return office.now


def _receive(incomings: list[Incoming], now: datetime) -> None:
    done = batch.receive_many(incomings=incomings, actor=ACTOR, now=now)
    assert done.counts == {"ticket": len(incomings)}, done.counts


def _replay(incomings: list[Incoming], now: datetime) -> None:
    done = batch.receive_many(incomings=incomings, actor=ACTOR, now=now)
    assert done.counts == {"calm": len(incomings)}, done.counts


def _one_by_one(incomings: list[Incoming], now: datetime) -> None:
    for incoming in incomings:
        intake.receive(incoming=incoming, actor=ACTOR, now=now)


def _prepared(incomings: list[Incoming], now: datetime) -> list[Sheet]:
    """Everything but the sending; the bytes are made here, outside the time taken."""
    found = sort_out(incomings, now)
    assert found.known is not None
    assert len(found.openings) == len(incomings)
    prepared = Preparation(found.openings, found.known, ACTOR, now)
    sheets = [sheet for part in prepared.parts(len(incomings)) for sheet in part]
    assert sum(len(sheet.payload) for sheet in sheets) > 0
    return sheets


@transaction.atomic
def _copy(sheets: list[Sheet]) -> None:
    copy(sheets)


def _assert_replay_writes_nothing(incomings: list[Incoming], now: datetime) -> None:
    before = _counts()
    _replay(incomings, now)
    assert _counts() == before


def _counts() -> dict[str, int]:
    names = [model._meta.db_table for model in apps.get_app_config("tickets").get_models()]
    with connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {name}")
            found[name] = cursor.fetchone()[0]
    return found
