"""Ids ahead of the insert, so that an event can be written before the row it speaks of, and the bureau's own numbers made of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, models

from tickets.domain.words import Channel

LOCAL = ZoneInfo("Asia/Shanghai")
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE = 17
SIGNS = bytes(ord(ALPHABET[number % len(ALPHABET)]) for number in range(256))
UNEVEN = bytes(range(256 - 256 % len(ALPHABET), 256))
PREFIX = {
    Channel.HOTLINE: "SZ",
    Channel.BUSINESS: "QY",
    Channel.PETITION: "XF",
    Channel.INSPECTION: "DC",
    Channel.RADIO: "SX",
    Channel.DISCLOSURE: "GK",
    Channel.OPINION: "YQ",
    Channel.DIRECT: "LD",
}


def allocate(model: type[models.Model], count: int = 1) -> list[int]:
    """The next ids of a table. SQLite has one writer at a time, so its highest id is safe inside the transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(own.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) AS own,"
                " generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return list(range(first, first + count))


def allocate_together(wanted: Mapping[type[models.Model], int]) -> dict[type[models.Model], list[int]]:
    """``allocate`` for several tables, on PostgreSQL in one statement."""
    if connection.vendor != "postgresql":
        return {model: allocate(model, count) if count else [] for model, count in wanted.items()}
    part = (
        "SELECT %s::int, nextval(own.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) AS own,"
        " generate_series(1, %s)"
    )
    params = [
        value for place, (model, count) in enumerate(wanted.items()) for value in (place, model._meta.db_table, count)
    ]
    found: dict[type[models.Model], list[int]] = {model: [] for model in wanted}
    kinds = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([part] * len(kinds)), params)
        for place, number in cursor.fetchall():
            found[kinds[place]].append(number)
    return found


def ticket_number(channel: Channel, ticket_id: int, moment: datetime) -> str:
    """SZ-2026-0000417: channel, Shanghai year, id."""
    return f"{PREFIX[channel]}-{moment.astimezone(LOCAL).year}-{ticket_id:07d}"


def lookup_code() -> str:
    """查询码: 17 signs of 31, more than 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE))


def lookup_codes(count: int) -> list[str]:
    """Many look-up codes from one reading of the random source; bytes that would favour some signs are thrown away."""
    signs = ""
    while len(signs) < count * CODE:
        signs += os.urandom(count * CODE + 64).translate(SIGNS, UNEVEN).decode()
    return [signs[place : place + CODE] for place in range(0, count * CODE, CODE)]
