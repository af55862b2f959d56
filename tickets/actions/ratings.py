"""What callers do by themselves on the look-up page: look at their matter, and rate its answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import ANSWERED, State, UnableToMove
from tickets.domain.words import Role
from tickets.models import Inquiry, Rating, Reply, ReplyState, Ticket

from . import ledger, notices

#: Whoever holds the look-up code; no account, no role.
CALLER = Actor(name="caller", roles=frozenset())
#: From here on an answer did not content its caller (1 very satisfied … 5 very dissatisfied).
DISSATISFIED = 4
COMMENT = 500


def look_up(*, inquiry: Inquiry, now: datetime) -> None:
    """Record on the work behind the inquiry that its caller looked."""
    with transaction.atomic():
        ticket = ledger.lock(work_of(inquiry), None)
        ledger.note(ticket=ticket, action="looked_up", actor=CALLER, now=now, refs={"inquiry": inquiry.pk})


@transaction.atomic
def rate(*, inquiry: Inquiry, is_solved: bool, satisfaction: int, comment: str, now: datetime) -> Rating:
    """自主评价 of the newest answer: the caller may change it. A bad one is told to the office.

    Raises UnableToMove: nothing answered yet, closed, or a figure outside 1..5.
    """
    ticket = ledger.lock(work_of(inquiry), None)
    reply = _rateable(ticket, satisfaction)
    rating = Rating.objects.filter(inquiry=inquiry, reply_no=reply.no).first()
    rating = rating or Rating(inquiry=inquiry, reply_no=reply.no)
    rating.is_solved, rating.satisfaction, rating.comment = is_solved, satisfaction, comment.strip()[:COMMENT]
    rating.rated_at = now
    ledger.save_with_history(rating, actor=CALLER, now=now, reason="rated")
    refs = {"inquiry": inquiry.pk, "reply": reply.no, "solved": is_solved, "satisfaction": satisfaction}
    ledger.note(ticket=ticket, action="rated_online", actor=CALLER, now=now, refs=refs)
    _tell(ticket, rating, now)
    return rating


def may_rate(ticket: Ticket, *, has_answer: bool) -> bool:
    """Is there an answer, and is the matter still open to a word about it?"""
    return has_answer and ticket.stage in ANSWERED | {State.CLOSED}


def work_of(inquiry: Inquiry) -> int:
    """The ticket whose work answers the inquiry: of a merged one the ticket that goes on."""
    parents = Ticket.objects.filter(pk=inquiry.ticket_id).values_list("parent_id", flat=True)
    return parents.get() or inquiry.ticket_id


def _rateable(ticket: Ticket, satisfaction: int) -> Reply:
    reply = Reply.objects.filter(ticket=ticket, is_interim=False, state=ReplyState.SENT.value).order_by("-no").first()
    if not 1 <= satisfaction <= 5:
        raise UnableToMove("satisfaction", "请选择满意度。", "Choose how satisfied you are.", field="satisfaction")
    if reply is None or not may_rate(ticket, has_answer=True):
        zh, en = "目前没有可以评价的答复。", "There is no answer to rate at the moment."
        raise UnableToMove("nothing_to_rate", zh, en)
    return reply


def _tell(ticket: Ticket, rating: Rating, now: datetime) -> None:
    if rating.is_solved and rating.satisfaction < DISSATISFIED:
        return
    key = f"rated:{rating.inquiry_id}:{rating.reply_no}"
    facts = {"satisfaction": rating.satisfaction, "solved": rating.is_solved}
    notices.tell(key=key, kind="rated_badly", role=Role.DISPATCHER, now=now, ticket=ticket, facts=facts)
