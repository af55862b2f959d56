"""The clock's door: Celery wakes the actions. A task that fails loses nothing, the rows are still due."""

from __future__ import annotations

import logging

from celery import shared_task

from tickets import clock
from tickets.actions import timers

log = logging.getLogger(__name__)
BUDGET = 1.0  # seconds: beat calls again every second
FOLDING = 30.0  # seconds: beat calls again every minute


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
