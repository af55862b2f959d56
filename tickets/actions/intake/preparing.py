"""Openings become lines for every table they touch: what receiving, routing and the clocks would write one by one, made in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from tickets.domain import chain
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.messages import FileRef, Incoming, Matter, Telling
from tickets.domain.routing import Decision
from tickets.domain.states import Action, State
from tickets.models import CoHandler, Inquiry, Person, Section, Ticket, numbering

from .. import ledger
from ..timers.planned import Planner, reach
from . import matters
from .copying import NULL, moment, tail, text, written
from .openings import Known, Opening
from .sheets import Sheets

#: States of the source in which the office's dispatch is told as our signing (routing.dispatch).
UNSIGNED = ("", "registered")
REGISTERED, DISPATCHED = State.REGISTERED.value, State.DISPATCHED.value
Values = dict[str, Any]


class Preparation:
    """The sheets of one chunk of openings. ``ticket_ids`` and ``inquiry_ids`` stand in the order of the openings.

    The database is asked at the beginning and in ``asked_to_help`` alone: meanwhile its connection may be busy.
    """

    kind: type[Sheets] = Sheets

    def __init__(self, openings: Sequence[Opening], known: Known, actor: Actor, now: datetime) -> None:
        self.known, self.actor, self.now = known, actor, now
        count, persons = len(openings), sum(1 for each in openings if each.matter.party)
        ids = numbering.allocate_together({Ticket: count, Inquiry: count, Person: persons})
        self.ticket_ids, self.inquiry_ids, self._persons = ids[Ticket], ids[Inquiry], iter(ids[Person])
        self._codes = iter(numbering.lookup_codes(count))
        self._openings, self.sheets, self.dispatched = openings, self.kind(), list[int]()
        self.tellers, self.holders = set[str](), set[str]()
        self._planner, self._co_handled = Planner(now), list[tuple[int, int]]()
        self._ticket, self._person, self._inquiry = Ticket(), Person(), Inquiry()
        self._written: dict[datetime | None, str] = {None: NULL}
        self._terms: dict[int, str] = {}
        self._at = self._moment(now)
        label, user = actor.label, actor.user_id
        self._received = tail(now, f"receive [{label}]", user)
        self._inquired = tail(now, f"received [{label}]", user)

    def parts(self, size: int) -> Iterator[Sheets]:
        """The sheets of ``size`` openings after another."""
        for first in range(0, len(self._openings), size):
            some = slice(first, first + size)
            self.sheets = self.kind()
            for each in zip(self._openings[some], self.ticket_ids[some], self.inquiry_ids[some], strict=True):
                self._open(*each)
            yield self.sheets

    def _moment(self, value: datetime | None) -> str:
        """As written; the same moment stands in many rows."""
        found = self._written.get(value)
        if found is None and value is not None:
            found = self._written[value] = moment(value)
        return found or NULL

    # --- one opening ---------------------------------------------------------------------------------------------------

    def _open(self, opening: Opening, ticket_id: int, inquiry_id: int) -> None:
        incoming, matter, sheets = opening.incoming, opening.matter, self.sheets
        decision, dispatches = self.known.decide(matters.facts_of(incoming, matter))
        inquiry = self._inquire(incoming, matter, opening.facts, ticket_id, inquiry_id)
        facts = matters.ticket_facts(matter)
        values = self._ticket_values(incoming, matter, decision, ticket_id, facts)
        ticket = self._fresh_ticket(ticket_id, values, facts, is_supervised=matter.is_supervised)
        refs = {"source": incoming.source, "inquiry": f"{incoming.number}#{incoming.round}", "rule": decision.rule_id}
        values |= self._event(ticket, "receive", self.actor, refs)
        sheets.ticket_history.keep(sheets.tickets.line(values), self._received)
        kind_of = facts["type"], facts["urgency"], facts["category"]
        clocks = self._planner.outer(inquiry, kind_of)
        values |= self._reached(clocks)
        section = self.known.sections[decision.section_id] if decision.section_id else None
        if section is not None and dispatches and not incoming.holds:
            helping = self._dispatch(ticket, values, decision, section)
            self._sign_outward(incoming, ticket_id, inquiry_id)
            inner = self._planner.inner(inquiry, kind_of, section.pk, clocks)
            self._planner.meet_sign(clocks)
            clocks += [*inner, *self._planner.helping(inquiry, kind_of, helping, inner)]
            values |= self._reached(clocks)
        self._go_on(ticket, values, clocks)
        sheets.tickets.add(values)
        self._keep_clocks(clocks, ticket_id, inquiry_id)
        self._keep_files(matter.files, incoming.source, ticket_id, inquiry_id)
        self._remember(incoming, inquiry_id)

    def _ticket_values(
        self, incoming: Incoming, matter: Matter, decision: Decision, ticket_id: int, facts: Mapping[str, str]
    ) -> Values:
        """As written."""
        return {
            "id": ticket_id,
            "number": numbering.ticket_number(incoming.channel, ticket_id, self.now),
            "channel": incoming.channel.value,
            "state": REGISTERED,
            "version": 1,
            "registered_at": self._at,
            "is_supervised": matter.is_supervised,
            "project_id": self.known.projects.get(matter.project, NULL) if matter.project else NULL,
            "proposed_section_id": decision.section_id or NULL,
            "route_reason": text(decision.reason_zh[:300]),
            "section_id": NULL,
            "dispatched_at": NULL,
            "due_at": NULL,
            "due_kind": "",
            "due_unit": "",
            "due_from": NULL,
            "due_provisional": False,
            "round": 0,
            **{name: text(value) for name, value in facts.items()},
        }

    def _go_on(self, ticket: Ticket, values: Values, clocks: Sequence[Values]) -> None:
        """What happens to the ticket before its row is written: nothing, where it has just come in."""

    def _reached(self, clocks: Sequence[Values]) -> Values:
        """What the ticket keeps of its next clock, as written."""
        kept = reach(clocks)
        return {**kept, "due_at": self._moment(kept["due_at"]), "due_from": self._moment(kept["due_from"])}

    def _fresh_ticket(self, ticket_id: int, values: Values, facts: Mapping[str, str], *, is_supervised: bool) -> Ticket:
        """One instance serves every ticket of the chunk: the journal reads its guarded facts from it."""
        ticket = self._ticket
        ticket.id, ticket.number, ticket.state, ticket.version = ticket_id, values["number"], REGISTERED, 1
        ticket.journal_seq, ticket.journal_head, ticket.section_id = 0, "", None
        ticket.title, ticket.content, ticket.is_supervised = facts["title"], facts["content"], is_supervised
        return ticket

    def _event(
        self,
        ticket: Ticket,
        action: str,
        actor: Actor,
        refs: Mapping[str, Any],
        before: str = "",
        reason: str = "",
        at: datetime | None = None,
    ) -> Values:
        """The next link of the ticket's chain; the ticket's head moves on to it, as the answer says."""
        when = at or self.now
        seq, previous = ticket.journal_seq + 1, ticket.journal_head
        payload = chain.canonical(ledger.payload_facts(ticket, seq, action, actor, when, refs, before, reason))
        digest, mac = chain.link(previous, payload, settings.JOURNAL_KEY)
        ticket.journal_seq, ticket.journal_head = seq, digest
        self.sheets.events.add({
            "ticket_id": ticket.id, "seq": seq, "action": action, "actor": text(actor.label), "user_id": actor.user_id or NULL,
            "at": self._moment(when), "payload": text(payload), "previous": previous or chain.GENESIS, "digest": digest, "mac": mac,
        })  # fmt: skip
        return {"journal_seq": seq, "journal_head": digest}

    def _inquire(
        self, incoming: Incoming, matter: Matter, facts: Mapping[str, Any], ticket_id: int, inquiry_id: int
    ) -> Inquiry:
        """The inquiry's line; one instance serves every inquiry of the chunk: the clocks read their moments from it."""
        line = self.sheets.inquiries.add({
            "id": inquiry_id, "ticket_id": ticket_id, "source_id": text(incoming.source), "channel": incoming.channel.value,
            "number": text(incoming.number), "round": incoming.round, "version": incoming.version, "redo_no": incoming.redo_no,
            "outer_state": text(incoming.outer_state), "person_id": self._keep_person(matter), "received_at": self._at,
            "lookup_code": next(self._codes), "inbox_id": written(incoming.inbox_id),
            "unmapped": written(list(incoming.unmapped)), "taken_by_id": self.actor.user_id or NULL,
            **{name: self._moment(value) if isinstance(value, datetime) else written(value) for name, value in facts.items()},
        })  # fmt: skip
        self.sheets.inquiry_history.keep(line, self._inquired)
        self._inquiry.__dict__.update(facts, channel=incoming.channel.value, received_at=self.now)
        return self._inquiry

    def _keep_person(self, matter: Matter) -> int | str:
        if not matter.party:
            return NULL
        person, pk = self._person, next(self._persons)
        person.key = None
        person.fill(matter.party)
        self.sheets.persons.add({
            "id": pk, "key": written(person.key), "sealed": written(person.sealed), "phone_digest": person.phone_digest,
            "incoming_digest": person.incoming_digest, "id_digest": person.id_digest, "created_at": self._at,
        })  # fmt: skip
        return pk

    # --- what a rule dispatches ----------------------------------------------------------------------------------------

    def _dispatch(self, ticket: Ticket, values: Values, decision: Decision, section: Section) -> list[int]:
        """``routing.dispatch`` by the service itself: the ticket's values move on. Answers the sections that contribute."""
        reason = decision.reason_zh[:300]
        ticket.state, ticket.version, ticket.section_id = DISPATCHED, 2, section.pk
        refs = {"section": section.code}
        values |= self._event(ticket, Action.DISPATCH.value, SYSTEM, refs, REGISTERED, reason)
        values |= {
            "state": DISPATCHED, "version": 2, "section_id": section.pk, "dispatched_at": self._at, "round": 1
        }  # fmt: skip
        why = tail(self.now, f"{reason} [{SYSTEM.label}]", SYSTEM.user_id, "~")
        self.sheets.ticket_history.keep(self.sheets.tickets.line(values), why)
        self.dispatched.append(ticket.id)
        wanted = set(decision.co_section_ids) - {section.pk}
        others = [pk for pk, other in self.known.sections.items() if pk in wanted and other.is_active] if wanted else []
        self._co_handled += [(ticket.id, pk) for pk in others]
        return sorted(others)

    def _sign_outward(self, incoming: Incoming, ticket_id: int, inquiry_id: int) -> None:
        source = self.known.sources[incoming.source]
        if incoming.outer_state not in UNSIGNED or Telling.SIGN not in source.tells or not source.is_active:
            return
        facts = {"signer": SYSTEM.name, "signed_at": self.now.isoformat()}
        self.sheets.outbox.add({
            "ticket_id": ticket_id, "inquiry_id": inquiry_id, "source_id": text(source.pk), "telling": Telling.SIGN.value,
            "round": incoming.round, "redo_no": incoming.redo_no, "facts": written(facts), "created_at": self._at,
            "next_at": self._at,
        })  # fmt: skip
        self.tellers.add(source.pk)

    def asked_to_help(self) -> Sheets:
        """The co-handlers of all parts, when everything else is sent."""
        sheets, asked = Sheets(), tail(self.now, f"co-handler [{SYSTEM.label}]", SYSTEM.user_id)
        if not self._co_handled:
            return sheets
        ids = numbering.allocate(CoHandler, len(self._co_handled))
        for pk, (ticket_id, section_id) in zip(ids, self._co_handled, strict=True):
            values = {"id": pk, "ticket_id": ticket_id, "section_id": section_id, "asked_at": self._at}
            sheets.co_handler_history.keep(sheets.co_handlers.add(values), asked)
        return sheets

    # --- what hangs on it ----------------------------------------------------------------------------------------------

    def _keep_clocks(self, clocks: Sequence[Values], ticket_id: int, inquiry_id: int) -> None:
        for clock in clocks:
            is_inner = clock["section_id"] is not None
            clock["ticket_id"], clock["inquiry_id"] = ticket_id, NULL if is_inner else inquiry_id
            clock["section_id"] = clock["section_id"] if is_inner else NULL
            clock["terms"] = self._terms_of(clock)
            clock["policy_id"] = clock["policy_id"] or NULL
            for name in ("started_at", "platform_due_at", "due_at", "next_at", "met_at"):
                clock[name] = self._moment(clock[name])
            self.sheets.timers.add(clock)

    def _terms_of(self, clock: Values) -> str:
        """A policy's terms are one dict for all its clocks: written once."""
        terms = clock["terms"]
        if "before" in terms:
            return text(json.dumps(terms))
        key = clock["policy_id"] or 0
        if key not in self._terms:
            self._terms[key] = written(terms)
        return self._terms[key]

    def _keep_files(self, files: Sequence[FileRef], source: str, ticket_id: int, inquiry_id: int) -> None:
        for facts in matters.file_facts(files, self.now):
            row = {name: written(value) for name, value in facts.items()}
            self.sheets.files.add({**row, "ticket_id": ticket_id, "inquiry_id": inquiry_id})
            self.holders.add(source)

    def _remember(self, incoming: Incoming, inquiry_id: int) -> None:
        if not incoming.event_id:
            return
        self.sheets.exchanges.add({
            "source_id": text(incoming.source), "event_id": text(incoming.event_id), "inquiry_id": inquiry_id,
            "happening": incoming.happening.value, "version": incoming.version, "received_at": self._at,
            "occurred_at": self._moment(incoming.occurred_at), "detail": written(incoming.detail),
        })  # fmt: skip
