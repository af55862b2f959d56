"""What happened to a petition between two looks at it, derived from its counters and states: the platform has no events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.reading import Fields, iso
from tickets.domain.messages import Happening

DECIDED = {"2": True, "3": False}
RATINGS = {"0": None} | {str(figure): figure for figure in range(1, 6)}
SENT_BACK, FINISHED, TAKEN_BACK = "8", "7", "10"
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """One happening; ``name`` is the same at every look that still shows it, so a repeat is calm."""

    happening: Happening
    name: str
    detail: dict[str, Any]
    at: datetime | None = None


def of(fields: Fields, status: str, redo_no: int) -> list[Change]:
    """The happenings in the order in which they can follow each other."""
    found = [
        _object(fields),
        _extension(fields),
        _chase(fields),
        _supervision(fields),
        _bounce(fields, status, redo_no),
        _redo(fields, status, redo_no),
        _rating(fields, redo_no),
        _close(fields, status, redo_no),
        _withdrawal(status),
    ]
    return [change for change in found if change is not None]


def _said(fields: Fields, key: str) -> str:
    return _BREAK.sub("\n", fields.text(key)).strip()


def _object(fields: Fields) -> Change | None:
    state, opinion = fields.text("objectstate"), _said(fields, "objectopinion")
    if state not in DECIDED:
        return None
    agreed = DECIDED[state]
    detail = {"request_no": "", "agreed": agreed, "opinion": opinion, "must_handle": not agreed}
    return Change(Happening.RETURN_DECIDED, f"object:{state}", detail)


def _extension(fields: Fields) -> Change | None:
    state, opinion = fields.text("extendstate"), _said(fields, "extendopinion")
    if state not in DECIDED:
        return None
    agreed = DECIDED[state]
    detail = {
        "request_no": "",
        "agreed": agreed,
        "new_deadline": iso(fields.deadline("limittime")) if agreed else "",
        "opinion": opinion,
        "step": "reply",
    }
    return Change(Happening.EXTENSION_DECIDED, f"extend:{state}", detail)


def _chase(fields: Fields) -> Change | None:
    """Several chases between two looks are one happening that says how many there are by now."""
    times, at = fields.counter("urgenum"), fields.moment("urgetime")
    if not times:
        return None
    return Change(Happening.CHASED, f"urge:{times}", {"no": str(times), "level": "", "content": "", "limit": ""}, at)


def _supervision(fields: Fields) -> Change | None:
    number, said = fields.text("superviseno"), _said(fields, "ldps")
    if not fields.flag("issupervise"):
        return None
    detail = {"no": number, "level": "", "leader": fields.text("ldpsr"), "instruction": said, "report_by": ""}
    return Change(Happening.SUPERVISED, f"supervise:{number[:40] or 1}", detail)


def _bounce(fields: Fields, status: str, redo_no: int) -> Change | None:
    """A bounce belongs to the reply it sends back: later changes of the petition tell of no second one.

    Once there was a redo the same status means either; the redo number lets the intake tell them apart."""
    replied, reason = fields.text("replytime"), _said(fields, "redoreason")
    if status != SENT_BACK:
        return None
    of_reply = re.sub(r"\D", "", replied or fields.text("updatetime"))[:14]
    return Change(
        Happening.BOUNCED, f"bounce:{redo_no}:{of_reply}", {"reasons": [reason] if reason else [], "redo_no": redo_no}
    )


def _redo(fields: Fields, status: str, redo_no: int) -> Change | None:
    if status != SENT_BACK or not redo_no:
        return None
    detail = {
        "redo_no": redo_no,
        "reason": _said(fields, "redoreason"),
        "new_deadline": iso(fields.deadline("limittime")),
    }
    return Change(Happening.REDO, f"redo:{redo_no}", detail)


def _rating(fields: Fields, redo_no: int) -> Change | None:
    figure = fields.code("satisfaction", RATINGS, None)
    if figure is None:
        return None
    detail = {"reached": True, "solved": None, "satisfaction": figure, "comment": ""}
    return Change(Happening.RATED, f"rated:{redo_no}:{figure}", detail)


def _close(fields: Fields, status: str, redo_no: int) -> Change | None:
    ended, closed_at, kind = fields.flag("isend"), fields.moment("endtime"), fields.text("endtype")
    if status != FINISHED or not ended:
        return None
    return Change(Happening.CLOSED, f"close:{redo_no}", {"closed_at": iso(closed_at), "close_type": kind}, closed_at)


def _withdrawal(status: str) -> Change | None:
    return Change(Happening.WITHDRAWN, "withdraw", {"reason": ""}) if status == TAKEN_BACK else None
