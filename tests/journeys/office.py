"""A small bureau for the journeys: two sections, their people, the office, a leader, and the four platforms' doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.tickets.making import NOW, make_reference, make_section, make_user
from tickets.actions import intake
from tickets.domain.actors import Actor, platform
from tickets.domain.messages import Happening, Incoming, Matter, Party
from tickets.domain.words import Channel, Role
from tickets.models import Route, Section, Source, Ticket

TELLS = {
    "hotline": ["sign", "contact", "reply", "return", "extension"],
    "business": ["contact", "interim", "reply", "return", "extension"],
    "petition": ["accept", "reply", "return", "extension"],
    "inspection": ["reply", "return"],
}
numbers = count(1)


@dataclass
class Office:
    """Everybody who works, and a clock that only moves when told."""

    now: datetime = NOW
    people: dict[str, Actor] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["people"][name]
        except KeyError as error:
            raise AttributeError(name) from error

    def wait(self, **span: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**span)
        return self.now

    def dispatched(self, source: str = "hotline", number: str = "", round_: int = 1, **facts: Any) -> Ticket:
        """A matter that the platform dispatches to us now."""
        result = intake.receive(
            incoming=self.incoming(source, number, round_, **facts), actor=platform(source), now=self.now
        )
        return Ticket.objects.get(pk=result.ticket_id)

    def incoming(
        self, source: str = "hotline", number: str = "", round_: int = 1, version: int = 1, **facts: Any
    ) -> Incoming:
        """The message of such a dispatch."""
        number = number or f"2603020912{next(numbers):08d}"
        facts = {
            "title": "样例路夜间施工噪声扰民",
            "content": "样例路与示范街交口工地每晚十一点后仍在浇筑，影响休息，请协调。",
            "party": Party(name="测试甲", phone="19900001234", incoming_phone="19900001001"),
            "place": "样例路与示范街交口",
            "dispatched_at": self.now,
            **facts,
        }
        return Incoming(
            source,
            Channel(source),
            number,
            round_,
            Happening.DISPATCHED,
            self.now,
            version=version,
            event_id=f"{number}:{round_}:{version}",
            outer_state="registered",
            matter=Matter(**facts),
        )

    def happens(self, ticket: Ticket, happening: Happening, version: int = 100, **detail: Any) -> intake.Received:
        """The source of the ticket's first inquiry decides something."""
        inquiry = ticket.inquiries.order_by("id")[0]
        event = Incoming(
            inquiry.source_id,
            Channel(inquiry.channel),
            inquiry.number,
            inquiry.round,
            happening,
            self.now,
            version=version,
            event_id=f"{inquiry.pk}:{happening}:{version}:{next(numbers)}",
            outer_state=str(detail.pop("outer_state", "")),
            detail=detail,
        )
        return intake.receive(incoming=event, actor=platform(inquiry.source_id), now=self.now)


def open_office(now: datetime = NOW) -> Office:
    """The bureau on a Monday morning, with one rule: noise goes to the quality section."""
    make_reference(now)
    sections = {code: make_section(code) for code in ("quality", "roads")}
    for code, tells in TELLS.items():
        channel = Channel(code)
        facts = {"name_zh": channel.zh, "name_en": channel.en, "channel": code, "tells": tells, "is_platform": True}
        Source.objects.update_or_create(code=code, defaults=facts)
    Route.objects.create(name="噪声", order=1, section=sections["quality"], conditions={"words": ["噪声"]})
    people = {
        "clerk": make_user("dengji", (Role.INTAKE,)),
        "dispatcher": make_user("paidan", (Role.DISPATCHER,)),
        "other_dispatcher": make_user("zhuren", (Role.DISPATCHER,)),
        "leader": make_user("lingdao", (Role.LEADER,)),
        "auditor": make_user("shenji", (Role.AUDITOR,)),
        "handler": make_user("zhiliang", (Role.HANDLER,), sections["quality"]),
        "chief": make_user("zhiliang-kezhang", (Role.CHIEF,), sections["quality"]),
        "stranger": make_user("daolu", (Role.HANDLER,), sections["roads"]),
        "strange_chief": make_user("daolu-kezhang", (Role.CHIEF,), sections["roads"]),
    }
    return Office(now=now, sections=sections, people={name: user.actor() for name, user in people.items()})
