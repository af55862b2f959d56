"""A matter told to its caller: where it stands, until when and why, what was answered; nothing of the house's inside, no personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from hotline.wording import label, mask_text
from tickets.actions import ratings
from tickets.domain.states import WORKING, State
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Inquiry, Rating, Reply, ReplyState, Ticket

from . import clocks

S = State
#: The way of a matter in a caller's words, and the states at each of its stations.
STATIONS: tuple[frozenset[State], ...] = (
    frozenset({S.REGISTERED, S.OUTWARD_RETURN_ASKED}),
    frozenset({S.DISPATCHED}),
    frozenset({S.IN_PROGRESS, S.SECTION_RETURN_ASKED, S.AWAITING_INFORMATION, S.SUSPENDED, S.FIRST_REVIEW, S.SIGN_OFF, S.APPROVED}),
    frozenset({S.SENT, S.FOLLOW_UP}),
    frozenset({S.CLOSED, S.ARCHIVED}),
)  # fmt: skip
ENDED = frozenset({S.REJECTED, S.TERMINATED, S.RETURNED})


def told(inquiry: Inquiry, now: datetime) -> dict[str, Any]:
    """``number``, ``title`` (none of a confidential matter), ``stations``, ``remark``, ``clock``,
    ``answers``, ``rating``, ``may_rate``."""
    ticket = Ticket.objects.get(pk=ratings.work_of(inquiry))
    answers = _answers(ticket)
    return {
        "number": inquiry.ticket.number,
        "title": "" if ticket.is_confidential else mask_text(inquiry.ticket.title),
        "channel": label(Channel, inquiry.channel),
        "received_at": inquiry.received_at,
        "stations": _stations(ticket.stage),
        "remark": _remark(ticket, is_merged=ticket.pk != inquiry.ticket_id),
        "is_over": ticket.stage in ENDED,
        "clock": _clock(ticket, inquiry, now),
        "answers": [] if ticket.is_confidential else answers,
        "is_private": ticket.is_confidential and bool(answers),
        "rating": Rating.objects.filter(inquiry=inquiry).order_by("-reply_no").first(),
        "may_rate": ratings.may_rate(ticket, has_answer=any(not each.is_interim for each in answers)),
    }


def _stations(stage: State) -> list[dict[str, Any]]:
    here = next((place for place, states in enumerate(STATIONS) if stage in states), -1)
    names = (_("Logged"), _("Passed to a section"), _("Being handled"), _("Reply given"), _("Closed"))
    return [{"name": name, "is_done": place < here, "is_here": place == here} for place, name in enumerate(names)]


def _remark(ticket: Ticket, *, is_merged: bool) -> str:
    """What the stations do not say; of a merged matter, never which one it is answered with."""
    if is_merged and ticket.stage in WORKING:
        return _("The same matter is being worked on already: you are answered together with it.")
    said = {
        S.REJECTED: _("The matter cannot be taken here. You were told where to turn; ask the hotline if anything is unclear."),
        S.RETURNED: _("The matter is not among our duties and went back to where it came from, which passes it on."),
        S.TERMINATED: _("The matter ended without an answer: it was withdrawn, or its source ended it."),
        S.AWAITING_INFORMATION: _("We need something more from you and will call or have called you."),
        S.SUSPENDED: _("It cannot be solved at once: it stays on our list, and you are told when it goes on."),
    }  # fmt: skip
    return said.get(ticket.stage, "")


def _clock(ticket: Ticket, inquiry: Inquiry, now: datetime) -> dict[str, Any] | None:
    """The limit of the answer: this inquiry's own, else that of the work."""
    rows = [
        row
        for row in clocks.worded(ticket, now)
        if row["kind"] == ClockKind.REPLY.value and row["side"] == Side.OUTER.value
    ]
    return next((row for row in rows if row["inquiry_id"] == inquiry.pk), rows[0] if rows else None)  # fmt: skip


def _answers(ticket: Ticket) -> list[Reply]:
    """What was sent, the newest first."""
    return list(Reply.objects.filter(ticket=ticket, state=ReplyState.SENT.value).order_by("-no"))
