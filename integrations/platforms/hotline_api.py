"""The hotline's REST: every call below its base, admitted by key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import autopilot, files
from .base import Record, Request, Response
from .book import Book, Round
from .checks import error
from .hotline_answers import Refused, accepted, refused
from .hotline_commands import Commands
from .hotline_events import decoded, encoded, feed, page_size, shown
from .hotline_rules import FIELDS
from .hotline_ticket import TYPES
from .values import local, parse_day, parse_moment

if TYPE_CHECKING:
    from .hotline import Hotline

PREFIX = "/api"
Call = Callable[[Request, datetime], Response]


class Api:
    """Answers for one hotline out of its book."""

    def __init__(self, platform: Hotline, store: Book) -> None:
        self.platform, self.store = platform, store
        self.world = platform.world
        self.orders = Commands(store)

    def handle(self, request: Request) -> Response:
        """Answer one request; every refusal stands in the envelope."""
        now = self.platform.now()
        try:
            if request.headers.get("x-api-key") != self.world.keys.hotline:
                raise Refused("E4010")
            return self._called(request)(request, now)
        except Refused as refusal:
            return refused(refusal, now, self.store.serial("request"))

    def _called(self, request: Request) -> Call:
        """The call of a path. Raises Refused: E4040 no such path, E4050 not by this method."""
        calls: dict[str, Call]
        match request.path.removeprefix(PREFIX).strip("/").split("/"):
            case ["hotlineTickets"]:
                calls = {"POST": self._lodge}
            case ["hotlineTickets", "feed"]:
                calls = {"GET": self._feed}
            case ["hotlineTickets", number]:
                calls = {"GET": lambda request, now: self._one(number, now)}
            case ["hotlineTickets", number, name] if name in FIELDS:
                calls = {"POST": lambda request, now: self._command(request, number, name, now)}
            case ["files"]:
                calls = {"POST": self._upload}
            case ["files", id]:
                calls = {"GET": lambda request, now: self._download(id, request)}
            case ["ledger"]:
                calls = {"GET": self._ledger}
            case _:
                raise Refused("E4040")
        if request.method not in calls:
            raise Refused("E4050")
        return calls[request.method]

    def _said(self, data: Any, now: datetime, status: int = 200) -> Response:
        return accepted(data, now, self.store.serial("request"), status)

    def _feed(self, request: Request, now: datetime) -> Response:
        return self._said(feed(self.store, request, now, self.world.switchboard), now)

    def _one(self, number: str, now: datetime) -> Response:
        matter = self.orders.dispatched(number)
        return self._said({"ticket": shown(matter), "events": self.store.events_of(number)}, now)

    def _command(self, request: Request, number: str, name: str, now: datetime) -> Response:
        response = self.orders.command(request, number, name, now)
        if (
            self.world.autopilot
            and "Idempotent-Replay" not in response.headers
            and (matter := self.store.newest(number))
        ):
            autopilot.foresee(self.store, matter, name, now, self.world.pace)
        return response

    def _lodge(self, request: Request, now: datetime) -> Response:
        taken = self.orders.lodged(request, now)
        if isinstance(taken, Response):
            return taken
        key, fields = taken
        number = f"{now:%y%m%d%H%M%S}{self.store.serial('order'):06d}"
        record = lodged_record(number, fields, now)
        with self.store:
            self.platform.dispatch(record, now)
            return self.orders.keep_lodging(request, key, number, now)

    def _upload(self, request: Request, now: datetime) -> Response:
        name = files.name_of(request)
        if files.is_too_large(request):
            raise Refused("E4130")
        if not name or not request.body:
            raise Refused("E4001", [error("X-File-Name" if not name else "body", "必填")])
        if not files.is_accepted(name):
            raise Refused("E4150")
        id, digest = self.store.add_file(name, request.body, "F")
        data = {"fileId": id, "size": len(request.body), "sha256": digest}
        return self._said(data, now, 201)

    def _download(self, id: str, request: Request) -> Response:
        kept = self.store.file(id)
        if kept is None or self.platform.due("still_copying", request.path):
            raise Refused("E4040")
        return files.answer(*kept)

    def _ledger(self, request: Request, now: datetime) -> Response:
        limit, cursor = page_size(request), request.query.get("cursor", "")
        try:
            day = parse_day(request.query.get("date", "")).isoformat()
        except ValueError:
            raise Refused("E4001", [error("date", "须为 yyyy-MM-dd")]) from None
        after = decoded(cursor, lambda parts: (parts[0], int(parts[1]))) if cursor else ("", 0)
        total, found = self.store.touched(day, after, limit + 1)
        page = found[:limit]
        last = encoded(page[-1].number, str(page[-1].round)) if page else cursor
        said = {"date": day, "asOf": local(now), "total": total, "rows": [self._row(matter) for matter in page]}
        return self._said(said | {"nextCursor": last, "hasMore": len(found) > limit}, now)

    def _row(self, matter: Round) -> dict[str, Any]:
        no, digest, at = self.store.last_reply(matter.number, matter.round, "reply")
        return {
            "orderNo": matter.number, "round": matter.round, "redoNo": matter.doc["redo_no"], "status": matter.status,
            "version": matter.version, "expectedDeadline": matter.doc["ticket"]["expectedDeadline"], "replyNo": no,
            "replyTime": local(parse_moment(at)) if at else "", "replySha256": digest,
        }  # fmt: skip


def lodged_record(number: str, fields: dict[str, str], now: datetime) -> Record:
    """A call that the bureau took itself, as a record."""
    nature = next(name for name, code in TYPES.items() if code == fields["appealType"])
    content = fields["remark"] or fields["appealSubject"]
    raw = {"expectedDeadline": fields["expectedDeadline"]} if fields["expectedDeadline"] else {}
    extra = {"clientRef": fields["clientRef"], "channel_code": "05", "raw": raw}
    return Record(
        "hotline", number, title=fields["appealSubject"], content=content, caller=fields["callerName"], phone=fields["contactPhone"],
        nature=nature, place=fields["incidentAddress"], urgency=fields["urgencyLevel"], call_time=now, extra=extra,
    )  # fmt: skip
