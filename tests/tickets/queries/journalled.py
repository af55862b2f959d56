"""A small house whose journal is whole, and the hands of somebody who writes SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.tickets.making import NOW, make_section, make_ticket, make_user
from tickets.actions import ledger, seals
from tickets.domain.actors import SYSTEM
from tickets.domain.words import Role
from tickets.models import Event, Ticket, guards
from tickets.queries import journal


def make_journal() -> None:
    """Three sealed tickets of three events and a chain of three acts; then one unsealed event of the first ticket."""
    clerk = make_user("jizhang", (Role.HANDLER,), make_section()).actor()
    for _ in range(3):
        ticket = make_ticket(section_id=clerk.section_id)
        for minute, action in enumerate(("read_person", "clock_warned"), start=1):
            note(ticket.pk, action, minute)
    for minute in range(3):
        ledger.record(chain_name="access", action="sign_in", actor=clerk, now=NOW + timedelta(minutes=minute))
    seals.seal(now=NOW + timedelta(hours=1))
    note(first().pk, "clock_due", 90)


def note(ticket_id: int, action: str, minute: int) -> None:
    with transaction.atomic():
        ticket = ledger.lock(ticket_id)
        ledger.note(ticket=ticket, action=action, actor=SYSTEM, now=NOW + timedelta(minutes=minute), refs={"n": minute})


def first() -> Ticket:
    return Ticket.objects.order_by("pk")[0]


def event(seq: int, place: int = 0) -> Event:
    """The event ``seq`` of the ticket at ``place``."""
    return Event.objects.get(ticket=Ticket.objects.order_by("pk")[place], seq=seq)


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: Any) -> bool:
    """Whether the guards stop a statement."""
    try:
        with transaction.atomic():
            sql(statement, *values)
    except DatabaseError as error:
        return "guarded:" in str(error)
    return False


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back: references that lead nowhere are never looked at."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def tamper(statements: Iterable[tuple[Any, ...]]) -> None:
    """What the owner of the tables can do: take away references and guards, write, and put the guards back."""
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name in _references():
            sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    with guards.lifted(connection):
        for statement, *values in statements:
            sql(statement, *values)


@contextmanager
def lifted_for_the_test() -> Iterator[None]:
    """No guard anywhere, and nobody asks for them: each UPDATE arrives."""
    with pytest.MonkeyPatch.context() as patch, guards.lifted(connection):
        patch.setattr(guards, "missing", lambda _: [])
        yield
        if connection.vendor == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")


def _references() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s)",
            [list(guards.TABLES)],
        )
        return cursor.fetchall()


def found() -> str:
    """The first bad row; '' when all verifies."""
    verdict = journal.verify()
    assert bool(verdict.bad) is bool(re.search("[\u4e00-\u9fff]", verdict.bad_zh)), "told in both languages"
    return verdict.bad


def checkpoints() -> Path:
    return Path(settings.CHECKPOINT_FILE)
