"""派单: the rules propose or dispatch, the office dispatches; nothing ever lands nowhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.messages import Telling
from tickets.domain.moments import to_local
from tickets.domain.routing import Decision, Facts, Rule, match, route
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import ClockKind, Role, Side
from tickets.models import CoHandler, Inquiry, Route, Section, Ticket
from tickets.queries import inquiries, offices
from tickets.queries import rules as queries

from . import ledger, notices, outbox, timers
from .handling import proposals, returns

log = logging.getLogger(__name__)


def decide(*, facts: Facts, now: datetime) -> tuple[Decision, bool]:
    """What the rules say of these facts, and whether the rule that matched dispatches by itself."""
    usable, dispatching = rules(facts=facts, now=now)
    decision = route(facts, usable)
    return decision, decision.rule_id in dispatching


def preview(facts: Facts) -> tuple[Decision, bool]:
    """``decide`` for who only asks: nothing is written, not even that a rule cannot be read."""
    readable = {row.pk: (row, rule) for row, rule in _readable(facts) if isinstance(rule, Rule)}
    decision = route(facts, [rule for _row, rule in readable.values()])
    return decision, decision.rule_id in readable and readable[decision.rule_id][0].dispatches


def rules(*, facts: Facts, now: datetime) -> tuple[list[Rule], set[int]]:
    """The rules that can be read and asked of these facts, and the ids of those that dispatch by themselves.

    A rule that cannot be read is set aside with an alarm to the office; the others go on (a peer skipped it silently).
    """
    usable: list[Rule] = []
    dispatching: set[int] = set()
    for row, rule in _readable(facts):
        if isinstance(rule, Exception):
            _set_aside(row, rule, now)
            continue
        usable.append(rule)
        if row.dispatches:
            dispatching.add(row.pk)
    return usable, dispatching


def _readable(facts: Facts) -> Iterator[tuple[Route, Rule | Exception]]:
    """Each active rule, or why it cannot be read or asked."""
    sections = queries.by_code()
    for row in offices.routes():
        try:
            rule = queries.rule_of(row, sections)
            match(rule, facts)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            yield row, error
        else:
            yield row, rule


def _set_aside(row: Route, error: Exception, now: datetime) -> None:
    log.warning("route %s set aside: %s", row.pk, error)
    trouble = f"{type(error).__name__}: {error}"[:200]
    if row.trouble == trouble:
        return
    row.trouble = trouble
    ledger.save_with_history(row, actor=SYSTEM, now=now, reason="route set aside")
    notices.tell(
        key=f"route:{row.pk}:{to_local(now).date()}",
        kind="route_trouble",
        role=Role.DISPATCHER,
        now=now,
        facts={"route": row.name, "trouble": trouble},
    )


@transaction.atomic
def dispatch(
    *,
    ticket: Ticket,
    section: Section,
    actor: Actor,
    now: datetime,
    co_sections: Iterable[Section] = (),
    reason: str = "",
    inner_due: datetime | None = None,
    expected_version: int | None = None,
) -> Ticket:
    """Name the lead section and the co-handlers; inner clocks start, and the hotline is told we have signed (domain §2).

    ``inner_due``: an earlier date for the section's reply than the policy's margin; it must come before the outer deadline.
    """
    ticket = ledger.lock(ticket.pk, expected_version)
    if not section.is_active:
        raise UnableToMove(
            "section_closed",
            f"“{section.name}”已撤销，请选择其他科室。",
            f"Section {section.name} is closed: choose another.",
        )
    if inner_due is not None:
        timers.refuse_late(ticket=ticket, inner_due=inner_due, now=now)
    if ticket.state == "section_return_asked":
        _close_return(ticket, actor, now, section)
    timers.stop(ticket=ticket, now=now, side=Side.INNER)
    changes = {
        "section": section,
        "handler_id": None,
        "dispatched_at": now,
        "signed_at": None,
        "must_handle": False,
        "round": ticket.round + 1,
        "route_reason": reason or ticket.route_reason,
    }
    ledger.move(
        ticket=ticket,
        action=Action.DISPATCH,
        actor=actor,
        now=now,
        changes=changes,
        refs={"section": section.code} if inner_due is None else {"section": section.code, "inner_due": inner_due},
        reason=reason,
    )
    proposals.settle(ticket=ticket, action=Action.DISPATCH, actor=actor, now=now)
    name_co_handlers(ticket=ticket, sections=co_sections, actor=actor, now=now)
    timers.start_inner(ticket=ticket, now=now, inner_due=inner_due)
    helping = ticket.co_handlers.filter(is_active=True).order_by("section_id").values_list("section_id", flat=True)
    timers.start_helpers(ticket=ticket, section_ids=helping, now=now)
    for inquiry in inquiries.live(ticket):
        _sign_outward(ticket, inquiry, actor, now)
    return ticket


def name_co_handlers(*, ticket: Ticket, sections: Iterable[Section], actor: Actor, now: datetime) -> None:
    """Make exactly these sections the co-handlers; the lead is never one."""
    wanted = {section.pk: section for section in sections if section.pk != ticket.section_id}
    for row in ticket.co_handlers.all():
        if row.is_active != (row.section_id in wanted):
            row.is_active = row.section_id in wanted
            ledger.save_with_history(row, actor=actor, now=now, reason="co-handler")
        wanted.pop(row.section_id, None)
    for section in wanted.values():
        ledger.save_with_history(
            CoHandler(ticket=ticket, section=section, asked_at=now), actor=actor, now=now, reason="co-handler"
        )


def _close_return(ticket: Ticket, actor: Actor, now: datetime, section: Section) -> None:
    returns.rule(ticket=ticket, actor=actor, now=now, granted=True, opinion=section.name)


def _sign_outward(ticket: Ticket, inquiry: Inquiry, actor: Actor, now: datetime) -> None:
    if inquiry.outer_state in ("", "registered") and not outbox.is_told(inquiry=inquiry, telling=Telling.SIGN):
        outbox.enqueue(inquiry=inquiry, telling=Telling.SIGN, facts={"signer": actor.name, "signed_at": now}, now=now)
    timers.meet(ticket=ticket, kind=ClockKind.SIGN, now=now, side=Side.OUTER, inquiry=inquiry)


@transaction.atomic
def recall(*, ticket: Ticket, actor: Actor, now: datetime, reason: str, expected_version: int | None = None) -> Ticket:
    """The office takes an unsigned dispatch back."""
    ticket = ledger.lock(ticket.pk, expected_version)
    changes = {
        "section": None,
        "handler_id": None,
        "proposed_section_id": ticket.section_id,
        "route_reason": reason[:300],
    }
    ledger.move(ticket=ticket, action=Action.RECALL, actor=actor, now=now, changes=changes, reason=reason)
    timers.stop(ticket=ticket, now=now, side=Side.INNER)
    return ticket
