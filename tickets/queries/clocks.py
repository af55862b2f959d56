"""The clocks of a ticket as a person reads them: what is left, whose limit it is, where it comes from and how it was counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.counting import closed, day_of
from tickets.domain.explain import explain
from tickets.domain.moments import to_local
from tickets.domain.terms import Unit
from tickets.domain.words import Channel, ClockKind, Side
from tickets.models import Run, Start, Ticket, Timer

from .calendar import counted_by, working_calendar
from .reckoning import Reckoned, pauses_of, reckon, terms_of

Row = dict[str, Any]
#: At our own doors nobody dispatches to us: the limit runs from what came in.
OWN_DOORS = {
    Channel.DIRECT.value: ("收到", "receipt"),
    Channel.DISCLOSURE.value: ("收到", "receipt"),
    Channel.OPINION.value: ("发现", "the finding"),
    Channel.RADIO.value: ("节目播出", "the programme"),
}
ORDER = {Side.OUTER: 0, Side.INNER: 1}


def clocks(ticket: Ticket, now: datetime) -> list[Row]:
    """Every clock of the work, the sources' first, each in order of its start.

    ``kind``, ``side`` and ``run`` with label pairs; ``started_at``, ``due_at``, ``platform_due_at``, ``met_at``, ``breached_at``;
    ``left`` (see ``_left``); ``percent`` used, 0..100, for a bar; ``citation``, ``is_confirmed``; ``summary`` and ``lines`` tell the
    count, as (Chinese, English). Figures of a clock that has ended stand still.
    """
    rows = Timer.objects.filter(Q(ticket=ticket)).select_related("policy", "inquiry", "section").order_by("id")
    calendar = working_calendar()
    return sorted((_row(timer, calendar, now) for timer in rows), key=lambda row: ORDER[row["side"]])


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
        "citation": policy.citation if policy else "", "policy": policy.name if policy else "",
        "is_confirmed": policy.is_confirmed if policy else True, "summary": summary, "lines": lines,
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


def told(timer: Timer, calendar: WorkingCalendar, now: datetime) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """The count in words: one sentence, and its lines, each as (Chinese, English)."""
    if timer.platform_due_at is not None:
        return (
            "来源给定的时限，以其为准，本单位不作更改。",
            "The source's own deadline: it is in force and we do not change it.",
        ), []
    if timer.terms.get("by") == "office" and not timer.extension:
        return (
            "办公室派单时限定的日期，早于对外时限。",
            "The date the office gave at the dispatch, ahead of the outer deadline.",
        ), []
    if "until" in timer.terms:
        return ("经批准的办理期限。", "A granted date."), []
    if "before" in timer.terms:
        return _told_margin(timer), []
    start = Start(timer.policy.starts_at) if timer.policy else Start.RECEIPT
    begins = (start.zh, start.en)
    if start is Start.SOURCE_DISPATCH and timer.inquiry is not None:
        begins = OWN_DOORS.get(timer.inquiry.channel, begins)
    told = explain(
        terms_of(timer), timer.started_at, calendar, pauses_of(timer), extension=timer.extension, restart=timer.restarted_at, now=now,
        event=begins,
    )  # fmt: skip
    return (told.summary_zh, told.summary_en), [(line.zh, line.en) for line in told.lines]


def _told_margin(timer: Timer) -> tuple[str, str]:
    terms, outer = terms_of(timer), to_local(datetime.fromisoformat(timer.terms["before"]))
    amount, unit = f"{terms.amount.normalize():f}", terms.unit
    return (
        f"先于平台时限（{outer:%Y-%m-%d %H:%M}）{amount}{unit.zh}。",
        f"{amount} {unit.en} ahead of the outer deadline ({outer:%Y-%m-%d %H:%M}).",
    )
