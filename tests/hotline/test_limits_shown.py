"""The limit that is due first is what a person sees first: in the lists, on the ticket's page, on the leader's card."""

from __future__ import annotations

import re
from datetime import timedelta

from hotline.wording import moments
from tests.hotline.bureau import Bureau, Desk, inquiry_of
from tests.hotline.lived import again, reviewed, signed
from tickets import clock
from tickets.actions import timers
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Ticket


def pressed(ticket: Ticket) -> Ticket:
    """Its source wants the contact within two hours: earlier than any limit of the section."""
    inquiry = inquiry_of(ticket)
    inquiry.limit_contact = clock.now() + timedelta(hours=2)
    timers.start_outer(inquiry=inquiry, now=clock.now(), ticket=ticket)
    ticket = again(ticket)
    first = ticket.timers.get(side=Side.OUTER, kind=ClockKind.CONTACT)
    assert (ticket.due_kind, ticket.due_at) == (ClockKind.CONTACT, first.due_at)
    return ticket


def until(ticket: Ticket) -> str:
    return moments.due(ticket.due_at, clock.now())


def test_on_the_sections_page_the_limit_of_the_list_stands_first(bureau: Bureau) -> None:
    ticket, desk = pressed(signed(bureau, channel=Channel.HOTLINE)), Desk(bureau.people["handler"])
    body = desk.get(f"/tickets/{ticket.number}/").content.decode()
    limits = body.partition('<ul class="clocks">')[2].partition("</ul>")[0]
    assert re.findall(r'"head">([^<]+)<', limits)[:2] == ["对外时限 · 首次联系", "科室时限 · 首次联系"]
    assert until(ticket) in limits
    title = body.partition('<div class="title">')[2].partition("</h1>")[2].partition("</div>")[0]
    assert "对外时限 · 首次联系" in title
    assert until(ticket) in title


def test_a_row_names_the_limit_and_its_date(bureau: Bureau) -> None:
    ticket = pressed(signed(bureau, channel=Channel.HOTLINE))
    row = Desk(bureau.people["handler"]).get("/desk/", list="queue").content.decode()
    assert f'首次联系 <span class="mono">{until(ticket)}' in row
    english = Desk(bureau.people["handler"], language="en").get("/desk/", list="queue").content.decode()
    assert "First contact" in english


def test_the_leaders_card_names_the_limit(bureau: Bureau) -> None:
    ticket = reviewed(bureau, channel=Channel.HOTLINE)
    timers.start_outer(inquiry=inquiry_of(ticket), now=clock.now(), ticket=ticket)
    ticket = again(ticket)
    card = Desk(bureau.people["leader"]).get("/board/approve/", list="replies").content.decode()
    assert f'{ClockKind(ticket.due_kind).zh} <span class="mono">{until(ticket)}' in card
