"""移交: open work passes to a colleague or to another section, ticket by ticket through the ledger; clocks run on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import Action, UnableToMove
from tickets.domain.words import SECTION, Role
from tickets.models import CoHandler, Notice, Section, Ticket
from tickets.queries import burden

from .. import ledger, timers


def in_the_name_of(actor: Actor) -> Actor:
    """The service hands over, in the name of whoever arranged it: the table lets no person do this to a single ticket."""
    return replace(actor, roles=frozenset({Role.SYSTEM}), source="")


@transaction.atomic
def of_person(*, leaver_id: int, successor_id: int | None, actor: Actor, now: datetime, reason: str) -> list[str]:
    """Everything he handles to a colleague of the same section, or (None) back to the section; his own notices go along. Returns the
    numbers. Raises UnableToMove for a successor who does not handle tickets of that section."""
    successor = _successor(successor_id)
    done = []
    for pk in _ids(Ticket.objects.filter(handler_id=leaver_id, state__in=burden.STANDING)):
        ticket = ledger.lock(pk)
        _check_successor(successor, ticket)
        refs = {"from": leaver_id, "handler": successor_id}
        _move(ticket, actor, now, reason, {"handler": successor}, refs)
        Notice.objects.filter(ticket=ticket, user_id=leaver_id).update(user_id=successor_id)
        done.append(ticket.number)
    return done


def _successor(pk: int | None) -> Any:
    found = get_user_model().objects.filter(pk=pk, is_active=True).first() if pk is not None else None
    if pk is not None and found is None:
        raise UnableToMove("successor", "接手人不在岗。", "The successor is not in service.", field="successor")
    return found


def _check_successor(successor: Any, ticket: Ticket) -> None:
    if successor is None:
        return
    handles = bool(successor.actor().roles & SECTION)
    if not handles or successor.section_id != ticket.section_id:
        raise UnableToMove(
            "successor",
            f"{ticket.number} 只能移交给主办科室的承办人或负责人。",
            f"{ticket.number} can be handed over to people of its lead section only.",
            field="successor",
        )


@transaction.atomic
def of_section(
    *, section: Section, target: Section, actor: Actor, now: datetime, reason: str, with_people: bool
) -> Mapping[str, list[str]]:
    """What a section leads, owes as a co-handler or has been proposed, to the target. ``with_people``: handlers keep their tickets,
    because they go along. Returns the numbers under ``led``, ``co_handled`` and ``proposed``."""
    done: dict[str, list[str]] = {"led": [], "co_handled": [], "proposed": []}
    for pk in _ids(Ticket.objects.filter(section=section, state__in=burden.STANDING)):
        ticket = ledger.lock(pk)
        changes: dict[str, Any] = {"section": target} | ({} if with_people else {"handler_id": None})
        _move(ticket, actor, now, reason, changes, {"from": section.code, "section": target.code})
        timers.hand_over(ticket=ticket, section=target)
        _stop_helping(ticket, target, actor, now)
        Notice.objects.filter(ticket=ticket, section=section).update(section=target)
        done["led"].append(ticket.number)
    for row in burden.co_handled(section.pk).order_by("ticket_id"):
        done["co_handled"].append(_pass_help(row, section, target, actor, now, reason))
    for pk in _ids(burden.proposed(section.pk)):
        ticket = ledger.lock(pk)
        _move(ticket, actor, now, reason, {"proposed_section": target}, {"proposed": target.code})
        done["proposed"].append(ticket.number)
    return done


def _pass_help(row: CoHandler, section: Section, target: Section, actor: Actor, now: datetime, reason: str) -> str:
    """The target helps instead, unless it leads the matter or has helped already."""
    ticket = ledger.lock(row.ticket_id)
    _move(ticket, actor, now, reason, {}, {"co_section": target.code, "from": section.code})
    row.is_active = False
    ledger.save_with_history(row, actor=actor, now=now, reason=reason)
    if ticket.section_id != target.pk and not ticket.co_handlers.filter(section=target, is_active=True).exists():
        there = ticket.co_handlers.filter(section=target).first()
        new = there or CoHandler(ticket=ticket, section=target, asked_at=row.asked_at, is_open=row.is_open)
        new.is_active = True
        ledger.save_with_history(new, actor=actor, now=now, reason=reason)
        timers.pass_help(ticket=ticket, section_id=section.pk, to=target.pk, now=now)
    else:
        timers.pass_help(ticket=ticket, section_id=section.pk, to=None, now=now)
    return ticket.number


def _stop_helping(ticket: Ticket, target: Section, actor: Actor, now: datetime) -> None:
    """Whoever leads is no helper; what it has contributed stays."""
    for row in ticket.co_handlers.filter(section=target, is_active=True, contributed_at__isnull=True):
        row.is_active = False
        ledger.save_with_history(row, actor=actor, now=now, reason="leads now")
        timers.pass_help(ticket=ticket, section_id=target.pk, to=None, now=now)


def _move(
    ticket: Ticket, actor: Actor, now: datetime, reason: str, changes: Mapping[str, Any], refs: ledger.Refs
) -> None:
    ledger.move(
        ticket=ticket,
        action=Action.HAND_OVER,
        actor=in_the_name_of(actor),
        now=now,
        changes=changes,
        refs=refs,
        reason=reason,
    )


def _ids(rows: Any) -> Iterable[int]:
    """In one order for everybody, so that two who hand over do not wait for each other in a circle."""
    return list(rows.order_by("pk").values_list("pk", flat=True))
