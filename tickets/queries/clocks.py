"""The clocks of a ticket as a person reads them: what is left, whose limit it is, where it comes from and how it was counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.counting import closed, day_of
from tickets.domain.moments import to_local
from tickets.domain.terms import Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import ClockEvent, Run, Ticket, Timer

from .calendar import counted_by, working_calendar
from .explaining import UNTOLD, happened, told
from .reckoning import Reckoned, pauses_of, reckon

Row = dict[str, Any]
ORDER = {Side.OUTER: 0, Side.INNER: 1}


def clocks(ticket: Ticket, now: datetime) -> list[Row]:
    """Every clock of the work, the sources' first, each in order of its start.

    ``kind``, ``side`` and ``run`` with label pairs; ``started_at``, ``due_at``, ``platform_due_at``, ``met_at``, ``breached_at``;
    ``left`` (see ``_left``); ``percent`` used, 0..100, for a bar; ``citation``, ``is_confirmed``; ``summary`` and ``lines`` tell the
    count, ``events`` what has happened to it (``papers`` it rests on), in both languages. Figures of an ended clock stand still.
    """
    kept = Prefetch("events", ClockEvent.objects.exclude(kind__in=UNTOLD).order_by("id"), to_attr="told")
    rows = Timer.objects.filter(Q(ticket=ticket)).select_related("policy", "inquiry", "section").prefetch_related(kept)
    rows = rows.order_by("id")
    calendar = working_calendar()
    return sorted((_row(timer, calendar, now) for timer in rows), key=lambda row: ORDER[row["side"]])


def of_the_answer(ticket: Ticket) -> QuerySet[Timer]:
    """The limits of the answer that run, the earlier first."""
    rows = Timer.objects.filter(ticket=ticket, kind=ClockKind.REPLY, run=Run.RUNNING, due_at__isnull=False)
    return rows.select_related("policy").order_by("due_at", "id")


def _row(timer: Timer, calendar: WorkingCalendar, now: datetime) -> Row:
    kind, side, run = ClockKind(timer.kind), Side(timer.side), Run(timer.run)
    moment, calendar = _moment(timer, now), counted_by(timer, calendar)
    reckoned = reckon(timer, calendar, moment)
    summary, lines = told(timer, calendar, moment)
    policy = timer.policy
    return {
        "id": timer.pk, "kind": kind, "kind_words": (kind.zh, kind.en), "side": side, "side_words": (side.zh, side.en),
        "run": run, "run_words": (run.zh, run.en), "inquiry_id": timer.inquiry_id,
        "number": timer.inquiry.number if timer.inquiry else "", "section": timer.section.name if timer.section else "",
        "started_at": timer.restarted_at or timer.started_at, "due_at": reckoned.due_at, "platform_due_at": timer.platform_due_at,
        "met_at": timer.met_at, "breached_at": timer.breached_at, "is_late": timer.is_late, "is_provisional": reckoned.is_provisional,
        "unit": timer.terms.get("unit", Unit.WORKING_DAYS.value),
        "left": _left(timer, reckoned, calendar, moment), "percent": _percent(timer, reckoned, calendar, moment),
        "citation": policy.citations if policy else ("", ""), "policy": policy.names if policy else ("", ""),
        "is_confirmed": policy.is_confirmed if policy else True, "summary": summary, "lines": lines,
        "events": [happened(event) for event in timer.told],  # type: ignore[attr-defined]
        "papers": [event.document for event in timer.told if event.document],  # type: ignore[attr-defined]
    }  # fmt: skip


def _moment(timer: Timer, now: datetime) -> datetime:
    """The moment its figures are of: a met clock stands at its end."""
    return timer.met_at if timer.met_at is not None else now


def _left(timer: Timer, reckoned: Reckoned, calendar: WorkingCalendar, moment: datetime) -> Row:
    """``state``: left, late, paused, met, met_late or stopped; the figures a sentence needs: ``working_days`` after today up to and with
    the last day, ``seconds`` and ``open_seconds`` until the due moment, and for lateness ``late_days`` (working) and ``late_seconds``."""
    is_late = reckoned.breach_at is not None and moment > reckoned.breach_at
    figures: Row = {"working_days": 0, "seconds": 0.0, "open_seconds": 0.0, "late_days": 0, "late_seconds": 0.0}
    if timer.run == Run.STOPPED:
        return {"state": "stopped", **figures}
    if is_late and reckoned.breach_at is not None:
        figures["late_days"] = max(0, calendar.days_between(day_of(reckoned.breach_at), to_local(moment).date()))
        figures["late_seconds"] = (moment - reckoned.breach_at).total_seconds()
    else:
        figures["working_days"] = max(0, calendar.days_between(to_local(moment).date(), day_of(reckoned.due_at)))
        figures["seconds"] = max(0.0, (reckoned.due_at - moment).total_seconds())
        figures["open_seconds"] = max(0.0, calendar.between(moment, reckoned.due_at))
    return {"state": _state(timer, is_late), **figures}


def _state(timer: Timer, is_late: bool) -> str:
    if timer.run == Run.MET:
        return "met_late" if timer.is_late else "met"
    if timer.run == Run.PAUSED:
        return "paused"
    return "late" if is_late else "left"


def _percent(timer: Timer, reckoned: Reckoned, calendar: WorkingCalendar, moment: datetime) -> int:
    """How much is used, in the clock's own kind of time, pauses left out."""

    def between(first: datetime, last: datetime) -> float:
        if timer.terms.get("unit") in (Unit.CLOCK_HOURS, Unit.CALENDAR_DAYS):
            return (last - first) / timedelta(seconds=1)
        return calendar.between(first, last)

    start = timer.restarted_at or timer.started_at
    stretches = [] if timer.platform_due_at else [closed(pause, moment) for pause in pauses_of(timer)]
    total = between(start, reckoned.due_at) - sum(between(first, last) for first, last in stretches)
    if total <= 0 or moment >= reckoned.due_at:
        return 100 if moment >= reckoned.due_at else 0
    return max(0, min(100, round(100 * (1 - between(moment, reckoned.due_at) / total))))
