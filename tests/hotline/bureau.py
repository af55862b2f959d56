"""A made-up bureau for the tests of the people's door: sections, accounts, tickets, and a client that speaks JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from hotline.models import User
from tests.tickets.making import make_inquiry, make_reference, make_section, make_ticket, make_user
from tickets import clock
from tickets.actions import routing
from tickets.domain.messages import Party
from tickets.domain.words import Channel, Role
from tickets.models import Inquiry, Person, Section, Ticket

PASSWORD = "样例口令-2026"
PARTY = Party(
    name="测试甲",
    phone="19900001234",
    incoming_phone="19900005678",
    id_number="341302199001011234",
    address="样例小区三栋五单元",
)


@dataclass
class Bureau:
    """The people: dispatcher, intake, leader …, and handler and chief of two sections."""

    lead: Section
    other: Section
    people: dict[str, User]

    def actor(self, name: str) -> Any:
        """The account as the domain knows it."""
        return self.people[name].actor()


def make_bureau() -> Bureau:
    """Reference rows, two sections, one account of every role; the helper's section co-handles when asked."""
    make_reference(clock.now())
    lead, other, third = make_section("gongcheng"), make_section("zhian"), make_section("xieban")
    people = {
        "intake": make_user("intake", (Role.INTAKE,)),
        "dispatcher": make_user("dispatcher", (Role.DISPATCHER,)),
        "leader": make_user("leader", (Role.LEADER,)),
        "secrecy": make_user("secrecy", (Role.SECRECY,)),
        "auditor": make_user("auditor", (Role.AUDITOR,)),
        "sysadmin": make_user("sysadmin", (Role.SYSADMIN,)),
        "security": make_user("security", (Role.SECURITY,)),
        "adapter": make_user("adapter", (Role.ADAPTER,)),
        "handler": make_user("handler", (Role.HANDLER,), lead),
        "chief": make_user("chief", (Role.CHIEF,), lead),
        "stranger": make_user("stranger", (Role.HANDLER,), other),
        "strange_chief": make_user("strange_chief", (Role.CHIEF,), other),
        "helper": make_user("helper", (Role.HANDLER,), third),
    }
    return Bureau(lead, other, people)


def log_matter(**facts: Any) -> Ticket:
    """A registered ticket with one inquiry of a person."""
    party = facts.pop("party", PARTY)
    facts = {
        "channel": Channel.DIRECT,
        "place": "样例路东段",
        "content": f"我是{party.name}，电话{party.phone}，样例路东段围挡破损。",
        **facts,
    }
    ticket = make_ticket(now=clock.now(), **facts)
    person = Person(created_at=clock.now())
    person.fill(party)
    person.save()
    make_inquiry(ticket, now=clock.now(), person=person)
    return ticket


def dispatched(bureau: Bureau, *helpers: Section, **facts: Any) -> Ticket:
    """A ticket with the lead section."""
    ticket = log_matter(**facts)
    return routing.dispatch(
        ticket=ticket, section=bureau.lead, actor=bureau.actor("dispatcher"), now=clock.now(), co_sections=helpers
    )


class Desk:
    """A person at a client of JSON; every answer is checked to be one."""

    def __init__(self, user: User | None = None, language: str = "") -> None:
        self.client = Client()
        self.headers = {"Accept-Language": language} if language else {}
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **query: Any) -> Any:
        """GET with a query."""
        return self.client.get(path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST of JSON; headers as ``If_Match="*"``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        return self.client.post(path, data, content_type="application/json", headers={**self.headers, **named})

    def act(
        self, ticket: Ticket, action: str, body: Any = None, version: int | str | None = None, **headers: str
    ) -> Any:
        """An act with the version as it stands in the database unless another is given."""
        if version is None:
            version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
        match = version if isinstance(version, str) else f'W/"{version}"'
        return self.post(f"/api/tickets/{ticket.number}/{action}/", body, If_Match=match, **headers)


def inquiry_of(ticket: Ticket) -> Inquiry:
    """Its newest inquiry."""
    return ticket.inquiries.order_by("-id")[0]


def text_of(response: HttpResponse) -> str:
    """The whole answer as text: body and headers."""
    body = response.content.decode("utf-8", "replace") if not response.streaming else ""
    return body + "\n" + "\n".join(f"{name}: {value}" for name, value in response.items())
