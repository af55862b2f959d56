"""Clocks pause on a ground, go on, and begin anew: each an interval with a cause, a paper and a person (domain §3 rule 6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tickets.domain.clock_events import ClockEventKind
from tickets.domain.deadlines import due
from tickets.domain.moments import at
from tickets.domain.states import UnableToMove
from tickets.domain.terms import Terms
from tickets.domain.words import ClockKind, PauseGround, Side
from tickets.models import PauseRule, Run, Tag, Ticket, Timer
from tickets.queries import pause_rules
from tickets.queries.calendar import working_calendar
from tickets.queries.freshness import held

from .rows import alive, arm, book, create, next_moment, reach, save
from .sources import outer_policy
from .start import follow


@held()
def pause(
    *, ticket: Ticket, ground: str, now: datetime, document: str = "", actor: str = "", promised: date | None = None
) -> list[Timer]:
    """Stop counting on a ground: the section's clocks and outer ones of our own rules; those of the law only where the rule of the
    ground says so; a source's own deadline never.

    The pause ends by itself at the rule's cap, or after the ``promised`` day where that comes first. Raises UnableToMove where the
    rule allows one pause only and there was one.
    """
    rule = pause_rules.find(ground, ticket.channel)
    paused = [timer for timer in alive(ticket) if timer.run == Run.RUNNING and _may_pause(timer, rule)]
    if rule is not None and rule.is_once:
        _refuse_second(ticket, paused, rule)
    until = _ends(rule, promised, now)
    for timer in paused:
        book(timer, ClockEventKind.PAUSE, now, ground=ground, document=document, actor=actor, until=until)
        timer.next_at = next_moment(timer, [], None)
    save(paused)
    reach(ticket)
    return paused


def _may_pause(timer: Timer, rule: PauseRule | None) -> bool:
    if timer.kind == ClockKind.THIRD_PARTY:
        return False
    if timer.side == Side.INNER:
        return True
    if timer.platform_due_at is not None:
        return False
    return (rule is not None and rule.stops_law) or timer.policy is None or timer.policy.tag != Tag.LAW


def _refuse_second(ticket: Ticket, timers: list[Timer], rule: PauseRule) -> None:
    earlier = Timer.objects.filter(ticket=ticket, started_at__in={timer.started_at for timer in timers})
    if any(each.get("ground") == rule.ground for timer in earlier for each in timer.pauses):
        said = PauseGround(rule.ground)
        raise UnableToMove(
            "pause_once",
            f"“{said.zh}”只能暂停一次（{rule.citation}）。",
            f"“{said.en}” stops the clock once only ({rule.citation}).",
        )


def _ends(rule: PauseRule | None, promised: date | None, now: datetime) -> datetime | None:
    """The earlier of the cap and the end of the promised day."""
    ends = [at(promised + timedelta(days=1), 0)] if promised is not None else []
    if rule is not None and rule.cap:
        ends.append(due(Terms(rule.cap, rule.unit), now, working_calendar()).moment)
    return min(ends, default=None)


@held()
def resume(
    *, ticket: Ticket, now: datetime, grounds: tuple[str, ...] = (), document: str = "", actor: str = ""
) -> list[Timer]:
    """Count on (``grounds``: only what was paused on these). A due moment that lay inside the pause breaches now, and counts as late
    from the close of this day."""
    resumed = [
        timer for timer in alive(ticket) if timer.run == Run.PAUSED and (not grounds or ground_of(timer) in grounds)
    ]
    for timer in resumed:
        book(timer, ClockEventKind.RESUME, now, ground=ground_of(timer), document=document, actor=actor)
        arm(timer, now)
    save(resumed)
    follow(ticket, now)
    reach(ticket)
    return resumed


def ground_of(timer: Timer) -> str:
    """Why it is paused; blank when it is not."""
    return next((str(each.get("ground", "")) for each in timer.pauses if not each.get("to")), "")


@held()
def restart(*, ticket: Ticket, now: datetime, ground: str, actor: str = "") -> list[Timer]:
    """The sources' reply clocks that waited on this ground count their whole limit anew from now; everything else that waited on it
    goes on, and the section's reply follows."""
    anew = [
        timer
        for timer in alive(ticket, side=Side.OUTER, kind=ClockKind.REPLY)
        if timer.run == Run.PAUSED and ground_of(timer) == ground
    ]
    for timer in anew:
        book(timer, ClockEventKind.RESTART, now, ground=ground, actor=actor)
        arm(timer, now)
    save(anew)
    resume(ticket=ticket, now=now, grounds=(ground,), actor=actor)
    return anew


@held()
def start_third_party(*, ticket: Ticket, now: datetime) -> list[Timer]:
    """The third party's own limit begins, for each inquiry whose clock it stops."""
    begun = []
    for timer in alive(ticket, side=Side.OUTER, kind=ClockKind.REPLY):
        if timer.inquiry is None or timer.run != Run.PAUSED:
            continue
        policy = outer_policy(timer.inquiry, ticket, ClockKind.THIRD_PARTY)
        if policy is not None:
            begun.append(create(
                ticket=ticket, inquiry=timer.inquiry, kind=ClockKind.THIRD_PARTY, side=Side.OUTER, started_at=now, policy=policy, now=now,
            ))  # fmt: skip
    return begun
