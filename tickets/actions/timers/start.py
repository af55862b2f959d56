"""Clocks begin: the outer ones with the source's dispatch, the inner ones with the office's (domain §2, §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tickets.domain.clock_events import ClockEventKind
from tickets.domain.moments import to_local
from tickets.domain.states import UnableToMove
from tickets.domain.words import NO_CALLER, ClockKind, Side
from tickets.models import Inquiry, Start, Ticket, Timer
from tickets.queries.freshness import held

from .helpers import follow_lead
from .rows import ALIVE, alive, arm, book, create, plain_terms, reach, save, settle
from .sources import inner_policy, outer_policy, start_of

#: Who gave the date of a section's reply clock, in its terms; a date without it was granted later.
BY_OFFICE = "office"


#: The clocks that begin with what comes in; the others wait for an act.
OF_THEMSELVES = tuple(kind for kind in ClockKind if kind not in (ClockKind.THIRD_PARTY, ClockKind.CONTRIBUTE))


#: What a source waits for at the end; the section's reply is a margin ahead of the earliest.
ANSWERS = (ClockKind.REPLY, ClockKind.REVIEW)


@held()
def start_outer(*, inquiry: Inquiry, now: datetime, ticket: Ticket | None = None) -> list[Timer]:
    """The clocks of one contact: those its source set a deadline for, and those a policy of ours supplies.

    The source's own deadline is in force where given and runs from its dispatch; a petition's reply waits for the acceptance
    (信访工作条例 art. 34); contact is not applicable to anonymous callers. Calling it again begins only what is missing.
    """
    ticket = ticket or work_of(inquiry)
    known = set(Timer.objects.filter(inquiry=inquiry, side=Side.OUTER).values_list("kind", flat=True))
    missing = [kind for kind in OF_THEMSELVES if kind.value not in known]
    begun = [timer for kind in missing if (timer := _outer(inquiry, ticket, kind, now)) is not None]
    follow(ticket, now)
    reach(ticket)
    return begun


def _outer(inquiry: Inquiry, ticket: Ticket, kind: ClockKind, now: datetime) -> Timer | None:
    limit: datetime | None = getattr(inquiry, f"limit_{kind.value}", None)
    if inquiry.is_anonymous and kind is ClockKind.CONTACT:
        return None
    policy = outer_policy(inquiry, ticket, kind)
    started_at = inquiry.dispatched_at if limit is not None else start_of(policy, inquiry)
    if started_at is None:
        return None
    return create(
        ticket=ticket, inquiry=inquiry, kind=kind, side=Side.OUTER, started_at=started_at, policy=policy, platform_due_at=limit,
        now=now, is_new=True,
    )  # fmt: skip


@held()
def start_accepted(*, inquiry: Inquiry, now: datetime, ticket: Ticket | None = None) -> Timer | None:
    """受理: the reply clock of a petition begins (60 calendar days, 信访工作条例 art. 34). Where the source's own deadline runs
    already it stays in force, and our count behind it starts here. None when no policy counts from acceptance."""
    ticket = ticket or work_of(inquiry)
    accepted_at = inquiry.accepted_at or now
    policy = outer_policy(inquiry, ticket, ClockKind.REPLY)
    timer = alive(ticket, side=Side.OUTER, kind=ClockKind.REPLY, inquiry=inquiry).first()
    if timer is not None and policy is not None and policy.starts_at == Start.ACCEPTANCE:
        book(
            timer, ClockEventKind.RESTART, accepted_at, ground="acceptance", policy=policy, policy_version=policy.version,
            terms=plain_terms(policy),
        )  # fmt: skip
        arm(timer, now)
        save([timer])
    elif timer is None and policy is not None:
        timer = create(
            ticket=ticket, inquiry=inquiry, kind=ClockKind.REPLY, side=Side.OUTER, started_at=accepted_at, policy=policy,
            platform_due_at=inquiry.limit_reply, now=now,
        )  # fmt: skip
    follow(ticket, now)
    reach(ticket)
    return timer


@held()
def start_inner(*, ticket: Ticket, now: datetime, inner_due: datetime | None = None) -> list[Timer]:
    """The section's clocks, from the office's dispatch: sign, contact, reply. Clocks of a section before are stopped.

    ``inner_due``: when the office wants the reply, before the outer deadline (``refuse_late``); None: the policy's margin.
    """
    _end(alive(ticket, side=Side.INNER), now)
    is_new = not Timer.objects.filter(ticket=ticket, side=Side.INNER, started_at=now).exists()
    begun = [_inner(ticket, ClockKind.SIGN, now, is_new=is_new)]
    if ticket.contacted_at is None and _has_caller(ticket):
        begun.append(_inner(ticket, ClockKind.CONTACT, now, is_new=is_new))
    begun.append(_inner_reply(ticket, now, is_new=is_new, inner_due=inner_due))
    reach(ticket)
    return [timer for timer in begun if timer is not None]


def refuse_late(*, ticket: Ticket, inner_due: datetime, now: datetime) -> None:
    """Raise UnableToMove for a date of the office that has passed, or that is not before the outer deadline."""
    outer_due = earliest_outer_reply(ticket)
    if inner_due <= now:
        raise UnableToMove(
            "inner_due", "科室时限须在现在之后。", "The inner deadline must lie ahead.", field="inner_due"
        )
    if outer_due is not None and inner_due >= outer_due:
        local = to_local(outer_due)
        raise UnableToMove(
            "inner_due",
            f"科室时限须早于对外时限（{local:%Y-%m-%d %H:%M}）。",
            f"The inner deadline must come before the outer one ({local:%Y-%m-%d %H:%M}).",
            field="inner_due",
        )


@held()
def start_redo(*, ticket: Ticket, inquiry: Inquiry | None, now: datetime, due: datetime | None = None) -> list[Timer]:
    """重办: a new reply clock for the source that asked (its own date, else the policy's 3 working days), the section's a margin
    ahead of it; without a source only the section's."""
    begun = []
    _end(alive(ticket, side=Side.INNER, kind=ClockKind.REPLY), now)
    if inquiry is not None:
        _end(alive(ticket, side=Side.OUTER, kind=ClockKind.REPLY, inquiry=inquiry), now)
        policy = outer_policy(inquiry, ticket, ClockKind.REPLY, is_redo=True)
        if policy is not None or due is not None:
            begun.append(create(
                ticket=ticket, inquiry=inquiry, kind=ClockKind.REPLY, side=Side.OUTER, started_at=now, policy=policy,
                platform_due_at=due, now=now,
            ))  # fmt: skip
    inner = _inner_reply(ticket, now, due=due) if ticket.section_id is not None else None
    reach(ticket)
    return begun if inner is None else [*begun, inner]


def follow(ticket: Ticket, now: datetime) -> None:
    """The section's reply clock keeps its margin ahead of the earliest outer one: moved with it, begun when it first appears. Those of
    the contributing sections follow the section's."""
    outer_due = earliest_outer_reply(ticket)
    if outer_due is not None:
        _follow_outer(ticket, outer_due, now)
    follow_lead(ticket, now)


def _follow_outer(ticket: Ticket, outer_due: datetime, now: datetime) -> None:
    for timer in alive(ticket, side=Side.INNER, kind=ClockKind.REPLY):
        if timer.terms.get("before") != outer_due.isoformat() and timer.terms.keys() & {"before", "until"}:
            book(timer, ClockEventKind.FOLLOW, now, terms=_ahead_of(timer.terms, outer_due))
            arm(timer, now)
            save([timer])
    if _awaits_reply_clock(ticket):
        _inner_reply(ticket, now)


def _ahead_of(terms: dict[str, Any], outer_due: datetime) -> dict[str, Any]:
    """A date that was given does not pass the outer deadline when that moves ahead."""
    moved = {**terms, "before": outer_due.isoformat()}
    if "until" in terms:
        moved["until"] = min(datetime.fromisoformat(terms["until"]), outer_due).isoformat()
    return moved


def _awaits_reply_clock(ticket: Ticket) -> bool:
    """The section has the matter, and no reply clock of this dispatch round began: the outer one came later."""
    if ticket.section_id is None or ticket.dispatched_at is None or ticket.sent_at is not None:
        return False
    inner = Timer.objects.filter(ticket=ticket, side=Side.INNER, started_at__gte=ticket.dispatched_at)
    kinds = set(inner.values_list("kind", flat=True))
    return bool(kinds) and ClockKind.REPLY not in kinds


def _inner(ticket: Ticket, kind: ClockKind, now: datetime, *, is_new: bool) -> Timer | None:
    policy = inner_policy(ticket, kind, now)
    if policy is None:
        return None
    return create(ticket=ticket, kind=kind, side=Side.INNER, started_at=now, policy=policy, now=now, is_new=is_new)


def _inner_reply(
    ticket: Ticket,
    now: datetime,
    due: datetime | None = None,
    *,
    is_new: bool = False,
    inner_due: datetime | None = None,
) -> Timer | None:
    outer_due = earliest_outer_reply(ticket)
    if outer_due is not None or inner_due is not None:
        policy = inner_policy(ticket, ClockKind.REPLY, now)
        terms = plain_terms(policy, **_said(outer_due, inner_due))
    elif due is not None or Timer.objects.filter(ticket=ticket, side=Side.OUTER, kind=ClockKind.REPLY).exists():
        # Every source has had its answer: the bureau's own redo.
        policy = inner_policy(ticket, ClockKind.REPLY, now, is_redo=True)
        terms = plain_terms(policy) if due is None else plain_terms(policy, until=due.isoformat())
    else:
        return None
    if policy is None and inner_due is None:
        return None
    return create(
        ticket=ticket, kind=ClockKind.REPLY, side=Side.INNER, started_at=now, policy=policy, terms=terms, now=now, is_new=is_new
    )  # fmt: skip


def _said(outer_due: datetime | None, inner_due: datetime | None) -> dict[str, str]:
    """Before which outer deadline, and until when the office said."""
    said = {} if outer_due is None else {"before": outer_due.isoformat()}
    return said if inner_due is None else {**said, "until": inner_due.isoformat(), "by": BY_OFFICE}


def earliest_outer_reply(ticket: Ticket) -> datetime | None:
    """When the first source wants its answer; None where none does."""
    rows = Timer.objects.filter(ticket=ticket, side=Side.OUTER, kind__in=ANSWERS, run__in=ALIVE, due_at__isnull=False)
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def _has_caller(ticket: Ticket) -> bool:
    return Inquiry.objects.filter(ticket=ticket, is_anonymous=False).exclude(channel__in=NO_CALLER).exists()


def _end(timers: Iterable[Timer], now: datetime) -> None:
    ended = list(timers)
    for timer in ended:
        book(timer, ClockEventKind.STOP, now)
        settle(timer)
    save(ended)


def work_of(inquiry: Inquiry) -> Ticket:
    """The ticket on which the inquiry's clocks stand: its own, or the one its own was merged into."""
    own = inquiry.ticket
    return own if own.parent is None else own.parent
