"""Telephone calls as the desk shows them: the one on the line, those that were missed, and what became of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from hotline.models import Call, CallState, Extension, User
from hotline.models.call import RINGS_FOR
from hotline.wording import mask_phone, pair, said

#: Without an event for so long there is no telephone system, and nothing of it is shown.
IN_USE = timedelta(days=30)
LOOKED_BACK = timedelta(days=7)
MOST = 60
Row = dict[str, Any]


def around(user: User, now: datetime) -> Row:
    """For the head of the desk, in one statement: ``telephony``: is there a telephone system; ``missed``: who waits for a call back."""
    if not Call.objects.filter(came_at__gte=now - IN_USE).exists():
        return {"telephony": False, "missed": 0}
    return {"telephony": True, "missed": missed(now).count()}


def missed(now: datetime) -> Any:
    """Nobody answered, and nobody has called back."""
    over = Q(ended_at__isnull=False) | Q(came_at__lt=now - RINGS_FOR)
    waiting = Q(answered_at__isnull=True, called_back_at__isnull=True, inquiry__isnull=True)
    return Call.objects.filter(over, waiting, came_at__gte=now - LOOKED_BACK)


def on_the_line(call: Call, now: datetime) -> Row:
    """The call of the bar: its number as the telephone shows it, and for how many seconds it has rung or been talked in."""
    state = call.state(now)
    since = call.answered_at if state is CallState.TALKING and call.answered_at else call.came_at
    return {
        "id": call.pk,
        "number": call.number(),
        "state": state.value,
        "state_label": said(state),
        "seconds": max(0, int((now - since).total_seconds())),
        "mark": f"{call.pk}-{state.value}",
        "is_logged": call.inquiry_id is not None,
    }


def minutes(seconds: int) -> str:
    """01:42, as a telephone shows it."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def listed(now: datetime) -> list[Row]:
    """The calls of seven days, the newest first."""
    rows = Call.objects.filter(came_at__gte=now - LOOKED_BACK).select_related(
        "agent", "inquiry__ticket", "called_back_by"
    )
    return [_row(call, now) for call in rows.order_by("-came_at", "-id")[:MOST]]


def _row(call: Call, now: datetime) -> Row:
    state = call.state(now)
    talked = (call.ended_at or now) - call.answered_at if call.answered_at else None
    return {
        "id": call.pk,
        "came_at": call.came_at,
        "number": mask_phone(call.number()) or pair("号码未显示", "number withheld"),
        "state": state.value,
        "state_label": said(state),
        "agent": str(call.agent) if call.agent else "",
        "talked": minutes(int(talked.total_seconds())) if talked is not None else "",
        "ticket": call.inquiry.ticket.number if call.inquiry else "",
        "called_back_by": str(call.called_back_by) if call.called_back_by else "",
        "called_back_at": call.called_back_at,
        "waits": state is CallState.MISSED and call.called_back_at is None and call.inquiry_id is None,
    }


def extension_of(user: User) -> str:
    """Where he sits, as he said."""
    return Extension.objects.filter(user=user).values_list("number", flat=True).first() or ""
