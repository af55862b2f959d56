"""The tables an opening touches, each with the columns its lines bring."""

from __future__ import annotations

from collections.abc import Iterator

from tickets.models import Attachment, CoHandler, Event, Exchange, Inquiry, OutboxRow, Person, Ticket, Timer

from .copying import HistorySheet, Sheet

SERIAL = ("id",)


class Sheets:
    """One sheet for each table; in iteration they stand in the order of sending."""

    #: What a ticket's line brings when it has just come in.
    OF_TICKET: tuple[str, ...] = (
        "id", "number", "channel", "state", "version", "registered_at", "is_supervised", "project_id",
        "proposed_section_id", "route_reason", "section_id", "dispatched_at", "due_at", "due_kind", "due_unit", "due_from",
        "due_provisional",
        "round", "journal_seq", "journal_head", "title", "content", "type", "category", "urgency", "area_code", "place",
    )  # fmt: skip

    def __init__(self) -> None:
        self.inquiries = Sheet(
            Inquiry, "id", "ticket_id", "source_id", "channel", "number", "round", "version", "redo_no", "outer_state", "person_id",
            "received_at", "lookup_code", "inbox_id", "unmapped", "is_anonymous", "needs_reply", "must_handle", "source_type",
            "way", "taken_by_id", "related_numbers", "called_at", "dispatched_at", "confirmed_at", "limit_sign", "limit_contact",
            "limit_answer", "limit_reply", "limit_notice", "limit_objection",
        )  # fmt: skip
        self.persons = Sheet(
            Person, "id", "key", "sealed", "phone_digest", "incoming_digest", "id_digest", "created_at"
        )
        self.tickets = Sheet(Ticket, *self.OF_TICKET)
        self.events = Sheet(
            Event, "ticket_id", "seq", "action", "actor", "user_id", "at", "payload", "previous", "digest", "mac", leave_out=SERIAL
        )  # fmt: skip
        self.timers = Sheet(
            Timer, "ticket_id", "inquiry_id", "section_id", "channel", "kind", "side", "policy_id", "policy_version", "terms", "run",
            "started_at", "platform_due_at", "due_at", "is_provisional", "next_at", "met_at", "is_late", leave_out=SERIAL,
        )  # fmt: skip
        self.co_handlers = Sheet(CoHandler, "id", "ticket_id", "section_id", "asked_at")
        self.outbox = Sheet(
            OutboxRow, "ticket_id", "inquiry_id", "source_id", "telling", "round", "redo_no", "facts", "created_at", "next_at",
            leave_out=SERIAL,
        )  # fmt: skip
        self.files = Sheet(
            Attachment, "ticket_id", "inquiry_id", "name", "size", "sha256", "source_ref", "source_url", "added_at", "state",
            "trouble", leave_out=SERIAL,
        )  # fmt: skip
        self.exchanges = Sheet(
            Exchange, "source_id", "event_id", "inquiry_id", "happening", "version", "occurred_at", "received_at", "detail",
            leave_out=SERIAL,
        )  # fmt: skip
        self.ticket_history = HistorySheet(self.tickets, Ticket)
        self.inquiry_history = HistorySheet(self.inquiries, Inquiry)
        self.co_handler_history = HistorySheet(self.co_handlers, CoHandler)

    def __iter__(self) -> Iterator[Sheet]:
        """The inquiries first, so that an item another door took in meanwhile is found out at once."""
        return iter((
            self.inquiries, self.inquiry_history, self.persons, self.tickets, self.ticket_history, self.events, self.timers,
            self.co_handlers, self.co_handler_history, self.outbox, self.files, self.exchanges,
        ))  # fmt: skip
