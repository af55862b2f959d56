"""回访与评价: what the callers say of the answer, to us on the telephone, to their platform, or by themselves on the look-up page."""

from __future__ import annotations

from typing import Any

from hotline.wording import pair
from hotline.wording.satisfaction import SATISFACTION
from tickets.actions.ratings import DISSATISFIED

from .matter import Telling

WORDS = {code: (zh, en) for code, zh, en in SATISFACTION}


def of(telling: Telling) -> list[dict[str, Any]]:
    """``by_himself``, ``number`` of the inquiry, ``is_reached``, ``is_solved``, ``satisfaction`` in words, ``is_bad``, ``comment``
    and, of a rating, ``at``; needs the parts of an opened telling."""
    followed = [
        _told(telling, each.number, each.is_solved, each.satisfaction, each.comment, is_reached=each.is_reached)
        for each in telling.inquiries
        if each.is_reached is not None or each.satisfaction is not None
    ]
    rated = [
        {
            **_told(telling, row["inquiry__number"], row["is_solved"], row["satisfaction"], row["comment"]),
            "by_himself": True,
            "at": row["rated_at"],
        }
        for row in telling.hanging["ratings"]
    ]
    return followed + rated


def _told(
    telling: Telling,
    number: str,
    is_solved: bool | None,
    satisfaction: int | None,
    comment: str,
    *,
    is_reached: bool | None = True,
) -> dict[str, Any]:
    return {
        "number": number,
        "is_reached": is_reached is not False,
        "is_solved": is_solved,
        "satisfaction": pair(*WORDS[satisfaction]) if satisfaction in WORDS else "",
        "is_bad": is_solved is False or (satisfaction or 0) >= DISSATISFIED,
        "comment": telling.text(comment),
    }
