"""The clocks of a ticket with their count in the reader's words (tickets.queries.clocks)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.wording import pair
from tickets.models import Ticket
from tickets.queries import clocks as queries

WORDS = ("kind", "side", "run")
PLAIN = (
    "id", "number", "section", "started_at", "due_at", "platform_due_at", "met_at", "breached_at", "is_late", "is_provisional", "left",
    "percent", "policy", "citation", "is_confirmed",
)  # fmt: skip


def clocks(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """Every clock, the sources' first."""
    return [_told(row) for row in queries.clocks(ticket, now)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in PLAIN}
    for name in WORDS:
        told[name], told[f"{name}_label"] = row[name].value, pair(*row[f"{name}_words"])
    return {**told, "explanation": pair(*row["summary"]), "lines": [pair(*line) for line in row["lines"]]}
