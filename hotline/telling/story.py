"""经过 as a page tells it: one line for each thing that happened, the newest first, covered for this reader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hotline.permissions.table import SEES_READINGS
from hotline.wording import label, pair, why_routed
from tickets.actions.ratings import CALLER
from tickets.domain.words import Channel, Role
from tickets.models import Post
from tickets.queries import timeline
from tickets.queries.timeline import Entry

from .matter import Telling

#: What only books something that another line tells.
SILENT = frozenset({"delivered", "seen", "file_fetched", "reference"})
ALARMS = frozenset({"clock_due", "clock_late", "clock_escalated", "delivery_failed", "bounce", "redo", "supervise"})


def lines(telling: Telling) -> list[dict[str, Any]]:
    """``at``, ``words``, ``more`` (what was said with it), ``who``, ``tone`` (source, alarm, mine or nothing), ``seq``."""
    sees = bool(telling.actor.roles & SEES_READINGS)
    entries = timeline.entries(telling.hanging, with_readings=sees)
    kept = [entry for entry in entries if not _is_told_elsewhere(entry, entries)]
    return [_line(entry, telling, entries) for entry in reversed(kept)]


def _is_told_elsewhere(entry: Entry, entries: Iterable[Entry]) -> bool:
    """A ruling of a person and an applied message of a source are acts as well, at the same moment."""
    if entry.code in SILENT:
        return True
    if entry.kind == "decision" and entry.who:
        return True
    return (
        entry.kind == "source"
        and bool((entry.facts or {}).get("applied"))
        and any(other.kind == "act" and other.at == entry.at and _is_same(other, entry) for other in entries)
    )


def _is_same(act: Entry, message: Entry) -> bool:
    """The act that applied a source's message; what a clerk takes in at our own door is his act and no platform's message."""
    return act.actor == message.actor or act.code == "receive"


def _line(entry: Entry, telling: Telling, entries: Iterable[Entry]) -> dict[str, Any]:
    more = "" if telling.is_closed and entry.code in ("contact", "receive") else why_routed(telling.text(entry.more))
    if not more and entry.kind == "act" and entry.actor.startswith("platform:"):
        more = telling.text(next((e.more for e in entries if e.kind == "source" and e.at == entry.at and e.more), ""))
    return {
        "at": entry.at,
        "words": pair(entry.zh, entry.en),
        "more": more if more != pair(entry.zh, entry.en) else "",
        "note": _note(entry),
        "who": who(entry),
        "tone": _tone(entry, telling),
        "code": entry.code,
        "seq": entry.seq,
    }


def who(entry: Entry) -> str:
    """The person, a deputy with whom he stood in for, the platform, our own door or the service itself."""
    if entry.who:
        absent = (entry.facts or {}).get("for")
        return pair(f"{entry.who}（代{absent}）", f"{entry.who} (for {absent})") if absent else entry.who
    if entry.actor.startswith("platform:"):
        return pair("平台", "Platform")
    if entry.actor == CALLER.name:
        return pair("群众", "The caller")
    if entry.actor.startswith("door:"):
        return label(Channel, entry.actor.partition(":")[2])
    return label(Role, Role.SYSTEM.value) if entry.actor == "system" else entry.actor


def _note(entry: Entry) -> str:
    """How a message to a source fared, or why a source's message was not applied."""
    facts = entry.facts or {}
    if entry.kind == "sent":
        post = label(Post, facts["post"])
        return f"{post} {facts['receipt']}".strip() if facts["receipt"] else post
    trouble = str(facts.get("trouble") or "")
    return pair(trouble, str(facts.get("trouble_en") or trouble))


def _tone(entry: Entry, telling: Telling) -> str:
    if entry.code in ALARMS or (entry.facts or {}).get("trouble"):
        return "alarm"
    if entry.actor.partition(" for ")[0] == f"user:{telling.actor.user_id}":
        return "mine"
    return "source" if entry.kind == "source" or entry.actor.startswith("platform:") else ""


def newest(found: list[dict[str, Any]], most: int) -> tuple[list[dict[str, Any]], int]:
    """The first lines and how many more there are."""
    return found[:most], max(0, len(found) - most)


def last_at(found: Iterable[dict[str, Any]]) -> datetime | None:
    """When something last happened."""
    return max((line["at"] for line in found), default=None)
