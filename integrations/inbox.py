"""What came in: stored raw before it is read, taken in one by one, parked for a person where it cannot be."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import F

from integrations import masking
from integrations.models import InboxItem, Lot
from integrations.protocol import Adapter, AdapterError, Item, Unmappable
from integrations.reading import clean
from tickets.actions import intake
from tickets.domain.actors import platform
from tickets.domain.messages import Happening, Incoming
from tickets.models import vault

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
BATCH = 200
WORTH_A_SET = 20  # fewer new matters than this are taken in one by one
PATIENCE = 20  # attempts at an event whose opening cannot be fetched because the platform is away

OPENING_MISSING = (
    "number",
    "平台上也查不到这一轮的派单记录，请核对编号后重放",
    "The platform has no opening record of this round either: check the number and replay",
)
OTHER_BYTES = (
    "key",
    "编号相同而内容不同，先到的一条是第{id}号，请核对后重放或作废",
    "Same id, other content; the earlier record is no. {id}: compare, then replay or discard",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a page brought: records never seen, and records seen before (calm)."""

    new: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A record and what it says."""

    row: InboxItem
    says: tuple[Incoming, ...]


# --- storing ---------------------------------------------------------------------------------------------------------


def store(source: str, items: Iterable[Item], now: datetime) -> Stored:
    """Keep raw records, sealed. The same key with the same bytes only counts up ``times_seen``; other bytes are a row of their own."""
    rows: dict[tuple[str, str], InboxItem] = {}
    times = Counter[tuple[str, str]]()
    for item in items:
        row = _row(source, item, now)
        rows.setdefault((row.key, row.digest), row)
        times[row.key, row.digest] += 1
    with transaction.atomic():
        there = _there(source, rows)
        for mark, pk in there.items():
            InboxItem.objects.filter(pk=pk).update(times_seen=F("times_seen") + times[mark])
        fresh = [row for mark, row in rows.items() if mark not in there]
        for row in fresh:
            row.times_seen = times[row.key, row.digest]
        InboxItem.objects.bulk_create(fresh, ignore_conflicts=True)
    return Stored(len(fresh), sum(times.values()) - len(fresh))


def _row(source: str, item: Item, now: datetime) -> InboxItem:
    digest = hashlib.sha256(item.raw).hexdigest()
    key = clean(item.key) or digest
    return InboxItem(
        source=source,
        key=key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest(),
        digest=digest,
        identity=clean(item.identity)[:100],
        name=clean(item.name)[:200],
        content_type=clean(item.content_type)[:80],
        raw=vault.seal(item.raw),
        received_at=now,
    )


def _there(source: str, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    keys = [key for key, _ in rows]
    known = InboxItem.objects.filter(source=source, key__in=keys).values_list("key", "digest", "pk")
    wanted = set(rows)
    return {(key, digest): pk for key, digest, pk in known if (key, digest) in wanted}


# --- taking in -------------------------------------------------------------------------------------------------------


def take_in(
    adapter: Adapter, clock: Clock, *, only: int | None = None, keep: Callable[[], bool] = lambda: True
) -> Counter[str]:
    """Read and take in every waiting record of a platform, or ``only`` one; one bad record never stops the rest.

    Returns how many ended how: the words of Lot, of intake's result, and ``away`` for those left waiting. ``keep`` is asked
    before each record; False stops.
    """
    done, last = Counter[str](), 0
    while batch := _waiting(adapter.code, last, only):
        last = batch[-1].pk
        unknown: list[_Read] = []
        for read in _take_openings(_in_order(_read_all(adapter, batch, clock, done)), adapter.code, clock, done):
            if not keep():
                return done
            if not _take(read, clock, done, last_chance=False):
                unknown.append(read)
        for read in unknown:
            if not keep():
                return done
            _take_after_opening(adapter, read, clock, done)
    return done


def _waiting(source: str, after: int, only: int | None) -> list[InboxItem]:
    rows = InboxItem.objects.filter(source=source, lot=Lot.WAITING, pk__gt=after).order_by("pk")
    return list(rows.filter(pk=only) if only is not None else rows[:BATCH])


def _read_all(adapter: Adapter, batch: Sequence[InboxItem], clock: Clock, done: Counter[str]) -> list[_Read]:
    """What each record says; those that cannot be read, or contradict an earlier one of the same id, are set aside."""
    earlier = _earlier(adapter.code, batch)
    reads = []
    for row in batch:
        if (first := earlier.get(row.key)) and first < row.pk and not row.settled_by:
            field, zh, en = OTHER_BYTES
            done[_set_aside(row, Lot.CONFLICT, field, zh.format(id=first), en.format(id=first), clock())] += 1
            continue
        try:
            item = Item(row.key, vault.unseal(bytes(row.raw)), row.content_type, row.identity, row.name)
            reads.append(_Read(row, tuple(adapter.read(item))))
        except Unmappable as error:
            done[_set_aside(row, Lot.PARKED, error.field, error.zh, error.en, clock())] += 1
        except Exception as error:  # noqa: BLE001 - one bad record never stops the rest
            done[_park_unexpected(row, error, clock())] += 1
    return reads


def _earlier(source: str, batch: Sequence[InboxItem]) -> dict[str, int]:
    """The first record of each id."""
    keys = {row.key for row in batch}
    rows = InboxItem.objects.filter(source=source, key__in=keys).order_by("-pk").values_list("key", "pk")
    return dict(rows)


def _in_order(reads: Sequence[_Read]) -> list[_Read]:
    """As they came, but what speaks of one number by round, its opening first, then by version: a shuffled page is put right."""
    first: dict[str, int] = {}
    for place, read in enumerate(reads):
        for incoming in read.says[:1]:
            first.setdefault(incoming.number, place)

    def rank(read: _Read) -> tuple[int, int, bool, int, float, int]:
        if not read.says:
            return (-1, 0, False, 0, 0.0, read.row.pk)
        one = read.says[0]
        opens = one.happening is not Happening.DISPATCHED
        return (first[one.number], one.round, opens, one.version, one.occurred_at.timestamp(), read.row.pk)

    return sorted(reads, key=rank)


def _take_openings(reads: list[_Read], source: str, clock: Clock, done: Counter[str]) -> list[_Read]:
    """New matters of a full page are taken in as sets; returns what is to be taken one by one: events, and what failed as a set."""
    told = Counter(says.number for read in reads for says in read.says)
    fresh = [read for read in reads if len(read.says) == 1 and _opens(read.says[0]) and told[read.says[0].number] == 1]
    if len(fresh) < WORTH_A_SET:
        return reads
    messages = [replace(read.says[0], inbox_id=read.row.pk) for read in fresh]
    try:
        many = intake.receive_many(incomings=messages, actor=platform(source), now=clock())
    except Exception as error:  # noqa: BLE001 - then one by one, where each tells its own trouble
        log.warning("a page of %s is taken in one by one: %s", source, masking.trouble(error))
        return reads
    taken = {place: received for place, received in enumerate(many.results) if place not in many.failures}
    _mark_taken([fresh[place] for place in taken], list(taken.values()), clock(), done)
    over = {fresh[place].row.pk for place in taken}
    return [read for read in reads if read.row.pk not in over]


def _opens(incoming: Incoming) -> bool:
    return incoming.happening is Happening.DISPATCHED and incoming.matter is not None


def _mark_taken(reads: Sequence[_Read], received: Sequence[intake.Received], now: datetime, done: Counter[str]) -> None:
    """After the set: a crash in between lets the next run find everything calm."""
    for read, one in zip(reads, received, strict=True):
        row = read.row
        row.lot, row.result, row.read_at, row.attempts = Lot.DONE, one.result, now, row.attempts + 1
        row.trouble_zh = one.trouble[:400]
        done.update([Lot.DONE.value, one.result])
    InboxItem.objects.bulk_update(
        [read.row for read in reads], ["lot", "result", "read_at", "attempts", "trouble_zh"], batch_size=200
    )


def _take_after_opening(adapter: Adapter, read: _Read, clock: Clock, done: Counter[str]) -> None:
    """The event came before the ticket's opening: fetch the ticket, take it in, then apply."""
    numbers = dict.fromkeys(incoming.number for incoming in read.says)
    try:
        openings = [item for number in numbers for item in adapter.fetch_one(number)]
    except AdapterError as error:
        done[_leave(read.row, error, clock())] += 1
        return
    except Exception as error:  # noqa: BLE001 - one bad record never stops the rest
        done[_park_unexpected(read.row, error, clock())] += 1
        return
    store(adapter.code, openings, clock())
    marks = {(clean(item.key), hashlib.sha256(item.raw).hexdigest()) for item in openings}
    rows = InboxItem.objects.filter(source=adapter.code, key__in=[key for key, _ in marks], lot=Lot.WAITING)
    fetched = [row for row in rows.order_by("pk") if (row.key, row.digest) in marks]
    for opening in _in_order(_read_all(adapter, fetched, clock, done)):
        _take(opening, clock, done, last_chance=True)
    _take(read, clock, done, last_chance=True)


def _take(read: _Read, clock: Clock, done: Counter[str], *, last_chance: bool) -> bool:
    """One record, in one transaction with what it does; False when it speaks of an inquiry that is not here."""
    try:
        with transaction.atomic():
            row = _locked(read.row.pk)
            if row is not None:
                done.update(_apply(row, read.says, clock(), last_chance=last_chance))
    except intake.UnknownInquiryError:
        return False
    except OperationalError as error:
        log.warning("inbox %s waits: %s", read.row.pk, type(error).__name__)
        done["away"] += 1
    except Exception as error:  # noqa: BLE001 - one bad record never stops the rest
        done[_park_unexpected(read.row, error, clock())] += 1
    return True


def _locked(pk: int) -> InboxItem | None:
    """The record if it still waits and nobody else is at it."""
    skip = connection.features.has_select_for_update_skip_locked
    return InboxItem.objects.select_for_update(skip_locked=skip).filter(pk=pk, lot=Lot.WAITING).first()


def _apply(row: InboxItem, says: Sequence[Incoming], now: datetime, *, last_chance: bool) -> list[str]:
    results, troubles = [], []
    for incoming in says:
        try:
            with transaction.atomic():
                received = intake.receive(
                    incoming=replace(incoming, inbox_id=row.pk), actor=platform(row.source), now=now
                )
            results.append(str(received.result))
            row.trouble_zh = row.trouble_zh or str(received.trouble)[:400]
        except intake.UnableToReceiveError as error:
            troubles.append((error.field, error.zh, error.en))
        except intake.UnknownInquiryError:
            if not last_chance:
                raise
            troubles.append(OPENING_MISSING)
    row.result = _summary(results)
    row.attempts, row.read_at = row.attempts + 1, now
    if troubles:
        field, zh, en = troubles[0]
        more = f"(共{len(troubles)}处，另{len(results)}条已入库)" if len(says) > 1 else ""
        row.lot, row.field, row.trouble_zh, row.trouble_en = Lot.PARKED, field[:80], f"{zh}{more}"[:400], en[:400]
    else:
        row.lot, row.field = Lot.DONE, ""
        row.trouble_en = ""
    row.save(update_fields=["result", "attempts", "read_at", "lot", "field", "trouble_zh", "trouble_en"])
    return [str(row.lot), *results]


def _summary(results: Sequence[str]) -> str:
    """The weightiest of several results."""
    for word in ("ticket", "joined", "refused", "updated", "event", "old", "calm"):
        if word in results:
            return word
    return results[0][:16] if results else ""


# --- setting aside ---------------------------------------------------------------------------------------------------


def _set_aside(row: InboxItem, lot: Lot, field: str, zh: str, en: str, now: datetime) -> str:
    InboxItem.objects.filter(pk=row.pk, lot=Lot.WAITING).update(
        lot=lot.value,
        field=field[:80],
        trouble_zh=zh[:400],
        trouble_en=en[:400],
        attempts=F("attempts") + 1,
        read_at=now,
    )
    return lot.value


def _park_unexpected(row: InboxItem, error: Exception, now: datetime) -> str:
    told = masking.trouble(error)
    log.error("inbox %s of %s parked: %s", row.pk, row.source, told)
    return _set_aside(row, Lot.PARKED, "", f"程序异常，请联系维护人员：{told}", f"Unexpected error: {told}", now)


def _leave(row: InboxItem, error: AdapterError, now: datetime) -> str:
    """The platform could not be asked: the record waits for the next run, not for ever."""
    if error.permanent or row.attempts + 1 >= PATIENCE:
        zh, en = f"派单记录取不到：{error}", f"The opening record cannot be fetched: {error.code or 'error'}"
        return _set_aside(row, Lot.PARKED, "number", zh, en, now)
    InboxItem.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    return "away"
