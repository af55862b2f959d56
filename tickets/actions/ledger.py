"""The one gate: lock the ticket, ask the table of states, write event, row and history in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction

from tickets import signals
from tickets.domain import chain, states
from tickets.domain.actors import Actor
from tickets.domain.states import OVER, Action, State, UnableToMove
from tickets.models import CoHandler, Event, Head, Ticket
from tickets.models.bulk import insert_rows, update_columns

from . import notices

Refs = Mapping[str, Any]
#: Events that book something beside the work: nobody's edit turns stale by them.
NOT_WORK = (
    Action.READ_PERSON.value,
    "read_file",
    "delivered",
    "delivery_failed",
    "clock_warned",
    "clock_due",
    "clock_escalated",
    "clock_late",
    "clock_resumed",
    "clock_moved",
    "file_fetched",
    "file_refused",
    "looked_up",
    "rated_online",
    "seen",
    "exchange_settled",
    "kept_apart",
)


@dataclass(slots=True)
class Link:
    """The columns of an Event that is not written yet; ten thousands are made at once."""

    ticket_id: int | None
    chain: str
    seq: int
    action: str
    actor: str
    user_id: int | None
    at: datetime
    payload: str
    previous: str
    digest: str
    mac: str
    seal_id: None = None

    @property
    def as_event(self) -> Event:
        """The row."""
        return Event(**{name: getattr(self, name) for name in self.__slots__})


class StaleVersion(UnableToMove):
    """Somebody changed the ticket in between: ``facts`` hold version, last action, actor and moment."""


def lock(ticket_id: int, expected_version: int | None = None) -> Ticket:
    """The ticket, locked and fresh. Raises StaleVersion when ``expected_version`` is not its version."""
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if expected_version is not None and expected_version != ticket.version:
        raise stale(ticket, expected_version)
    return ticket


def stale(ticket: Ticket, expected: int) -> StaleVersion:
    """Who changed the ticket last, with what and when, for somebody who saw its version ``expected``."""
    last = (
        Event.objects.filter(ticket=ticket, seq__lte=ticket.journal_seq)
        .exclude(action__in=NOT_WORK)
        .order_by("-seq")
        .first()
    )
    who, what = (
        (last.actor, Action(last.action).zh if last.action in Action._value2member_map_ else last.action)
        if last
        else ("", "")
    )
    return StaleVersion(
        "version",
        f"本件已被他人更新（{what}），请刷新后再办；您输入的内容仍保留。",
        "The ticket was changed by somebody else meanwhile; reload and try again, your text is kept.",
        expected=expected,
        version=ticket.version,
        last_action=last.action if last else "",
        last_actor=who,
        last_at=last.at if last else None,
    )


def open_ticket(*, ticket: Ticket, actor: Actor, now: datetime, refs: Refs, reason: str = "") -> Ticket:
    """The first event of a new ticket and its row (``ticket.id`` allocated before)."""
    ticket.version = 1
    _append(ticket, "receive", actor, now, refs, before="", reason=reason)
    _save(ticket, actor, now, reason or "receive", insert=True)
    _announce(ticket, "receive")
    return ticket


def move(
    *,
    ticket: Ticket,
    action: Action,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    refs: Refs | None = None,
    reason: str = "",
) -> Ticket:
    """Do ``action`` on a ticket locked by ``lock``: permission and state from the table, ``changes`` are its new field values.

    Raises UnableToMove. The journal gets digests and references only (``refs``), the history the reason.
    """
    before = ticket.stage
    after = states.check(
        before, action, actor, ticket.section_id, State(ticket.before_merge) if ticket.before_merge else None
    )
    for name, value in (changes or {}).items():
        setattr(ticket, name, value)
    ticket.state = after.value
    ticket.version += 1
    waits = states.waits_for_word(ticket.asked_at is not None, action, actor, after)
    ticket.asked_at = (ticket.asked_at or now) if waits else None
    _append(ticket, action.value, actor, now, refs or {}, before=before.value, reason=reason)
    _save(ticket, actor, now, reason or action.value)
    if (before in OVER) != (after in OVER):
        CoHandler.objects.filter(ticket=ticket).update(is_open=after not in OVER)
    notices.done(ticket=ticket, action=action, now=now)
    _announce(ticket, action.value)
    return ticket


def note(*, ticket: Ticket, action: str, actor: Actor, now: datetime, refs: Refs | None = None) -> None:
    """An event that changes nothing about the work (a reading, a clock, a delivery): the version stays, so nobody's edit turns stale."""
    _append(ticket, action, actor, now, refs or {}, before=ticket.state)
    Ticket.objects.filter(pk=ticket.pk).update(journal_seq=ticket.journal_seq, journal_head=ticket.journal_head)


def note_all(
    *, notes: Iterable[tuple[Ticket, str, Refs]], actor: Actor, now: datetime, also: Sequence[str] = ()
) -> None:
    """``note`` for many (ticket, action, refs) of locked tickets, in few statements; several of one ticket follow one another. Columns
    that are no work, and that changed with what is noted, are written with the heads (``also``)."""
    notes = list(notes)
    touched = {ticket.pk: ticket for ticket, _, _ in notes}
    insert_rows(Event, next_events(notes=notes, actor=actor, now=now))
    update_columns(Ticket, list(touched.values()), ["journal_seq", "journal_head", *also])


def next_events(*, notes: Iterable[tuple[Ticket, str, Refs]], actor: Actor, now: datetime) -> list[Link]:
    """The events of ``note_all``, not written; the tickets given stand at them. For who writes events and heads with other rows."""
    return [_next(ticket, action, actor, now, refs, before=ticket.state) for ticket, action, refs in notes]


def record(*, chain_name: str, action: str, actor: Actor, now: datetime, refs: Refs | None = None) -> Event:
    """An act without a ticket (sign-in, search of personal data, export, policy edit), on the chain of its kind."""
    with transaction.atomic():
        Head.objects.get_or_create(chain=chain_name)
        head = Head.objects.select_for_update().get(chain=chain_name)
        head.seq += 1
        facts = {
            "chain": chain_name,
            "seq": head.seq,
            "at": now,
            "action": action,
            "actor": actor.label,
            "refs": dict(refs or {}),
        }
        event = _linked(facts, head.digest, actor, now).as_event
        event.save(force_insert=True)
        head.digest = event.digest
        head.save()
        return event


def save_with_history(row: models.Model, *, actor: Actor, now: datetime, reason: str, insert: bool = False) -> None:
    """Save a row that carries django-simple-history, with who, when and why."""
    _sign(row, actor, now, reason)
    row.save(force_insert=insert)


def delete_with_history(row: models.Model, *, actor: Actor, now: datetime, reason: str) -> None:
    """Take a reference row out; its history stays, with who, when and why."""
    _sign(row, actor, now, reason)
    row.delete()


def _sign(row: models.Model, actor: Actor, now: datetime, reason: str) -> None:
    row._history_user = _user(actor)  # type: ignore[attr-defined]
    row._history_date = now  # type: ignore[attr-defined]
    row._change_reason = f"{reason} [{actor.label}]"  # type: ignore[attr-defined]


def _user(actor: Actor) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model()(pk=actor.user_id) if actor.user_id else None


def _append(
    ticket: Ticket, action: str, actor: Actor, now: datetime, refs: Refs, *, before: str, reason: str = ""
) -> None:
    _next(ticket, action, actor, now, refs, before=before, reason=reason).as_event.save(force_insert=True)


def _next(
    ticket: Ticket, action: str, actor: Actor, now: datetime, refs: Refs, *, before: str, reason: str = ""
) -> Link:
    facts = payload_facts(ticket, ticket.journal_seq + 1, action, actor, now, refs, before, reason)
    link = _linked(facts, ticket.journal_head, actor, now, ticket.pk)
    ticket.journal_seq, ticket.journal_head = link.seq, link.digest
    return link


def payload_facts(
    ticket: Ticket, seq: int, action: str, actor: Actor, now: datetime, refs: Refs, before: str, reason: str
) -> dict[str, Any]:
    """What an event of a ticket says: state before and after, the digest of the ticket's canonical state,
    references; never personal text."""
    facts: dict[str, Any] = {
        "ticket": ticket.number,
        "seq": seq,
        "at": now,
        "action": action,
        "actor": actor.label,
        "from": before,
        "to": str(ticket.state),
        "version": ticket.version,
        "state": chain.sha256(chain.canonical(ticket.canonical())),
        "refs": dict(refs),
    }
    if reason:
        facts["reason"] = chain.sha256(reason)
    return facts


def _linked(facts: dict[str, Any], previous: str, actor: Actor, now: datetime, ticket_id: int | None = None) -> Link:
    payload = chain.canonical(facts)
    digest, mac = chain.link(previous, payload, settings.JOURNAL_KEY)
    return Link(
        ticket_id, facts.get("chain", ""), facts["seq"], facts["action"], actor.label, actor.user_id, now, payload,
        previous or chain.GENESIS, digest, mac,
    )  # fmt: skip


def _save(ticket: Ticket, actor: Actor, now: datetime, reason: str, *, insert: bool = False) -> None:
    ticket._state.adding = insert
    save_with_history(ticket, actor=actor, now=now, reason=reason, insert=insert)


def _announce(ticket: Ticket, action: str) -> None:
    pk = ticket.pk
    transaction.on_commit(lambda: signals.ticket_moved.send(Ticket, ticket_id=pk, action=action))
