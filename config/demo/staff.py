"""Demonstration staff: they take calls, accept, dispatch, sign, contact, answer, review, approve and send, by the actions people use."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hotline.models import User
from tickets.actions import files, handling, intake, replies, routing
from tickets.domain.actors import Actor
from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.states import OPEN, State, UnableToMove
from tickets.domain.words import Channel, MatterType, Outcome, Role, Urgency
from tickets.models import Inquiry, Section, Ticket
from tickets.queries.freshness import held

Key = tuple[str, str, int]
NATURES = {word.zh: word for word in MatterType} | {"申请": MatterType.CONSULTATION}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the record holds for the staff to write."""

    text: str
    handling: str = ""
    outcome: Outcome = Outcome.SOLVED


class Staff:
    """The people of the demonstration bureau at work. ``clock`` is a door's clock, read at every act."""

    def __init__(self, answers: Mapping[Key, Answer], clock: Callable[[], datetime]) -> None:
        self.answers, self.clock = answers, clock
        everyone = [
            user.actor() for user in User.objects.filter(is_active=True).select_related("section").order_by("id")
        ]
        self.clerk = self._one(everyone, Role.INTAKE)
        self.dispatcher = self._one(everyone, Role.DISPATCHER)
        self.leader = self._one(everyone, Role.LEADER)
        self.handlers = {actor.section_id: actor for actor in everyone if actor.has(Role.HANDLER)}
        self.chiefs = {actor.section_id: actor for actor in everyone if actor.has(Role.CHIEF)}
        self.last_resort = Section.objects.get(code="general")
        self.refused: list[str] = []

    @staticmethod
    def _one(everyone: Iterable[Actor], role: Role) -> Actor:
        return next(actor for actor in everyone if actor.has(role))

    def log(self, matters: list[dict[str, Any]]) -> int:
        """The intake desk enters what came by radio, counter, letter and telephone. Returns how many."""
        for row in matters:
            intake.receive(incoming=_typed_in(row, self.clock()), actor=self.clerk, now=self.clock())
        return len(matters)

    def work(self, progress: Callable[[int, int], None]) -> int:
        """Carry every ticket that has an answer to its end; the rest wait where they are. Returns how many were sent."""
        tickets = list(Ticket.objects.filter(state__in=sorted(OPEN)).order_by("id").values_list("pk", flat=True))
        sent = 0
        for place, pk in enumerate(tickets, start=1):
            with transaction.atomic(), held():  # one ticket at a time, as somebody who clears a desk
                sent += self._try(Ticket.objects.get(pk=pk))
            if place % 25 == 0 or place == len(tickets):
                progress(place, len(tickets))
        return sent

    def _try(self, ticket: Ticket) -> int:
        """What is refused stays where it is; what was done before stands."""
        try:
            return self._carry(ticket)
        except UnableToMove as refusal:
            self.refused.append(f"{ticket.number}: {refusal.zh}")
            return 0

    def _carry(self, ticket: Ticket) -> int:
        inquiries = list(ticket.inquiries.select_related("source").order_by("id"))
        for inquiry in inquiries:
            self._accept(ticket, inquiry)
        answer = self._answer(inquiries)
        if answer is None or ticket.stage not in (State.REGISTERED, State.DISPATCHED, State.IN_PROGRESS):
            return 0
        ticket = self._hand_over(ticket)
        self._handle(ticket, answer)
        return self._send(ticket)

    def _answer(self, inquiries: list[Inquiry]) -> Answer | None:
        for inquiry in reversed(inquiries):
            found = self.answers.get((inquiry.source_id, inquiry.number, inquiry.round))
            if found is not None:
                return found
        return None

    def _accept(self, ticket: Ticket, inquiry: Inquiry) -> None:
        if "accept" in inquiry.source.tells and inquiry.accepted_at is None:
            handling.accept(ticket=ticket, inquiry=inquiry, actor=self.dispatcher, now=self.clock())

    def _hand_over(self, ticket: Ticket) -> Ticket:
        if ticket.stage is State.REGISTERED:
            section = ticket.proposed_section
            if section is None or section.pk not in self.handlers:
                section = self.last_resort
            ticket = routing.dispatch(
                ticket=ticket, section=section, actor=self.dispatcher, now=self.clock(), reason="演示派单"
            )
        if ticket.stage is State.DISPATCHED:
            ticket = handling.sign(ticket=ticket, actor=self.handlers[ticket.section_id], now=self.clock())
        return ticket

    def _handle(self, ticket: Ticket, answer: Answer) -> None:
        handler = self.handlers[ticket.section_id]
        caller = self.dispatcher if ticket.is_confidential else handler
        handling.contact(ticket=ticket, actor=caller, now=self.clock(), reached=True, note="已电话联系，告知办理进展。")
        photo = self._photo(ticket, handler, answer)
        promised = (self.clock() + timedelta(days=20)).date() if answer.outcome is Outcome.IN_PROGRESS else None
        replies.draft(
            ticket=ticket,
            actor=handler,
            now=self.clock(),
            outcome=answer.outcome.value,
            public_text=answer.text,
            handling=answer.handling or "已核实办理，详见公开答复。",
            promised_on=promised,
            attachments=photo,
        )
        replies.submit(ticket=ticket, actor=handler, now=self.clock())

    def _photo(self, ticket: Ticket, handler: Actor, answer: Answer) -> list[int]:
        """An inspection's 已整改 needs a photo of the mended place."""
        if ticket.channel != Channel.INSPECTION or answer.outcome is not Outcome.SOLVED:
            return []
        content = picture(ticket.pk)
        stored = files.store(
            content=content,
            name=f"整改后-{ticket.pk}.png",
            ticket=ticket,
            role="photo",
            actor=handler,
            now=self.clock(),
        )
        return [stored.pk]

    def _send(self, ticket: Ticket) -> int:
        reply = replies.review(ticket=ticket, actor=self.chiefs[ticket.section_id], now=self.clock(), passed=True)
        signer = self.leader if replies.needs_leader(ticket, reply) else self.dispatcher
        replies.approve(ticket=ticket, actor=signer, now=self.clock())
        replies.send(ticket=ticket, actor=self.dispatcher, now=self.clock())
        return 1


def picture(seed: int) -> bytes:
    """A small one-coloured PNG, a different one for each seed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    colour = bytes((seed * 37 % 256, seed * 61 % 256, seed // 256 % 256))
    rows = b"".join(b"\x00" + colour * 16 for _ in range(16))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _typed_in(row: dict[str, Any], now: datetime) -> Incoming:
    """What the intake desk types for a made-up matter of its own doors."""
    channel = Channel(row["channel"])
    matter = Matter(
        title=row["title"],
        content=row["content"],
        party=Party(name=row.get("caller", ""), phone=row.get("phone", "")),
        type=NATURES.get(row.get("nature", ""), MatterType.OTHER),
        place=row.get("place", ""),
        urgency=Urgency.URGENT if row.get("urgency") in ("紧急", "urgent", "major") else Urgency.ORDINARY,
        called_at=now,
        dispatched_at=now,
        confirmed_at=now if channel is Channel.DISCLOSURE else None,
    )
    number = str(row["number"])
    return Incoming(
        channel.value, channel, number, 1, Happening.DISPATCHED, now, event_id=f"typed:{number}", matter=matter
    )
