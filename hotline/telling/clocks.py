"""The clocks of a ticket with their count in the reader's words (tickets.queries.clocks)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.wording import label, pair, said
from tickets.domain.left import Left, left
from tickets.domain.terms import Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import Run, Ticket, Timer
from tickets.queries import clocks as queries
from tickets.queries.calendar import working_calendar

WORDS = ("kind", "side", "run")
PLAIN = (
    "id", "number", "section", "started_at", "due_at", "platform_due_at", "met_at", "breached_at", "is_late", "is_provisional", "left",
    "percent", "is_confirmed", "papers",
)  # fmt: skip


def clocks(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """Every clock, the sources' first."""
    return [_told(row) for row in queries.clocks(ticket, now)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in PLAIN}
    for name in WORDS:
        told[name], told[f"{name}_label"] = row[name].value, pair(*row[f"{name}_words"])
    return {
        **told,
        "policy": pair(*row["policy"]),
        "citation": pair(*row["citation"]),
        "explanation": pair(*row["summary"]),
        "lines": [pair(*line) for line in row["lines"]],
        "events": [pair(*each) for each in row["events"]],
    }


TONES = {"red": "red", "yellow": "amber", "green": "green"}
STANDING = {
    "met": ("已按时完成", "Done in time", "green"),
    "met_late": ("已完成（超期）", "Done, late", "red"),
    "stopped": ("已停止", "Stopped", ""),
    "paused": ("暂停计时", "Paused", ""),
}


#: So many limits are told at once; the others are a click away.
NEAR = 4


def shown(ticket: Ticket, now: datetime, *, side: Side) -> dict[str, list[dict[str, Any]]]:
    """The clocks for a page, ``near`` and the ``rest``: ``clocks`` with ``words`` for what is left, their ``tone``, ``is_alive``.

    Near are those that run: first the one that is due first, which the lists show; then those of the reader's own ``side``; of the
    other side the answer only."""
    rows = worded(ticket, now)
    first = [row for row in rows if row["run"] == Run.RUNNING and row["kind"] == ticket.due_kind][:1]
    near = [row for row in rows if row["is_alive"] and (row["side"] == side.value or row["kind"] == ClockKind.REPLY)]
    own = sorted(near, key=lambda row: (row["side"] != side.value, row["due_at"]))
    near = [*first, *(row for row in own if row not in first)][:NEAR] or rows[:1]
    return {"near": near, "rest": [row for row in rows if row not in near]}


def counted(unit: Unit) -> str:
    """个工作日: what a limit counts, behind a figure."""
    return pair("个自然日", "calendar days") if unit is Unit.CALENDAR_DAYS else said(unit)


def reply_unit(limits: dict[str, list[dict[str, Any]]]) -> str:
    """What the limit of the answer counts, of those ``shown``; nothing without one."""
    rows = (row for group in limits.values() for row in group if row["kind"] == ClockKind.REPLY.value)
    return next((str(row["unit"]) for row in rows), "")


def extendable(ticket: Ticket) -> list[dict[str, Any]]:
    """The limits of the answer that an extension would move: ``side``, ``kind``, ``due_at``, what it is ``counted_in``, the ``unit`` behind
    a figure, and the ``most`` that may be added ('' where the policy sets no most)."""
    return [
        {
            "side": label(Side, timer.side),
            "kind": label(ClockKind, timer.kind),
            "due_at": timer.due_at,
            "counted_in": _counted_of(timer).removeprefix("个"),
            "unit": _counted_of(timer),
            "most": f"{timer.policy.extension_limit.normalize():f}"
            if timer.policy and timer.policy.extension_limit
            else "",
        }
        for timer in queries.of_the_answer(ticket)
    ]


def _counted_of(timer: Timer) -> str:
    return counted(Unit(timer.terms.get("unit", Unit.WORKING_DAYS.value)))


def worded(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """Every clock with ``words`` for what is left, their ``tone``, and ``is_alive``; those that run first, in order of their end."""
    calendar = working_calendar()
    made = []
    for row in queries.clocks(ticket, now):
        state = row["left"]["state"]
        if state in STANDING:
            zh, en, tone = STANDING[state]
        else:
            found: Left = left(Unit(row["unit"]), row["due_at"], now, calendar)
            zh, en, tone = found.zh, found.en, TONES[found.light]
        is_alive = state in ("left", "late", "paused")
        more = {
            "inquiry_id": row["inquiry_id"],
            "unit": counted(Unit(row["unit"])),
            "words": pair(zh, en),
            "tone": tone,
            "is_alive": is_alive,
        }
        made.append({**_told(row), **more})
    return sorted(made, key=lambda row: (not row["is_alive"], row["due_at"]))
