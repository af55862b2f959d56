"""The clock's door: Celery wakes the actions. A task that fails loses nothing, the rows are still due."""

from __future__ import annotations

import logging

from celery import shared_task

from tickets import clock
from tickets.actions import timers

log = logging.getLogger(__name__)
BUDGET = 1.0  # seconds: beat calls again every second
FOLDING = 30.0  # seconds: beat calls again every minute
RECOUNTING = 20.0  # seconds: beat calls again every two


@shared_task(ignore_result=True)
def sweep_timers() -> None:
    """Fire every clock that is due, for a second at the most; what remains is due for the next call."""
    try:
        timers.sweep(clock.now(), seconds=BUDGET)
    except Exception:
        log.exception("the sweep failed; what is due stays due")


@shared_task(ignore_result=True)
def seal_journal() -> None:
    """Close the events since the last seal and copy the signed head outside the database; then fold the figures of what was sealed."""
    from tickets.actions import figures, seals

    try:
        seals.seal(now=clock.now())
    except Exception:
        log.exception("the journal was not sealed; the next call seals it")
    try:
        figures.fold(now=clock.now(), seconds=FOLDING)
    except Exception:
        log.exception("the figures were not folded; the next call goes on")


@shared_task(ignore_result=True)
def advance_proposals() -> None:
    """Go on measuring, applying or taking back what is at work; a look-up in an index when nothing is."""
    from tickets.actions import proposals

    try:
        proposals.advance(now=clock.now(), seconds=RECOUNTING)
    except Exception:
        log.exception("a proposal did not go on; the next call goes on where it stood")


@shared_task(ignore_result=True)
def resume_promised() -> None:
    """Suspended matters whose promised day is over are in progress again."""
    from tickets.actions import handling

    try:
        handling.resume_promised(now=clock.now())
    except Exception:
        log.exception("suspended matters did not go on; the next call tries again")


@shared_task(ignore_result=True)
def look_at_calendar() -> None:
    """From November on: tell the office, once, that the coming year's calendar is missing."""
    from tickets.actions import calendars

    calendars.alarm(clock.now())
