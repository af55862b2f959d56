"""What Celery wakes at the people's door."""

from __future__ import annotations

import logging

from celery import shared_task

from hotline.acting import alerting
from hotline.permissions.session_store import SessionStore
from tickets import clock

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def write_alerts() -> None:
    """Tell people outside the house what waits in their trays."""
    try:
        alerting.write_all(now=clock.now())
    except Exception:
        log.exception("no alerts were written; the next call writes them")


@shared_task(ignore_result=True)
def clear_sessions() -> None:
    """Sessions that are long over leave the table; what was kept for their people stays."""
    SessionStore.clear_expired()
