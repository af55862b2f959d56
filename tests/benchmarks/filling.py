"""Many rows by one statement of SQL: given columns are expressions over ``i``, the others hold their model's defaults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models

from tickets.models import CoHandler, Section, Ticket, Timer

OPEN_SHARE = 3  # every third ticket is open
SECTIONS = 20
KINDS = ("sign", "contact", "reply", "answer", "notice", "objection")
#: Moments spread over the three months after ``now`` without two alike.
LATER = "%(now)s::timestamptz + interval '1 minute' * (1 + (i::bigint * 7919) %% 129600) + interval '1 microsecond' * (i %% 1000000)"


EARLIER = "%(now)s::timestamptz - interval '1 second' * i"


def fill(model: type[models.Model], first: int, last: int, given: dict[str, str], facts: dict[str, Any]) -> None:
    """Rows with i = first..last. ``given``: column -> SQL; %(name)s are ``facts``."""
    fields = [each for each in model._meta.concrete_fields if each.column in given or not each.primary_key]
    params: dict[str, Any] = {**facts, "first": first, "last": last}
    expressions = []
    for each in fields:
        if each.column in given:
            expressions.append(given[each.column])
        else:
            params[f"default_{each.column}"] = each.get_db_prep_save(each.get_default(), connection)
            expressions.append(
                f"%(default_{each.column})s::{each.rel_db_type(connection) if each.remote_field else each.db_type(connection)}"
            )
    columns = ", ".join(connection.ops.quote_name(each.column) for each in fields)
    source = "generate_series(%(first)s, %(last)s) AS i"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(expressions)} FROM {source}", params
        )
        if "id" in given:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, last])


def settled(*kinds: type[models.Model]) -> None:
    """VACUUM ANALYZE: the tables as they are an hour after work."""
    with connection.cursor() as cursor:
        for model in kinds:
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def sections() -> list[int]:
    """Twenty sections, their ids one after another."""
    rows = [Section(code=f"bench{n}", name=f"样例{n}科", order=n) for n in range(SECTIONS)]
    return [row.pk for row in Section.objects.bulk_create(rows)]


def tickets(first: int, last: int, now: datetime, *, first_section: int) -> None:
    """Tickets of twenty sections, a third of them open, each with its own due moment; two in a hundred co-handled."""
    is_open = f"i %% {OPEN_SHARE} = 0"
    states = "(ARRAY['dispatched', 'in_progress', 'in_progress', 'first_review'])[1 + (i / 60) %% 4]"
    given = {
        "id": "i",
        "number": "'SZ-2026-' || lpad(i::text, 7, '0')",
        "state": f"CASE WHEN {is_open} THEN {states} ELSE 'closed' END",
        "version": "3",
        "title": "'样例路' || i || '号工地夜间施工噪声扰民'",
        "content": "repeat('样例路与示范街交口工地夜间仍在浇筑，影响休息，请协调处理。', 1 + i %% 4)",
        "place": "'样例路' || i || '号'",
        "channel": "(ARRAY['hotline', 'business', 'petition', 'inspection'])[1 + i %% 4]",
        "section_id": f"{first_section} + (i / {OPEN_SHARE}) %% {SECTIONS}",
        "route_reason": "'依据规则“噪声”：噪声'",
        "registered_at": EARLIER,
        "dispatched_at": EARLIER,
        "due_at": f"CASE WHEN {is_open} THEN {LATER} END",
        "due_kind": f"CASE WHEN {is_open} THEN 'reply' ELSE '' END",
        "due_unit": f"CASE WHEN {is_open} THEN 'working_days' ELSE '' END",
        "due_from": f"CASE WHEN {is_open} THEN {EARLIER} END",
    }
    fill(Ticket, first, last, given, {"now": now})
    helped = {"ticket_id": "i * 50", "section_id": f"{first_section} + i %% {SECTIONS}", "asked_at": EARLIER}
    fill(CoHandler, -(-first // 50), last // 50, helped, {"now": now})


def timers(first: int, last: int, now: datetime) -> None:
    """Six inner clocks a ticket; two of three still to fire, none of them due."""
    running = "i %% 3 > 0"
    given = {
        "id": "i",
        "ticket_id": "1 + (i - 1) / 6",
        "channel": "'hotline'",
        "kind": f"(ARRAY{list(KINDS)})[1 + (i - 1) %% 6]",
        "side": "'inner'",
        "terms": """'{"amount": "5", "unit": "working_days", "end": "midnight"}'::jsonb""",
        "run": f"CASE WHEN {running} THEN 'running' ELSE 'met' END",
        "started_at": EARLIER,
        "due_at": LATER,
        "next_at": f"CASE WHEN {running} THEN {LATER} END",
    }
    fill(Timer, first, last, given, {"now": now})
