"""The alerts that wait are sent by their roads: claimed first, so that a crash leaves one unclear and none sent twice."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction

from integrations.http import Wire
from integrations.protocol import AdapterError
from integrations.roads import ROADS
from tickets.models import Alert, AlertState

log = logging.getLogger(__name__)
#: Seconds of one call: well under the hard limit of a task, so that nothing is claimed that is not sent.
BUDGET = 60.0
#: A claim so old is of a worker that is gone.
GONE = timedelta(minutes=5)
#: Minutes until the next attempt, after the first, the second …; after the last it has failed.
WAITS = (1, 5, 15, 60, 240)


def send_waiting(*, now: datetime) -> int:
    """Send what is due, the older first, until nothing is or the time is over; how many were sent."""
    _give_up_lost(now)
    until, sent = monotonic() + BUDGET, 0
    while monotonic() < until and (alert := _claim(now)) is not None:
        sent += _send(alert, now)
    return sent


def _give_up_lost(now: datetime) -> None:
    """What a vanished worker had in hand may have arrived: it is not sent again."""
    lost = Alert.objects.filter(state=AlertState.CLAIMED.value, claimed_at__lt=now - GONE)
    lost.update(state=AlertState.UNCLEAR.value, trouble="the worker vanished while it was being sent")


@transaction.atomic
def _claim(now: datetime) -> Alert | None:
    """The next one, taken in hand: no other worker takes it."""
    rows = Alert.objects.select_for_update(skip_locked=True).filter(next_at__lte=now).order_by("next_at", "id")
    alert = rows.first()
    if alert is not None:
        alert.state, alert.claimed_at, alert.next_at = AlertState.CLAIMED.value, now, None
        alert.attempts += 1
        alert.save(update_fields=["state", "claimed_at", "next_at", "attempts"])
    return alert


def _send(alert: Alert, now: datetime) -> bool:
    try:
        ROADS[alert.road](alert, settings.ALERTS[alert.road], wire(settings.ALERTS[alert.road]["address"]))
    except AdapterError as trouble:
        _missed(alert, now, trouble)
        return False
    except Exception as trouble:
        log.exception("alert %s by %s", alert.pk, alert.road)
        _missed(alert, now, AdapterError(type(trouble).__name__, code="unknown", unclear=True))
        return False
    _keep(alert, state=AlertState.SENT.value, sent_at=now, trouble="")
    return True


def _missed(alert: Alert, now: datetime, trouble: AdapterError) -> None:
    """Again later where it has surely not arrived; never where it may have."""
    told = str(trouble)[:200]
    if trouble.unclear:
        _keep(alert, state=AlertState.UNCLEAR.value, trouble=told)
    elif trouble.permanent or alert.attempts > len(WAITS):
        _keep(alert, state=AlertState.FAILED.value, trouble=told)
    else:
        wait = timedelta(minutes=WAITS[alert.attempts - 1])
        _keep(alert, state=AlertState.WAITING.value, next_at=now + wait, trouble=told)


def _keep(alert: Alert, **changes: Any) -> None:
    Alert.objects.filter(pk=alert.pk, state=AlertState.CLAIMED.value).update(**changes)


@cache
def wire(address: str) -> Wire | None:
    """The pooled connection to a robot; None for a road that is not HTTP."""
    return Wire(address.partition("?")[0]) if address.startswith("http") else None
