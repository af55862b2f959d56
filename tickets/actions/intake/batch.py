"""Thousands of openings at once, for imports and catch-up: written as sets, row for row what the single way writes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError

from tickets.domain.actors import Actor
from tickets.domain.messages import Incoming

from .checks import UnableToReceiveError
from .receiving import Received, UnknownInquiryError, receive
from .writing import write

log = logging.getLogger(__name__)
CHUNK = 5_000

Failure = UnableToReceiveError | UnknownInquiryError | DatabaseError | OverflowError


@dataclass(slots=True)
class ReceivedMany:
    """``results``: one for each message, in order, as ``receive`` would say ('unable' where it raised); ``failures``: what it
    raised, by place in the messages."""

    results: list[Received] = field(default_factory=list)
    failures: dict[int, Failure] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """How many ended how."""
        return Counter(each.result for each in self.results)

    @property
    def ticket_ids(self) -> list[int]:
        """The new tickets."""
        return [each.ticket_id for each in self.results if each.result == "ticket" and each.ticket_id is not None]


def receive_many(*, incomings: Iterable[Incoming], actor: Actor, now: datetime, chunk: int = CHUNK) -> ReceivedMany:
    """Take in many messages, ``chunk`` a transaction; safe to repeat: what was taken in before writes nothing.

    Openings of new numbers are written as sets. What may join, amend or act (an earlier round, our own number, an event),
    what is confidential and what cannot be taken in goes through ``receive`` afterwards, in the order given; one that
    cannot be taken in is named in ``failures`` and stops nothing. Raises OperationalError and InterfaceError: the finished
    chunks stay, and the same call goes on where it ended.
    """
    done, rest = ReceivedMany(), iter(incomings)
    while part := list(islice(rest, chunk)):
        _as_sets(part, actor, now, done)
    return done


def _room(incomings: Sequence[Incoming], done: ReceivedMany) -> Callable[[int, Received], int]:
    """Places for the results of a chunk; putting one in tells its place in the whole."""
    first = len(done.results)
    done.results += [Received(None, None, "calm")] * len(incomings)

    def put(place: int, received: Received) -> int:
        done.results[first + place] = received
        return first + place

    return put


def _receive_each(
    incomings: Sequence[Incoming],
    places: Iterable[int],
    actor: Actor,
    now: datetime,
    put: Callable[[int, Received], int],
    failures: dict[int, Failure],
) -> None:
    for place in places:
        try:
            put(place, receive(incoming=incomings[place], actor=actor, now=now))
        except (OperationalError, InterfaceError):
            raise
        except (UnableToReceiveError, UnknownInquiryError, DatabaseError, OverflowError) as error:
            failures[put(place, Received(None, None, "unable", str(error)))] = error


def _as_sets(incomings: Sequence[Incoming], actor: Actor, now: datetime, done: ReceivedMany) -> None:
    """A chunk that the database refuses although it was sorted (another door was first) is sorted once more, then taken singly."""
    put = _room(incomings, done)
    for _ in range(2):
        try:
            sorted_out, made = write(incomings, actor, now)
        except IntegrityError:
            continue
        except (OperationalError, InterfaceError):
            raise
        except (DatabaseError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            # A value or a rule that cannot be written or read: the single way says which. The text may hold personal data.
            log.warning("a chunk of %s messages is taken one by one: %s", len(incomings), type(error).__name__)
            log.debug("why", exc_info=error)
            break
        for opening, ticket, inquiry in zip(sorted_out.openings, made.tickets, made.inquiries, strict=True):
            put(opening.place, Received(ticket, inquiry, "ticket"))
        return _receive_each(incomings, sorted_out.others, actor, now, put, done.failures)
    return _receive_each(incomings, range(len(incomings)), actor, now, put, done.failures)
