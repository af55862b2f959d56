"""A source's later decision asks an act of its ticket (wire: the platform's state never moves ours directly)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tickets.domain import states
from tickets.domain.actors import Actor
from tickets.domain.messages import Happening, Incoming
from tickets.domain.states import ANSWERED, OPEN, OVER, State
from tickets.models import Inquiry, Ticket
from tickets.queries import inquiries

from .. import delivery, handling, ledger, replies, timers

Act = Callable[[Inquiry, Ticket, Incoming, Actor, datetime], None]

#: Happenings about the state: an older one than the newest applied is kept, and not applied.
ABOUT_STATE = frozenset({Happening.REDO, Happening.BOUNCED, Happening.ACCEPTED, Happening.CLOSED, Happening.WITHDRAWN})

#: A source's verdict on what was handed over as a file stands for the receipt.
VERDICTS = frozenset({Happening.ACCEPTED, Happening.CLOSED, Happening.BOUNCED, Happening.RETURN_DECIDED})


def settle_receipts(*, inquiry: Inquiry, incoming: Incoming, now: datetime) -> None:
    """The verdict is the receipt of what was handed over, whatever our table makes of the rest."""
    if incoming.happening in VERDICTS:
        receipt = str(incoming.detail.get("request_no") or incoming.detail.get("file") or "")
        delivery.receipt_came(inquiry=inquiry, accepted=_is_good(incoming), receipt_no=receipt, now=now)


def _is_good(incoming: Incoming) -> bool:
    return incoming.happening is not Happening.BOUNCED and incoming.detail.get("agreed") is not False


def apply(*, inquiry: Inquiry, incoming: Incoming, actor: Actor, now: datetime) -> bool:
    """Do what the happening asks. False: it is older than what was applied already. Raises UnableToMove."""
    about_state = incoming.happening in ABOUT_STATE
    if about_state and incoming.version < inquiry.state_version:
        return False
    if incoming.version >= inquiry.version:
        inquiry.version = incoming.version
        inquiry.outer_state = incoming.outer_state or inquiry.outer_state
    if about_state:
        inquiry.state_version = max(inquiry.state_version, incoming.version)
    ticket = _work(inquiry)
    ACTS[incoming.happening](inquiry, ticket, incoming, actor, now)
    ledger.save_with_history(inquiry, actor=actor, now=now, reason=incoming.happening.value)
    return True


def _work(inquiry: Inquiry) -> Ticket:
    """The ticket that does the work: the parent of a merged one."""
    ticket = ledger.lock(inquiry.ticket_id)
    return ledger.lock(ticket.parent_id) if ticket.parent_id is not None else ticket


def _put(inquiry: Inquiry, **facts: Any) -> None:
    """Into the row at once, for what asks the table meanwhile; the history comes with who, when and why as ``apply`` ends."""
    for name, value in facts.items():
        setattr(inquiry, name, value)
    Inquiry.objects.filter(pk=inquiry.pk).update(**facts)


def moment(value: Any) -> datetime | None:
    """A moment of ``detail``: ISO text with offset, or None."""
    return datetime.fromisoformat(value) if value else None


def _redo(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    number = int(incoming.detail.get("redo_no") or incoming.redo_no or inquiry.redo_no + 1)
    if number <= inquiry.redo_no:
        return
    inquiry.redo_no, inquiry.closed_at, inquiry.answered_at = number, None, None
    reason, due = str(incoming.detail.get("reason") or ""), moment(incoming.detail.get("new_deadline"))
    if due is not None:
        inquiry.limit_reply = due
    if ticket.stage in ANSWERED | {State.CLOSED, State.ARCHIVED}:
        handling.redo(ticket=ticket, actor=actor, now=now, reason=reason, due=due, inquiry=inquiry)
    elif ticket.stage in OPEN:
        ledger.note(
            ticket=ticket,
            action="redo_while_open",
            actor=actor,
            now=now,
            refs={"inquiry": str(inquiry), "redo": number},
        )
        timers.start_redo(ticket=ticket, inquiry=inquiry, now=now, due=due)
    else:
        handling.register_again(ticket=ticket, actor=actor, now=now, reason=reason)


def _reasons(detail: dict[str, Any]) -> list[Any]:
    return detail.get("reasons") or [detail.get("reason") or detail.get("opinion") or ""]


def _bounced(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    if int(incoming.detail.get("redo_no") or inquiry.redo_no) != inquiry.redo_no:
        return
    reasons = "；".join(str(reason) for reason in _reasons(incoming.detail))
    inquiry.answered_at = None
    if ticket.stage is State.IN_PROGRESS:
        ledger.note(ticket=ticket, action="bounced_while_open", actor=actor, now=now, refs={"inquiry": str(inquiry)})
        return
    due = moment(incoming.detail.get("fix_by"))
    replies.bounced(ticket=ticket, inquiry=inquiry, actor=actor, now=now, reasons=reasons, due=due)


def _accepted(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    if ticket.stage is State.SENT:
        ledger.move(
            ticket=ticket, action=states.Action.SOURCE_ACCEPT, actor=actor, now=now, refs={"inquiry": str(inquiry)}
        )
    else:
        ledger.note(ticket=ticket, action="source_accepted", actor=actor, now=now, refs={"inquiry": str(inquiry)})


def _rated(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    detail = incoming.detail
    inquiry.is_reached, inquiry.is_solved = detail.get("reached"), detail.get("solved")
    inquiry.satisfaction, inquiry.comment = detail.get("satisfaction") or None, str(detail.get("comment") or "")
    refs = {
        "inquiry": str(inquiry),
        "reached": inquiry.is_reached,
        "solved": inquiry.is_solved,
        "satisfaction": inquiry.satisfaction,
    }
    ledger.note(ticket=ticket, action="rated", actor=actor, now=now, refs=refs)


def _closed(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    _put(inquiry, closed_at=moment(incoming.detail.get("closed_at")) or now, outer_state="closed")
    if any(other.pk != inquiry.pk for other in inquiries.live(ticket)):
        ledger.note(ticket=ticket, action="inquiry_closed", actor=actor, now=now, refs={"inquiry": str(inquiry)})
    elif ticket.stage not in OVER:
        handling.close(ticket=ticket, actor=actor, now=now)


def _withdrawn(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    _put(inquiry, closed_at=now, outer_state="terminated")
    timers.stop(ticket=ticket, now=now, inquiry=inquiry)
    if any(other.pk != inquiry.pk for other in inquiries.live(ticket)):
        ledger.note(ticket=ticket, action="inquiry_withdrawn", actor=actor, now=now, refs={"inquiry": str(inquiry)})
    elif ticket.stage in OPEN:
        handling.withdraw(ticket=ticket, actor=actor, now=now, reason=str(incoming.detail.get("reason") or ""))


def _return_decided(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    agreed = bool(incoming.detail.get("agreed"))
    if ticket.stage in ANSWERED:
        _answer_ruled(inquiry, ticket, incoming, actor, now)
        return
    if not agreed:
        _put(inquiry, must_handle=True)
    handling.settle_outward_return(
        ticket=ticket, actor=actor, now=now, agreed=agreed, opinion=str(incoming.detail.get("opinion") or "")
    )
    if agreed:
        inquiry.closed_at, inquiry.outer_state = now, "returned"


def _answer_ruled(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    """Answered with “not ours”: a source that agrees has taken it back and is done with us, one that does not bounces the answer."""
    if not incoming.detail.get("agreed"):
        _bounced(inquiry, ticket, incoming, actor, now)
        return
    _closed(inquiry, ticket, incoming, actor, now)
    inquiry.outer_state = "returned"


def _extension_decided(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    handling.settle_extension(
        ticket=ticket,
        inquiry=inquiry,
        actor=actor,
        now=now,
        agreed=bool(incoming.detail.get("agreed")),
        new_deadline=moment(incoming.detail.get("new_deadline")),
        opinion=str(incoming.detail.get("opinion") or ""),
    )


def _chased(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    if ticket.stage in states.WORKING:
        handling.chase(ticket=ticket, actor=actor, now=now, content=str(incoming.detail.get("content") or ""))
    else:
        ledger.note(ticket=ticket, action="chased_after_answer", actor=actor, now=now, refs={"inquiry": str(inquiry)})


def _supervised(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    if ticket.stage not in OPEN:
        ledger.note(ticket=ticket, action="supervised_after_end", actor=actor, now=now, refs={"inquiry": str(inquiry)})
        return
    handling.supervise(
        ticket=ticket,
        actor=actor,
        now=now,
        content=str(incoming.detail.get("instruction") or incoming.detail.get("level") or ""),
    )


def _noted(inquiry: Inquiry, ticket: Ticket, incoming: Incoming, actor: Actor, now: datetime) -> None:
    ledger.note(ticket=ticket, action=incoming.happening.value, actor=actor, now=now, refs={"inquiry": str(inquiry)})


ACTS: dict[Happening, Act] = {
    Happening.REDO: _redo,
    Happening.BOUNCED: _bounced,
    Happening.ACCEPTED: _accepted,
    Happening.RATED: _rated,
    Happening.CLOSED: _closed,
    Happening.WITHDRAWN: _withdrawn,
    Happening.RETURN_DECIDED: _return_decided,
    Happening.EXTENSION_DECIDED: _extension_decided,
    Happening.CHASED: _chased,
    Happening.SUPERVISED: _supervised,
    Happening.UNITS_ADDED: _noted,
    Happening.REFERENCE: _noted,
    Happening.SEEN: _noted,
}
