"""Triggers of one shape on PostgreSQL and SQLite: the journal and the events of clocks cannot be rewritten, a ticket cannot change
without its event, and no clock comes into being without its first one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .ticket import Ticket

NAMES = (
    "tickets_event_kept",
    "tickets_event_append_only",
    "tickets_seal_kept",
    "tickets_seal_append_only",
    "tickets_ticket_guard",
    "tickets_ticket_kept",
    "tickets_clockevent_kept",
    "tickets_clockevent_append_only",
    "tickets_timer_born",
)
TABLES = ("tickets_event", "tickets_seal", "tickets_ticket", "tickets_clockevent", "tickets_timer")
NOT_EMPTIED = tuple(f"{table}_not_emptied" for table in TABLES)  # PostgreSQL only: SQLite knows no TRUNCATE

EVENT_FACTS = (
    "id",
    "ticket_id",
    "chain",
    "seq",
    "action",
    "actor",
    "user_id",
    "at",
    "payload",
    "previous",
    "digest",
    "mac",
)


#: What a new clock brings into its first event, and into a second one where it is over already (taken in as history).
_BORN = "INSERT INTO tickets_clockevent (timer_id, kind, at, ground, document, actor, terms, policy_id, policy_version, limit_at, due_at)"
_STARTS = "{new}id, 'start', {new}started_at, '', '', '', {new}terms, {new}policy_id, {new}policy_version, {new}platform_due_at,"
_ENDS = "{new}id, CASE {new}run WHEN 'met' THEN 'meet' ELSE 'stop' END, coalesce({new}met_at, {new}due_at, {new}started_at), '', '', '',"
_BEHIND = " {new}due_at"


def _born(new: str, rows: str = "") -> str:
    """The two statements of a clock's birth, over the row NEW or a table of new rows."""
    over = f"{new}run IN ('met', 'stopped')"
    starts = f"{_BORN} SELECT {(_STARTS + _BEHIND).format(new=new)}{rows}"
    ends = f"{_BORN} SELECT {_ENDS.format(new=new)} NULL, NULL, NULL, NULL,{_BEHIND.format(new=new)}{rows} WHERE {over}"
    return f"{starts}; {ends};"


def _changed(columns: tuple[str, ...], different: str) -> str:
    return " OR ".join(f"NEW.{name} {different} OLD.{name}" for name in columns)


def _event_of_ticket() -> str:
    return (
        "EXISTS (SELECT 1 FROM tickets_event e WHERE e.ticket_id = NEW.id AND e.seq = NEW.journal_seq"
        " AND e.digest = NEW.journal_head AND NEW.journal_seq > OLD.journal_seq)"
    )


def _postgresql() -> list[str]:
    changed_event = _changed(EVENT_FACTS, "IS DISTINCT FROM")
    changed_ticket = _changed(Ticket.GUARDED, "IS DISTINCT FROM")
    refuse = "BEGIN RAISE EXCEPTION 'guarded: % on % is refused', TG_OP, TG_TABLE_NAME; END"
    statements = [f"CREATE OR REPLACE FUNCTION tickets_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$"]
    wanted = {
        "tickets_event_kept": ("tickets_event", "BEFORE DELETE", "FOR EACH ROW", ""),
        "tickets_event_append_only": (
            "tickets_event",
            "BEFORE UPDATE",
            "FOR EACH ROW",
            f"WHEN ({changed_event} OR OLD.seal_id IS NOT NULL)",
        ),
        "tickets_seal_kept": ("tickets_seal", "BEFORE DELETE", "FOR EACH ROW", ""),
        "tickets_seal_append_only": ("tickets_seal", "BEFORE UPDATE", "FOR EACH ROW", ""),
        "tickets_ticket_kept": ("tickets_ticket", "BEFORE DELETE", "FOR EACH ROW", ""),
        "tickets_clockevent_kept": ("tickets_clockevent", "BEFORE DELETE", "FOR EACH ROW", ""),
        "tickets_clockevent_append_only": ("tickets_clockevent", "BEFORE UPDATE", "FOR EACH ROW", ""),
    }
    for name, (table, event, each, when) in wanted.items():
        statements.append(
            f"CREATE OR REPLACE TRIGGER {name} {event} ON {table} {each} {when} EXECUTE FUNCTION tickets_refuse()"
        )
    statements += [
        f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION tickets_refuse()"
        for name, table in zip(NOT_EMPTIED, TABLES, strict=True)
    ]
    refuse = "RAISE EXCEPTION 'guarded: ticket % changed without its event', OLD.number"
    guard = f"BEGIN IF NOT {_event_of_ticket()} THEN {refuse}; END IF; RETURN NEW; END"
    statements.append(f"CREATE OR REPLACE FUNCTION tickets_guard() RETURNS trigger LANGUAGE plpgsql AS $$ {guard} $$")
    statements.append(
        f"CREATE OR REPLACE TRIGGER tickets_ticket_guard BEFORE UPDATE ON tickets_ticket FOR EACH ROW WHEN ({changed_ticket})"
        " EXECUTE FUNCTION tickets_guard()"
    )
    born = f"BEGIN {_born('', ' FROM born')} RETURN NULL; END"
    statements.append(
        f"CREATE OR REPLACE FUNCTION tickets_clock_born() RETURNS trigger LANGUAGE plpgsql AS $$ {born} $$"
    )
    statements.append(
        "CREATE OR REPLACE TRIGGER tickets_timer_born AFTER INSERT ON tickets_timer REFERENCING NEW TABLE AS born"
        " FOR EACH STATEMENT EXECUTE FUNCTION tickets_clock_born()"
    )
    return statements


def _sqlite() -> list[str]:
    changed_event = _changed(EVENT_FACTS, "IS NOT")
    changed_ticket = _changed(Ticket.GUARDED, "IS NOT")

    def trigger(name: str, table: str, event: str, when: str) -> list[str]:
        body = f"SELECT RAISE(ABORT, 'guarded: {event} on {table} is refused');"
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} BEGIN {body} END",
        ]

    return [
        *trigger("tickets_event_kept", "tickets_event", "DELETE", ""),
        *trigger(
            "tickets_event_append_only", "tickets_event", "UPDATE", f"WHEN ({changed_event} OR OLD.seal_id IS NOT NULL)"
        ),
        *trigger("tickets_seal_kept", "tickets_seal", "DELETE", ""),
        *trigger("tickets_seal_append_only", "tickets_seal", "UPDATE", ""),
        *trigger("tickets_ticket_kept", "tickets_ticket", "DELETE", ""),
        *trigger("tickets_clockevent_kept", "tickets_clockevent", "DELETE", ""),
        *trigger("tickets_clockevent_append_only", "tickets_clockevent", "UPDATE", ""),
        "DROP TRIGGER IF EXISTS tickets_timer_born",
        f"CREATE TRIGGER tickets_timer_born AFTER INSERT ON tickets_timer BEGIN {_born('NEW.')} END",
        *trigger(
            "tickets_ticket_guard", "tickets_ticket", "UPDATE", f"WHEN ({changed_ticket}) AND NOT {_event_of_ticket()}"
        ),
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create every guard anew; safe to run at any time (a SQLite migration that remakes a table drops its triggers)."""
    with connection.cursor() as cursor:
        for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that are not there, by name; on PostgreSQL also those that were disabled, or left to replicas only."""
    is_postgresql = connection.vendor == "postgresql"
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if is_postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in (*NAMES, *(NOT_EMPTIED if is_postgresql else ())) if name not in there]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without guards for a while: for emptying test databases and for a restore, never for work."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for name in NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for table in TABLES:
                    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            else:
                install(connection)


def install_after_migrate(using: str, **_: Any) -> None:
    connection = connections[using]
    if (
        "tickets_ticket" in connection.introspection.table_names()
        and "tickets_clockevent" in connection.introspection.table_names()
    ):
        install(connection)
