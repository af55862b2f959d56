"""A clock is its events: what can happen to one, and what it stands at after them; the stored row is this fold and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from .words import Labelled


class Run(Labelled):
    """Where a clock stands."""

    RUNNING = "running", "计时中", "Running"
    PAUSED = "paused", "暂停", "Paused"
    MET = "met", "已完成", "Met"
    STOPPED = "stopped", "已停止", "Stopped"


class ClockEventKind(Labelled):
    """What can happen to a clock. Pause, extension and restart are three things, never one (domain §3 rule 6)."""

    START = "start", "起算", "Starts"
    PAUSE = "pause", "暂停计时", "Pauses"
    RESUME = "resume", "恢复计时", "Resumes"
    EXTEND = "extend", "延期", "Extended"
    RESTART = "restart", "重新起算", "Starts anew"
    LIMIT = "limit", "来源改期", "The source moved its deadline"
    FOLLOW = "follow", "随对外时限调整", "Follows the outer deadline"
    RECOUNT = "recount", "重新计算", "Counted anew"
    MEET = "meet", "完成", "Met"
    UNMEET = "unmeet", "撤销完成", "Taken back"
    STOP = "stop", "停止计时", "Stopped"


class Happened(Protocol):
    """One event, as a row or as plain data. What an event of its kind does not change is None."""

    kind: Any
    at: datetime
    ground: str
    terms: Any
    policy_id: int | None
    policy_version: int | None
    amount: Any
    limit_at: datetime | None
    until: datetime | None


class Standing(Protocol):
    """What the events make: the row of a clock, or ``Clock``."""

    run: Any
    started_at: Any
    restarted_at: Any
    policy_id: Any
    policy_version: Any
    terms: Any
    pauses: Any
    extension: Any
    platform_due_at: Any
    met_at: Any


@dataclass(slots=True)
class Clock:
    """A clock as the fold leaves it; pauses as ``{"from", "to", "ground", "until"}`` with moments in UTC."""

    run: str = ""
    started_at: datetime | None = None
    restarted_at: datetime | None = None
    policy_id: int | None = None
    policy_version: int | None = None
    terms: dict[str, Any] = field(default_factory=dict)
    pauses: list[dict[str, Any]] = field(default_factory=list)
    extension: Decimal = Decimal(0)
    platform_due_at: datetime | None = None
    met_at: datetime | None = None


def fold(events: Iterable[Happened]) -> Clock:
    """The clock after its events, in order. ValueError when the first one does not start it."""
    clock = Clock()
    for event in events:
        if not clock.run and event.kind != ClockEventKind.START:
            raise ValueError(f"a clock begins with {ClockEventKind.START.value}, not with {event.kind}")
        apply(clock, event)
    return clock


def apply(clock: Standing, event: Happened) -> None:
    """Let one event happen to the clock."""
    CHANGES[ClockEventKind(event.kind)](clock, event)


def _start(clock: Standing, event: Happened) -> None:
    clock.run, clock.started_at, clock.restarted_at, clock.met_at = Run.RUNNING.value, event.at, None, None
    clock.pauses, clock.extension, clock.platform_due_at = [], Decimal(0), event.limit_at
    clock.policy_id, clock.policy_version, clock.terms = event.policy_id, event.policy_version, event.terms or {}


def _pause(clock: Standing, event: Happened) -> None:
    pause = {"from": written(event.at), "to": None, "ground": event.ground}
    if event.until is not None:
        pause["until"] = written(event.until)
    clock.pauses, clock.run = [*clock.pauses, pause], Run.PAUSED.value


def _resume(clock: Standing, event: Happened) -> None:
    clock.pauses, clock.run = _closed(clock, event.at), Run.RUNNING.value


def _extend(clock: Standing, event: Happened) -> None:
    clock.extension = Decimal(clock.extension) + Decimal(event.amount or 0)
    _say(clock, event)


def _restart(clock: Standing, event: Happened) -> None:
    """A pause that goes on ends with it: what is counted from here on begins here."""
    _resume(clock, event)
    clock.restarted_at = event.at
    _say(clock, event)


def _limit(clock: Standing, event: Happened) -> None:
    """A clock of our own that was paused is the source's now, and that never pauses."""
    if clock.run == Run.PAUSED:
        _resume(clock, event)
    clock.platform_due_at = event.limit_at


def _say(clock: Standing, event: Happened) -> None:
    """Other terms or another policy, where the event brings them."""
    if event.terms is not None:
        clock.terms = event.terms
    if event.policy_id is not None:
        clock.policy_id, clock.policy_version = event.policy_id, event.policy_version


def _meet(clock: Standing, event: Happened) -> None:
    clock.pauses, clock.run, clock.met_at = _closed(clock, event.at), Run.MET.value, event.at


def _unmeet(clock: Standing, _: Happened) -> None:
    clock.run, clock.met_at = Run.RUNNING.value, None


def _stop(clock: Standing, event: Happened) -> None:
    clock.pauses, clock.run = _closed(clock, event.at), Run.STOPPED.value


CHANGES = {
    ClockEventKind.START: _start,
    ClockEventKind.PAUSE: _pause,
    ClockEventKind.RESUME: _resume,
    ClockEventKind.EXTEND: _extend,
    ClockEventKind.RESTART: _restart,
    ClockEventKind.LIMIT: _limit,
    ClockEventKind.FOLLOW: _say,
    ClockEventKind.RECOUNT: _say,
    ClockEventKind.MEET: _meet,
    ClockEventKind.UNMEET: _unmeet,
    ClockEventKind.STOP: _stop,
}


def _closed(clock: Standing, at: datetime) -> list[dict[str, Any]]:
    """The pauses with the one that goes on ended at ``at``, or where it began when that lies later."""
    return [
        each if each.get("to") else {**each, "to": max(each["from"], written(at), key=datetime.fromisoformat)}
        for each in clock.pauses
    ]


def written(moment: datetime) -> str:
    """A moment as it stands in a row: in UTC, so that the same moment is the same text."""
    return moment.astimezone(UTC).isoformat()
