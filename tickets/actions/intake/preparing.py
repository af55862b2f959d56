"""Openings become lines for every table they touch: what receiving, routing and the clocks would write one by one, made in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from tickets.domain import chain
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.messages import FileRef, Incoming, Matter, Telling
from tickets.domain.routing import Decision
from tickets.domain.states import Action, State
from tickets.models import (
    Attachment,
    CoHandler,
    Event,
    Exchange,
    Inquiry,
    OutboxRow,
    Person,
    Section,
    Ticket,
    Timer,
    numbering,
)

from .. import ledger
from ..timers.planned import Planner, reach
from . import matters
from .copying import HistorySheet, Sheet, tail
from .openings import Known, Opening

#: States of the source in which the office's dispatch is told as our signing (routing.dispatch).
UNSIGNED = ("", "registered")


class Preparation:
    """The sheets of one chunk of openings. ``ticket_ids`` and ``inquiry_ids`` stand in the order of the openings."""

    def __init__(self, openings: Sequence[Opening], known: Known, actor: Actor, now: datetime) -> None:
        self.known, self.actor, self.now = known, actor, now
        count, persons = len(openings), sum(1 for each in openings if each.matter.party)
        self.ticket_ids = numbering.allocate(Ticket, count)
        self.inquiry_ids = numbering.allocate(Inquiry, count)
        self._persons = iter(numbering.allocate(Person, persons) if persons else ())
        self._codes = iter(numbering.lookup_codes(count))
        self.tellers: set[str] = set()
        self.holders: set[str] = set()
        self.dispatched: list[int] = []
        self._co_handled: list[tuple[int, int]] = []
        self._make_sheets()
        for opening, ticket_id, inquiry_id in zip(openings, self.ticket_ids, self.inquiry_ids, strict=True):
            self._open(opening, ticket_id, inquiry_id)
        self._name_co_handlers()

    def _make_sheets(self) -> None:
        self._planner, self._ticket, self._person, self._inquiry = Planner(self.now), Ticket(), Person(), Inquiry()
        self.tickets, self.inquiries, self.co_handlers = Sheet(Ticket), Sheet(Inquiry), Sheet(CoHandler)
        self.persons = Sheet(Person)
        serial = (Event, Timer, Exchange, OutboxRow, Attachment)
        self.events, self.timers, self.exchanges, self.outbox, self.files = (
            Sheet(model, leave_out=("id",)) for model in serial
        )
        self.ticket_history = HistorySheet(self.tickets, Ticket)
        self.inquiry_history = HistorySheet(self.inquiries, Inquiry)
        self.co_handler_history = HistorySheet(self.co_handlers, CoHandler)
        label, user = self.actor.label, self.actor.user_id
        self._received = tail(self.now, f"receive [{label}]", user)
        self._inquired = tail(self.now, f"received [{label}]", user)
        self._asked = tail(self.now, f"co-handler [{SYSTEM.label}]", SYSTEM.user_id)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """In the order of sending: the inquiries first, so that an item another door took in meanwhile is found out at once."""
        return (
            self.inquiries, self.inquiry_history, self.persons, self.tickets, self.ticket_history, self.events, self.timers,
            self.co_handlers, self.co_handler_history, self.outbox, self.files, self.exchanges,
        )  # fmt: skip

    # --- one opening ---------------------------------------------------------------------------------------------------

    def _open(self, opening: Opening, ticket_id: int, inquiry_id: int) -> None:
        incoming, matter = opening.incoming, opening.matter
        decision, dispatches = self.known.decide(matters.facts_of(incoming, matter))
        inquiry = self._inquire(incoming, matter, ticket_id, inquiry_id)
        values = self._ticket_values(incoming, matter, decision, ticket_id)
        events, ticket = [], self._fresh_ticket(values)
        refs = {"source": incoming.source, "inquiry": f"{incoming.number}#{incoming.round}", "rule": decision.rule_id}
        events.append(self._event(ticket, "receive", self.actor, refs))
        first = {**values, "journal_seq": ticket.journal_seq, "journal_head": ticket.journal_head}
        self.ticket_history.keep(self.tickets.line(first), self._received)
        clocks = self._planner.outer(inquiry, values["type"], values["urgency"])
        values = {**first, "due_at": reach(clocks)}
        section = self.known.sections[decision.section_id] if decision.section_id else None
        if section is not None and dispatches:
            values, event = self._dispatch(ticket, values, decision, section)
            events.append(event)
            inner = self._planner.inner(inquiry, values["type"], values["urgency"], section.pk, clocks)
            self._sign_outward(incoming, ticket_id, inquiry_id)
            self._planner.meet_sign(clocks)
            clocks += inner
            values["due_at"] = reach(clocks)
        self.tickets.add(values)
        for event in events:
            self.events.add(event)
        self._keep_clocks(clocks, ticket_id, inquiry_id)
        self._keep_files(matter.files, incoming.source, ticket_id, inquiry_id)
        self._remember(incoming, inquiry_id)

    def _ticket_values(self, incoming: Incoming, matter: Matter, decision: Decision, ticket_id: int) -> dict[str, Any]:
        return {
            "id": ticket_id,
            "number": numbering.ticket_number(incoming.channel, ticket_id, self.now),
            "channel": incoming.channel.value,
            "state": State.REGISTERED.value,
            "version": 1,
            "registered_at": self.now,
            "is_supervised": matter.is_supervised,
            "project_id": self.known.projects.get(matter.project) if matter.project else None,
            "section_id": None,
            "proposed_section_id": decision.section_id,
            "route_reason": decision.reason_zh[:300],
            **matters.ticket_facts(matter),
        }

    def _fresh_ticket(self, values: Mapping[str, Any]) -> Ticket:
        """One instance serves every ticket of the chunk: the journal reads its guarded facts from it."""
        ticket = self._ticket
        ticket.journal_seq, ticket.journal_head = 0, ""
        for name in ("id", "number", "state", "version", "section_id", "is_supervised", "title", "content"):
            setattr(ticket, name, values[name])
        return ticket

    def _event(
        self, ticket: Ticket, action: str, actor: Actor, refs: Mapping[str, Any], before: str = "", reason: str = ""
    ) -> dict[str, Any]:
        """The next link of the ticket's chain, and the ticket's head moved on to it."""
        seq, previous = ticket.journal_seq + 1, ticket.journal_head
        payload = chain.canonical(ledger.payload_facts(ticket, seq, action, actor, self.now, refs, before, reason))
        digest, mac = chain.link(previous, payload, settings.JOURNAL_KEY)
        ticket.journal_seq, ticket.journal_head = seq, digest
        return {
            "ticket_id": ticket.pk, "seq": seq, "action": action, "actor": actor.label, "user_id": actor.user_id, "at": self.now,
            "payload": payload, "previous": previous or chain.GENESIS, "digest": digest, "mac": mac,
        }  # fmt: skip

    def _inquire(self, incoming: Incoming, matter: Matter, ticket_id: int, inquiry_id: int) -> Inquiry:
        values = {
            "id": inquiry_id,
            "ticket_id": ticket_id,
            "source_id": incoming.source,
            "channel": incoming.channel.value,
            "number": incoming.number,
            "round": incoming.round,
            "version": incoming.version,
            "redo_no": incoming.redo_no,
            "outer_state": incoming.outer_state,
            "person_id": self._keep_person(matter),
            "received_at": self.now,
            "lookup_code": next(self._codes),
            "inbox_id": incoming.inbox_id,
            "unmapped": list(incoming.unmapped),
            **matters.inquiry_facts(matter, incoming, self.now),
        }
        self.inquiry_history.keep(self.inquiries.add(values), self._inquired)
        for name, value in values.items():
            setattr(self._inquiry, name, value)
        return self._inquiry

    def _keep_person(self, matter: Matter) -> int | None:
        if not matter.party:
            return None
        person, pk = self._person, next(self._persons)
        person.key = None
        person.fill(matter.party)
        self.persons.add({
            "id": pk, "key": person.key, "sealed": person.sealed, "phone_digest": person.phone_digest,
            "incoming_digest": person.incoming_digest, "id_digest": person.id_digest, "created_at": self.now,
        })  # fmt: skip
        return pk

    # --- what a rule dispatches ----------------------------------------------------------------------------------------

    def _dispatch(
        self, ticket: Ticket, values: dict[str, Any], decision: Decision, section: Section
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The ticket after ``routing.dispatch`` by the service itself, and the event."""
        reason = decision.reason_zh[:300]
        ticket.state, ticket.version, ticket.section_id = State.DISPATCHED.value, 2, section.pk
        event = self._event(
            ticket, Action.DISPATCH.value, SYSTEM, {"section": section.code}, State.REGISTERED.value, reason
        )
        changes = {
            "state": ticket.state, "version": ticket.version, "section_id": section.pk, "dispatched_at": self.now, "round": 1,
            "journal_seq": ticket.journal_seq, "journal_head": ticket.journal_head,
        }  # fmt: skip
        values = {**values, **changes}
        why = tail(self.now, f"{reason} [{SYSTEM.label}]", SYSTEM.user_id, "~")
        self.ticket_history.keep(self.tickets.line(values), why)
        self.dispatched.append(values["id"])
        wanted = set(decision.co_section_ids) - {section.pk}
        for pk, other in self.known.sections.items():
            if pk in wanted and other.is_active:
                self._co_handled.append((values["id"], pk))
        return values, event

    def _sign_outward(self, incoming: Incoming, ticket_id: int, inquiry_id: int) -> None:
        source = self.known.sources[incoming.source]
        if incoming.outer_state not in UNSIGNED or Telling.SIGN not in source.tells or not source.is_active:
            return
        facts = {"signer": SYSTEM.name, "signed_at": self.now.isoformat()}
        self.outbox.add({
            "ticket_id": ticket_id, "inquiry_id": inquiry_id, "source_id": source.pk, "telling": Telling.SIGN.value,
            "round": incoming.round, "redo_no": incoming.redo_no, "facts": facts, "created_at": self.now, "next_at": self.now,
        })  # fmt: skip
        self.tellers.add(source.pk)

    def _name_co_handlers(self) -> None:
        if not self._co_handled:
            return
        ids = numbering.allocate(CoHandler, len(self._co_handled))
        for pk, (ticket_id, section_id) in zip(ids, self._co_handled, strict=True):
            values = {"id": pk, "ticket_id": ticket_id, "section_id": section_id, "asked_at": self.now}
            self.co_handler_history.keep(self.co_handlers.add(values), self._asked)

    # --- what hangs on it ----------------------------------------------------------------------------------------------

    def _keep_clocks(self, clocks: Sequence[dict[str, Any]], ticket_id: int, inquiry_id: int) -> None:
        for clock in clocks:
            clock.pop("late_after")
            inquiry = inquiry_id if clock["side"] == "outer" else None
            self.timers.add({**clock, "ticket_id": ticket_id, "inquiry_id": inquiry})

    def _keep_files(self, files: Sequence[FileRef], source: str, ticket_id: int, inquiry_id: int) -> None:
        for values in matters.file_facts(files, self.now):
            self.files.add({**values, "ticket_id": ticket_id, "inquiry_id": inquiry_id})
            self.holders.add(source)

    def _remember(self, incoming: Incoming, inquiry_id: int) -> None:
        if not incoming.event_id:
            return
        self.exchanges.add({
            "source_id": incoming.source, "event_id": incoming.event_id, "inquiry_id": inquiry_id,
            "happening": incoming.happening.value, "version": incoming.version, "occurred_at": incoming.occurred_at,
            "received_at": self.now, "detail": incoming.detail,
        })  # fmt: skip
