"""The hotline's feed items: how a ticket is shown, how an event is written, how a page of the feed is cut."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .base import Request
from .book import Book, Round
from .checks import error
from .hotline_answers import Refused
from .hotline_mischief import disturb
from .hotline_ticket import STATUSES
from .misbehave import Switchboard
from .values import local, parse_moment

WITH_TICKET = frozenset({"dispatch", "redispatch", "update", "redo"})
CURSOR_LIVES = timedelta(days=30)


def shown(matter: Round) -> dict[str, Any]:
    """The full ticket as of now."""
    state = {
        "round": matter.round, "redoNo": matter.doc["redo_no"], "version": matter.version, "status": matter.status,
        "statusName": STATUSES[matter.status],
    }  # fmt: skip
    return {**matter.doc["ticket"], **state, **matter.doc["raw"]}


def write(book: Book, matter: Round, kind: str, at: datetime, detail: dict[str, Any]) -> dict[str, Any]:
    """The item of an event that has just happened; it adds 1 to the version."""
    matter.version += 1
    return {
        "eventId": f"{at:%y%m%d%H%M%S}{book.serial('event'):06d}", "eventType": kind, "eventTime": local(at), "orderNo": matter.number,
        "round": matter.round, "version": matter.version, "status": matter.status,
        "ticket": shown(matter) if kind in WITH_TICKET else None, "detail": detail,
    }  # fmt: skip


def store(book: Book, matter: Round, at: datetime, *items: Any) -> None:
    """Put items into the feed in this order, and save the round."""
    for item in items:
        known = isinstance(item, dict)
        id = item["eventId"] if known else f"stray-{book.serial('stray')}"
        book.add_event(id, matter, item["eventType"] if known else "stray", at, item)
    book.save(matter, at)


def feed(book: Book, request: Request, now: datetime, board: Switchboard) -> dict[str, Any]:
    """{items, nextCursor, hasMore}. Raises Refused: E4001 for a wrong limit, cursor or since, E4100 for an old cursor."""
    limit = page_size(request)
    place = _start(book, request, now)
    found = book.events_after(place, limit + 1)
    page = found[:limit]
    items = disturb([item for _, item in page], board)
    last = page[-1][0] if page else place
    return {"items": items, "nextCursor": _cursor(last, now), "hasMore": len(found) > limit}


def page_size(request: Request) -> int:
    """``limit``: 1–200, default 100."""
    given = request.query.get("limit") or "100"
    if not given.isdigit() or not 1 <= int(given) <= 200:
        raise Refused("E4001", [error("limit", "须为1至200")])
    return int(given)


def _start(book: Book, request: Request, now: datetime) -> int:
    if cursor := request.query.get("cursor"):
        place, issued = decoded(cursor, lambda parts: (int(parts[0]), float(parts[1])))
        if now.timestamp() - issued > CURSOR_LIVES.total_seconds():
            raise Refused("E4100")
        return int(place)
    if since := request.query.get("since"):
        try:
            return book.before(parse_moment(since))
        except ValueError:
            raise Refused("E4001", [error("since", "不是时间")]) from None
    return 0


def _cursor(place: int, now: datetime) -> str:
    return encoded(str(place), f"{now.timestamp():.0f}")


def encoded(*parts: str) -> str:
    """An opaque cursor."""
    return urlsafe_b64encode("|".join(parts).encode()).decode()


def decoded(cursor: str, read: Callable[[list[str]], Any]) -> Any:
    """What a cursor holds. Raises Refused E4001 for one that we never gave."""
    try:
        return read(urlsafe_b64decode(cursor.encode()).decode().split("|"))
    except (ValueError, IndexError):
        raise Refused("E4001", [error("cursor", "无效")]) from None
