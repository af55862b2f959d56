"""Pushing: rows of the outbox leave one by one, in order per inquiry; HTTP outside any transaction, every end settled in a small one."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError

from integrations import breaker, lease, masking, outgoing, registry
from integrations.models import Lease
from integrations.protocol import Adapter, AdapterError, Book
from integrations.reading import reply_digest
from tickets import clock as house_clock
from tickets.actions import delivery
from tickets.actions.delivery import Claim
from tickets.domain.messages import Outgoing, Receipt, Telling

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]

LONGEST = timedelta(seconds=60)  # one run; the next one goes on
BATCH = 20
ROW_LEASE = timedelta(seconds=60)
ONE_CALL = timedelta(seconds=22)  # http.TOTAL and a little
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=30)
MOST_UNCLEAR = 30  # with the back-off: about half a day
KEY_LIFE = timedelta(days=7)
SUSPECT = 2  # unclear ends of one row more often than this speak against the row, not against the platform

#: States of the platform that mean: it already holds what we wanted to tell.
REACHED: dict[Telling, frozenset[str]] = {
    Telling.SIGN: frozenset({"in_progress", "sent", "bounced", "follow_up", "redo", "closed"}),
    Telling.ACCEPT: frozenset({"in_progress", "sent", "bounced", "follow_up", "redo", "closed"}),
    Telling.RETURN: frozenset({"return_asked", "returned"}),
}
Settled = Counter[str]
ANSWERED = ("accepted", "handed_over")


def push(source: str, *, clock: Clock = house_clock.now, longest: timedelta = LONGEST) -> Settled:
    """Send what is ready for a platform, for at most about ``longest``. Returns how many ended how: accepted, handed_over, retry,
    dead, unknown, lost (another has the row); ``busy``: another run is at it. Raises registry.UnknownPlatform."""
    adapter = registry.adapter(source)
    done = Settled()
    with lease.held(Lease.objects, f"push:{source}", clock=clock) as grip:
        if grip is None:
            return Settled(busy=1)
        end = clock() + longest
        while clock() < end and grip.keep() and breaker.allows(source, clock()):
            claims = delivery.claim(source=source, now=clock(), span=ROW_LEASE, limit=BATCH)
            if not claims:
                break
            if not _batch(adapter, claims, clock, done, end, grip):
                break
    return done


def waiting(now: datetime) -> list[str]:
    """The connected platforms for which a row is ready."""
    ready = set(delivery.ready(now).values_list("source_id", flat=True).distinct())
    return [code for code in registry.codes() if code in ready]


def _batch(adapter: Adapter, claims: list[Claim], clock: Clock, done: Settled, end: datetime, grip: lease.Grip) -> bool:
    """False when the platform is to be left alone now; what was not tried goes back at once."""
    is_calm = False  # the breaker is asked once a batch while all goes well
    for place, claim in enumerate(claims):
        if clock() >= end or not grip.keep():
            _give_back(claims[place:], clock())
            return False
        needed = clock() + ONE_CALL * (2 + len(claim.row.files))
        if claim.until < needed and not delivery.renew(claim, needed):
            done["lost"] += 1
            continue
        ended = _send(adapter, claim, clock)
        done[ended] += 1
        if ended in ANSWERED:
            if not is_calm:
                breaker.succeeded(adapter.code)
            is_calm = True
            continue
        is_calm = False
        if breaker.is_open(adapter.code, clock()):
            _give_back(claims[place + 1 :], clock())
            return False
    return True


def _give_back(claims: list[Claim], now: datetime) -> None:
    for claim in claims:
        delivery.release(claim, now)


# --- one row ---------------------------------------------------------------------------------------------------------


def _send(adapter: Adapter, claim: Claim, clock: Clock) -> str:
    try:
        message = outgoing.build(claim.row)
    except AdapterError as error:
        return _not_built(claim, error, clock())
    except Exception as error:  # noqa: BLE001 - one poisoned row never stops the rest
        told = masking.trouble(error)
        log.error("outbox %s cannot be built: %s", claim.row.pk, told)
        return _settled("dead", delivery.dead, claim, told, clock())
    try:
        if claim.unclear_at is not None and (ended := _asked_first(adapter, claim, message, clock())):
            return ended
        receipt = adapter.deliver(message)
    except AdapterError as error:
        return _refused(adapter, claim, message, error, clock())
    except Exception as error:  # noqa: BLE001 - one poisoned row never stops the rest
        # It may have left the house before it failed, so nobody may send it again unasked.
        told = masking.trouble(error)
        log.error("outbox %s of %s failed: %s", claim.row.pk, adapter.code, told)
        return _settled("unknown", delivery.unknown, claim, told, clock())
    return _accepted(claim, receipt, clock())


def _not_built(claim: Claim, error: AdapterError, now: datetime) -> str:
    if error.retry_after is not None:
        return _retry(claim, error, now, now + timedelta(seconds=error.retry_after))
    return _settled("dead", delivery.dead, claim, _words(error), now)


def _asked_first(adapter: Adapter, claim: Claim, message: Outgoing, now: datetime) -> str:
    """After an unclear end: a final reply is looked for before it is sent again, and nothing is sent under a key that has died.
    '' means: the same bytes under the same key may go."""
    is_dead_key = claim.unclear_at is not None and now - claim.unclear_at > KEY_LIFE
    if message.telling is not Telling.REPLY and not is_dead_key:
        return ""
    book = adapter.look(message.number, message.round)
    if book is not None and _is_reached(message, book):
        return _accepted(claim, _as_receipt(book), now)
    if is_dead_key:
        told = "结果不明已超过7天，平台不再识别重复提交，请人工核对 / unclear for 7 days: ask the platform, then mark as sent or replay"
        return _settled("unknown", delivery.unknown, claim, told, now)
    return ""


def _refused(adapter: Adapter, claim: Claim, message: Outgoing, error: AdapterError, now: datetime) -> str:
    """What a failure means for the row and for the platform."""
    code = adapter.code
    if error.stop:
        breaker.stopped(code, _words(error))
        return _retry(claim, error, now, now)
    if error.conflict:
        return _conflict(adapter, claim, message, error, now)
    if error.permanent:
        breaker.succeeded(code)  # it answered
        return _settled("dead", delivery.dead, claim, _words(error), now)
    later = now + breaker.backoff(claim.row.attempts, FIRST_RETRY, LONGEST_RETRY, claim.row.idempotency_key)
    if error.retry_after is not None:
        later = max(now + timedelta(seconds=error.retry_after), now)
        breaker.paused(code, later, _words(error))
        return _retry(claim, error, now, later)
    if not (error.unclear and claim.row.attempts > SUSPECT):
        breaker.failed(code, _words(error), now)
    if error.unclear and claim.row.attempts >= MOST_UNCLEAR:
        return _settled("unknown", delivery.unknown, claim, _words(error), now)
    return _retry(claim, error, now, later)


def _conflict(adapter: Adapter, claim: Claim, message: Outgoing, error: AdapterError, now: datetime) -> str:
    """The platform's state forbids it: done if it holds already what we wanted, else for a person."""
    breaker.succeeded(adapter.code)
    try:
        book = adapter.look(message.number, message.round)
    except AdapterError as trouble:
        if trouble.permanent or trouble.stop:
            return _settled("dead", delivery.dead, claim, _words(error), now)
        later = now + breaker.backoff(claim.row.attempts, FIRST_RETRY, LONGEST_RETRY, claim.row.idempotency_key)
        return _retry(claim, error, now, later)
    except Exception as trouble:  # noqa: BLE001 - one poisoned row never stops the rest
        log.error("look at %s failed: %s", adapter.code, masking.trouble(trouble))
        return _settled("dead", delivery.dead, claim, _words(error), now)
    if book is not None and _is_reached(message, book):
        return _accepted(claim, _as_receipt(book), now)
    return _settled("dead", delivery.dead, claim, _words(error), now)


def _is_reached(message: Outgoing, book: Book) -> bool:
    if message.telling is Telling.REPLY:
        ours = reply_digest(str(message.facts.get("text") or ""))
        return bool(ours) and book.reply_digest == ours and book.redo_no in (0, message.redo_no)
    return book.outer_state in REACHED.get(message.telling, frozenset())


def _as_receipt(book: Book) -> Receipt:
    evidence = {"looked": True, "reply_digest": book.reply_digest}
    return Receipt(
        outer_state=book.outer_state, version=book.version, is_repeat=True, number=book.number, evidence=evidence
    )


# --- settling --------------------------------------------------------------------------------------------------------


def _accepted(claim: Claim, receipt: Receipt, now: datetime) -> str:
    return _settled("handed_over" if receipt.pending else "accepted", delivery.accepted, claim, receipt, now)


def _retry(claim: Claim, error: AdapterError, now: datetime, later: datetime) -> str:
    unclear_at = (claim.unclear_at or now) if error.unclear else claim.unclear_at
    delivery.retry(claim, later, _words(error), unclear_at=unclear_at)
    return "retry"


def _settled(name: str, settle: Callable[..., bool], *arguments: object) -> str:
    """Settle; a deadlock or a busy database is tried again, else the lease runs out and the row is looked at anew."""
    for pause in (0.05, 0.2, 0.5):
        try:
            return name if settle(*arguments) else "lost"
        except OperationalError:
            log.warning("settling waits for the database")
            time.sleep(pause)
    return name if settle(*arguments) else "lost"


def _words(error: AdapterError) -> str:
    fields = ";".join(f"{name}:{reason}" for name, reason in error.errors)
    state = ",".join(f"{key}={value}" for key, value in error.current.items() if isinstance(value, (str, int)))
    return " ".join(part for part in (str(error), fields, f"[{state}]" if state else "") if part)[:2000]
