"""What a clerk has logged today, and the receipt of one contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.models import User
from hotline.telling import clocks
from hotline.telling.matter import covered_card
from hotline.wording import label, mask_text
from tickets.domain.moments import at, to_local
from tickets.domain.states import State
from tickets.domain.words import Channel, ClockKind, MatterType, Side, Way
from tickets.models import Inquiry, ReplyState, Request, Ticket
from tickets.queries import inquiries

Row = dict[str, Any]


def logged(user: User, now: datetime) -> list[Row]:
    """Today's contacts of this clerk, the newest first, with labels."""
    midnight = at(to_local(now).date(), 0)
    return [_row(row) for row in inquiries.taken_by(user.pk, midnight)]


def _row(row: Row) -> Row:
    plain = {
        name.replace("ticket__", "").replace("__name", "").replace("__number", ""): value for name, value in row.items()
    }
    labels = (("state", State), ("type", MatterType), ("channel", Channel))
    told = {f"{name}_label": label(kind, plain[name]) for name, kind in labels}
    way = label(Way, plain["way"]) if plain["way"] else told["channel_label"]
    return {**plain, **told, "way_label": way, "title": mask_text(plain["title"])}


@dataclass(slots=True)
class Receipt:
    """What the caller takes away. ``clock``: the limit of this very contact with how it was counted; None where it is over or has
    none. ``into``: the ticket that goes on with it."""

    ticket: Ticket
    inquiry: Inquiry
    state_label: str
    type_label: str
    way_label: str
    title: str
    content: str
    place: str
    caller: dict[str, str] | None
    into: Ticket | None
    into_label: str
    clock: Row | None
    answer: str
    proposals: list[Row]

    @property
    def heading(self) -> str:
        """The title, where the content does not begin with it."""
        return "" if self.content.startswith(self.title.removesuffix("…")) else self.title


def receipt(ticket: Ticket, now: datetime) -> Receipt | None:
    """The receipt of the ticket's own newest contact; None for a ticket without one."""
    inquiry = ticket.inquiries.select_related("person", "source", "taken_by").order_by("-id").first()
    if inquiry is None:
        return None
    work = ticket.parent or ticket
    reply = (
        work.replies.filter(state=ReplyState.SENT.value).order_by("-no").values_list("public_text", flat=True).first()
    )
    return Receipt(
        ticket=ticket,
        inquiry=inquiry,
        state_label=label(State, ticket.state),
        type_label=label(MatterType, ticket.type),
        way_label=label(Way, inquiry.way) if inquiry.way else label(Channel, inquiry.channel),
        title=mask_text(ticket.title),
        content=mask_text(ticket.content),
        place=mask_text(ticket.place),
        caller=covered_card(inquiry.person.party()) if inquiry.person else None,
        into=ticket.parent,
        into_label=label(State, ticket.parent.state) if ticket.parent else "",
        clock=_clock(work, inquiry, now),
        answer=mask_text(reply or ""),
        proposals=_proposals(ticket),
    )


def _clock(work: Ticket, inquiry: Inquiry, now: datetime) -> Row | None:
    """The reply's limit of this contact, with its words."""
    shown = clocks.shown(work, now, side=Side.OUTER)
    mine = [row for row in (*shown["near"], *shown["rest"]) if row["number"] == inquiry.number and row["is_alive"]]
    replies = [row for row in mine if row["kind"] == ClockKind.REPLY and row["side"] == Side.OUTER]
    return next(iter(replies or mine), None)


def _proposals(ticket: Ticket) -> list[Row]:
    """What the desk has proposed and the office has not decided yet."""
    rows = Request.objects.filter(ticket=ticket, is_open=True, kind__in=("rejection", "merger")).order_by("id")
    return [{"kind": row.kind, "facts": row.facts, "reason": mask_text(row.reason)} for row in rows]
