"""A clock in words: how its limit is counted, whose deadline differs from ours and by how much, and what has happened to it."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from tickets.domain.calendar import WorkingCalendar
from tickets.domain.clock_events import ClockEventKind
from tickets.domain.counting import day_of
from tickets.domain.explain import explain
from tickets.domain.left import span
from tickets.domain.moments import to_local
from tickets.domain.terms import Unit
from tickets.domain.words import Channel, ClockKind, PauseGround
from tickets.models import ClockEvent, Start, Timer

from .reckoning import pauses_of, terms_of

Pair = tuple[str, str]
#: At our own doors nobody dispatches to us: the limit runs from what came in.
BEGINS = {
    Channel.DIRECT.value: ("收到", "receipt"),
    Channel.DISCLOSURE.value: ("收到", "receipt"),
    Channel.OPINION.value: ("发现", "the finding"),
    Channel.RADIO.value: ("节目播出", "the programme"),
}
#: Grounds that are no pause's.
OTHER_GROUNDS: dict[str, Pair] = {
    "cap": ("暂停期满", "the pause is over"),
    "lapsed": ("逾期未提出", "its time has passed"),
    "acceptance": ("受理", "accepted"),
}
#: The start is told with the count; that a limit follows another says nothing new.
UNTOLD = (ClockEventKind.START.value, ClockEventKind.FOLLOW.value)


def told(timer: Timer, calendar: WorkingCalendar, now: datetime) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """The count in words: one sentence, and its lines, each as (Chinese, English)."""
    if timer.platform_due_at is not None:
        return _told_source(timer, timer.platform_due_at, calendar, now)
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
        begins = BEGINS.get(timer.inquiry.channel, begins)
    told = explain(
        terms_of(timer), timer.started_at, calendar, pauses_of(timer), extension=timer.extension, restart=timer.restarted_at, now=now,
        event=begins,
    )  # fmt: skip
    return (told.summary_zh, told.summary_en), [(line.zh, line.en) for line in told.lines]


def _told_margin(timer: Timer) -> Pair:
    """So much ahead of the outer deadline, or of the lead section's for one that contributes."""
    terms, outer = terms_of(timer), _moment(datetime.fromisoformat(timer.terms["before"]))
    amount, unit = f"{terms.amount.normalize():f}", terms.unit
    helps = timer.kind == ClockKind.CONTRIBUTE
    zh, en = ("主办科室时限", "the lead section's limit") if helps else ("对外时限", "the outer deadline")
    return f"先于{zh}（{outer}）{amount}{unit.zh}。", f"{amount} {unit.en} ahead of {en} ({outer})."


def _told_source(timer: Timer, given: datetime, calendar: WorkingCalendar, now: datetime) -> tuple[Pair, list[Pair]]:
    """The source's own deadline, and what ours would be beside it, counted line by line."""
    zh, en = (
        "来源给定的时限，以其为准，本单位不作更改。",
        "The source's own deadline: it is in force and we do not change it.",
    )
    if timer.policy is None or "amount" not in timer.terms or timer.terms.keys() & {"before", "until"}:
        return (zh, en), []
    ours = copy(timer)
    ours.platform_due_at = None
    (_, _), lines = told(ours, calendar, now)
    own = explain(
        terms_of(timer),
        timer.started_at,
        calendar,
        pauses_of(timer),
        extension=timer.extension,
        restart=timer.restarted_at,
        now=now,
    ).due.moment
    more = _differs(given, own, calendar)
    return (
        f"{zh}按“{timer.policy.name}”应于{more[0]}",
        f"{en} By our own rule “{timer.policy.names[1]}” it would be {more[1]}",
    ), lines


def _differs(given: datetime, own: datetime, calendar: WorkingCalendar) -> Pair:
    """How far the source's deadline lies from ours."""
    zh, en = f"{_moment(own)} 届满", f"due {_moment(own)}"
    if given == own:
        return f"{zh}，两者一致。", f"{en}: both agree."
    earlier, first, last = given < own, *sorted((given, own))
    days = calendar.days_between(day_of(first), day_of(last))
    how = (f"{days} 个工作日", f"{days} working days") if days else span((last - first).total_seconds())
    word = ("早", "earlier") if earlier else ("晚", "later")
    return f"{zh}，来源的时限{word[0]} {how[0]}。", f"{en}; the source's is {how[1]} {word[1]}."


def happened(event: ClockEvent) -> Pair:
    """One event as a sentence: when, what, why, and what the limit was afterwards; its paper is not everybody's to read."""
    kind = ClockEventKind(event.kind)
    grounds: dict[str, Pair] = OTHER_GROUNDS | {each.value: (each.zh, each.en) for each in PauseGround}
    zh, en = f"{_moment(event.at)} {kind.zh}", f"{_moment(event.at)} {kind.en}"
    if event.ground in grounds:
        zh, en = f"{zh}：{grounds[event.ground][0]}", f"{en}: {grounds[event.ground][1]}"
    if event.amount:
        unit = Unit(event.timer.terms.get("unit", Unit.WORKING_DAYS))
        zh, en = f"{zh} {event.amount.normalize():f} {unit.zh}", f"{en} by {event.amount.normalize():f} {unit.en}"
    if event.until is not None:
        zh, en = f"{zh}，最迟 {_moment(event.until)} 恢复", f"{en}, at the latest until {_moment(event.until)}"
    elif event.due_at is not None and kind not in (ClockEventKind.MEET, ClockEventKind.STOP, ClockEventKind.PAUSE):
        zh, en = f"{zh}，时限为 {_moment(event.due_at)}", f"{en}; due {_moment(event.due_at)}"
    return f"{zh}。", f"{en}."


def _moment(moment: datetime) -> str:
    """24:00 belongs to the day that it ends."""
    local = to_local(moment)
    return f"{day_of(local):%Y-%m-%d} 24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%Y-%m-%d %H:%M}"
