"""Databases for the benchmarks: one is migrated and filled with the reference rows, each benchmark works on a copy of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.servers import Server

BASE = f"hotline_bench_{os.getpid()}"


def address(server: Server, name: str) -> str:
    """The URL of a database on the server."""
    return urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))


def _order(server: Server, statement: str, *names: str) -> None:
    with psycopg.connect(address(server, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def prepared(server: Server) -> Iterator[None]:
    """The base database; Django is set up on it, and it is dropped at the end."""
    _order(server, "CREATE DATABASE {}", BASE)
    try:
        os.environ["DATABASE_URL"] = address(server, BASE)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        _deafen()
        yield
    finally:
        _close()
        _order(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", BASE)


@contextmanager
def copied(server: Server, name: str) -> Iterator[None]:
    """Django's connection on a fresh copy of the base."""
    from django.db import connection

    own = f"{BASE}_{name}"
    _close()
    _order(server, "CREATE DATABASE {} TEMPLATE {}", own, BASE)
    connection.settings_dict["NAME"] = own
    try:
        yield
    finally:
        _close()
        connection.settings_dict["NAME"] = BASE
        _order(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", own)


def _close() -> None:
    with suppress(ImportError):
        from django.db import connection

        connection.close()


def _deafen() -> None:
    """No hints to a queue that nobody reads."""
    from tickets import signals

    signals.outbox_filled.disconnect(dispatch_uid="integrations.push")
    signals.files_waiting.disconnect(dispatch_uid="integrations.files")
