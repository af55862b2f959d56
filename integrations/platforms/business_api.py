"""The business platform's REST: every call signed, every refusal a problem."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import autopilot, files
from .base import Request, Response, json_response
from .book import Book, Round
from .business_answers import Problem, problem
from .business_commands import Commands
from .business_mischief import disturb
from .business_rules import FIELDS
from .business_signing import sign_request
from .checks import error
from .values import parse_day, with_offset

if TYPE_CHECKING:
    from .business import Business

PREFIX = "/openapi/v1"
WINDOW = 300
SCHEMA = "CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at TEXT) WITHOUT ROWID;"
NONCE = re.compile(r"[A-Za-z0-9]{16,64}")
Call = Callable[[Request, datetime], Response]


class Api:
    """Answers for one business platform out of its book."""

    def __init__(self, platform: Business, store: Book) -> None:
        self.platform, self.store = platform, store
        self.world = platform.world
        self.orders = Commands(store)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        now = self.platform.now()
        try:
            parts = request.path.removeprefix(PREFIX).strip("/").split("/")
            if request.method == "GET" and len(parts) == 2 and parts[0] == "files" and "token" in request.query:
                return self._download(parts[1], request, now)
            self._admit(request, now)
            return self._called(request, parts)(request, now)
        except Problem as trouble:
            return problem(trouble)

    def _admit(self, request: Request, now: datetime) -> None:
        headers, keys = request.headers, self.world.keys
        stamp, nonce = headers.get("X-Timestamp"), headers.get("X-Nonce")
        if headers.get("X-App-Id") != keys.app_id or not stamp.isdigit() or not NONCE.fullmatch(nonce):
            raise Problem("bad_signature")
        if abs(now.timestamp() - int(stamp)) > WINDOW:
            raise Problem("timestamp_out_of_window", serverTime=with_offset(now))
        right = sign_request(keys.secret, request.method, request.target, stamp, nonce, request.body)
        if not hmac.compare_digest(right.encode(), headers.get("X-Signature").encode()):
            raise Problem("bad_signature")
        if not self.store.rows("INSERT OR IGNORE INTO nonce VALUES (?, ?) RETURNING 1", nonce, with_offset(now)):
            raise Problem("nonce_reused")

    def _called(self, request: Request, parts: list[str]) -> Call:
        """The call of a path. Raises Problem: not_found, method_not_allowed."""
        calls: dict[str, Call]
        match parts:
            case ["demands", "changes"]:
                calls = {"GET": self._changes}
            case ["demands", number]:
                calls = {"GET": lambda request, now: self._one(number, now)}
            case ["demands", number, name] if name in FIELDS:
                calls = {"POST": lambda request, now: self._command(request, number, name, now)}
            case ["files"]:
                calls = {"POST": self._upload}
            case ["files", id]:
                calls = {"GET": lambda request, now: self._download(id, request, now)}
            case ["ledger"]:
                calls = {"GET": self._ledger}
            case _:
                raise Problem("not_found")
        if request.method not in calls:
            raise Problem("method_not_allowed")
        return calls[request.method]

    def _changes(self, request: Request, now: datetime) -> Response:
        limit, after = _limit(request), request.query.get("after", "")
        if after and not after.isdigit():
            raise Problem("bad_request", [error("after", "无效")])
        found = self.store.events_after(int(after or 0), limit + 1)
        page = found[:limit]
        last = page[-1][0] if page else int(after or 0)
        items = disturb([event for _, event in page], self.world.switchboard)
        return json_response({"items": items, "next": f"{last:012d}", "more": len(found) > limit})

    def _one(self, number: str, now: datetime) -> Response:
        matter = self.orders.assigned(number)
        return json_response({"demand": self.platform.shown(matter, now), "events": self.store.events_of(number)})

    def _command(self, request: Request, number: str, name: str, now: datetime) -> Response:
        response = self.orders.command(request, number, name, now)
        if (
            self.world.autopilot
            and "Idempotent-Replay" not in response.headers
            and (matter := self.store.newest(number))
        ):
            autopilot.foresee(self.store, matter, name, now, self.world.pace)
        return response

    def _upload(self, request: Request, now: datetime) -> Response:
        name = files.name_of(request)
        if files.is_too_large(request):
            raise Problem("too_large")
        if not name or not request.body:
            raise Problem("bad_request", [error("X-File-Name" if not name else "body", "必填")])
        if not files.is_accepted(name):
            raise Problem("content_refused", [error("X-File-Name", "文件类型不支持")])
        id, digest = self.store.add_file(name, request.body, "A")
        return json_response({"id": id, "size": len(request.body), "sha256": digest}, 201)

    def _download(self, id: str, request: Request, now: datetime) -> Response:
        kept = self.store.file(id)
        if kept is None:
            raise Problem("not_found")
        expires, token = request.query.get("expires", ""), request.query.get("token", "")
        if not self.platform.links.is_live(id, expires, token, now.timestamp()):
            raise Problem("link_expired")
        return files.answer(*kept)

    def _ledger(self, request: Request, now: datetime) -> Response:
        limit, after = _limit(request), request.query.get("after", "")
        number, _, round = after.rpartition("#")
        try:
            day = parse_day(request.query.get("date", "")).isoformat()
            place = (number, int(round)) if after else ("", 0)
        except ValueError:
            raise Problem("bad_request", [error("date, after", "无效")]) from None
        total, found = self.store.touched(day, place, limit + 1)
        page = found[:limit]
        last = f"{page[-1].number}#{page[-1].round}" if page else after
        said = {"date": day, "asOf": with_offset(now), "total": total, "rows": [self._row(matter) for matter in page]}
        return json_response(said | {"next": last, "more": len(found) > limit})

    def _row(self, matter: Round) -> dict[str, Any]:
        doc, number, round = matter.doc, matter.number, matter.round
        return {
            "demandNo": number, "round": round, "redoNo": doc["redo_no"], "seq": matter.version, "status": matter.status,
            "startedAt": doc["started_at"], "answeredAt": doc["answered_at"], "solvedAt": doc["solved_at"],
            "answerSha256": self.store.last_reply(number, round, "answer")[1],
            "replySha256": self.store.last_reply(number, round, "solve")[1],
        }  # fmt: skip

    def forget_nonces(self, now: datetime) -> None:
        """Those whose timestamps lie outside the window can never be accepted again anyway."""
        self.store.rows("DELETE FROM nonce WHERE at < ?", with_offset(now - timedelta(seconds=4 * WINDOW)))


def _limit(request: Request) -> int:
    """``limit``: 1–100, default 100."""
    given = request.query.get("limit") or "100"
    if not given.isdigit() or not 1 <= int(given) <= 100:
        raise Problem("bad_request", [error("limit", "须为1至100")])
    return int(given)
