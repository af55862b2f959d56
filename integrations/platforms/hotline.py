"""The citizen hotline “宿事速办” as a stand-in: what it dispatches, what it decides, and its own book."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from . import autopilot, files
from .base import UNIT, Platform, Record, Request, Response, World
from .book import Book, Round
from .hotline_answers import BY_STATUS, Refused, refused
from .hotline_api import PREFIX, Api
from .hotline_events import store, write
from .hotline_happenings import HAPPENINGS, is_possible
from .hotline_mischief import spoil
from .hotline_ticket import MEANINGS, OVER, ticket_of

SETTLED = OVER | {"50", "60"}


class Hotline(Platform):
    """Base ``/api``; every request carries ``x-api-key``."""

    name = "hotline"
    misbehaviours = ("still_copying",)

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Book(world.book_path("hotline"))
        self.api = Api(self, self.store)

    def now(self) -> datetime:
        """The platform's own clock, which may be minutes off."""
        board = self.world.switchboard
        skew = board.seconds(self.name, "clock_skew", 240) if board.is_on(self.name, "clock_skew") else 0
        return self.world.clock.now() + timedelta(seconds=skew)

    def due(self, name: str, where: str = "") -> bool:
        """Whether to misbehave now."""
        return self.world.switchboard.due(self.name, name, where)

    def handle(self, request: Request) -> Response:
        """Answer any request below the base."""
        return self.api.handle(request)

    def refusal(self, status: int, headers: Any) -> Response:
        """429 and 503 in the envelope."""
        return refused(Refused(BY_STATUS[status]), self.now(), self.store.serial("request"), headers)

    def dispatch(self, record: Record, now: datetime) -> str:
        """A matter comes in, goes to our bureau and into the feed; a later round of an unanswered one ends that one first."""
        with self.store:
            known = self.store.newest(record.number) if record.number else None
            if known and known.round >= record.round:
                return record.number
            if known and known.status not in SETTLED:
                self._let_happen(known, "withdraw", now, {"reason": "重新派单"})
            self._open(record, known.version if known else 0, "redispatch" if record.round > 1 else "dispatch", now)
        return record.number

    def _open(self, record: Record, version: int, kind: str, now: datetime) -> None:
        links = [
            {"fileId": one["id"], "fileName": one["name"], "size": one["size"], "sha256": one["sha256"],
             "url": f"{self.world.address}{PREFIX}/files/{one['id']}"} for one in files.of_record(self.store, record, "F")
        ]  # fmt: skip
        doc = {
            "ticket": ticket_of(record, now, links),
            "raw": record.extra.get("raw", {}),
            "redo_no": 0,
            "return": "",
            "extension": None,
        }
        matter = Round(record.number, record.round, "10", version, doc)
        detail = {"reason": str(record.extra.get("reason", "再次派单"))} if kind == "redispatch" else {}
        items = [write(self.store, matter, kind, now, detail)]
        if not record.number:
            self._nameless(items[0], matter, now)
            return
        if record.extra.get("unit"):
            self.store.save(matter, now)
            return
        store(self.store, matter, now, *self._disturbed(items, matter, now))

    def _nameless(self, item: dict[str, Any], matter: Round, now: datetime) -> None:
        """A record that has lost its number stands in the feed and in no book."""
        item.pop("orderNo")
        item["ticket"] |= {"orderNo": ""}
        self.store.add_event(item["eventId"], matter, item["eventType"], now, item)

    def _disturbed(self, items: list[dict[str, Any]], matter: Round, now: datetime) -> list[Any]:
        before, after = [], []
        if self.due("late_dispatch"):
            before.append(write(self.store, matter, "urge", now, HAPPENINGS["urge"].act(self.store, matter, now, {})))
        if self.due("older_update"):
            after = list(
                reversed(
                    [self._remark(matter, now, text) for text in ("来电人补充:请尽快回电。", "来电人补充:已无需回电。")]
                )
            )
        spoilt = spoil(items[0], self.due, lambda: f"{now:%y%m%d%H%M%S}{self.store.serial('event'):06d}")
        for stray in spoilt[1:]:
            if not isinstance(stray, dict) or "orderNo" not in stray:
                self.store.serial("strays")
        return [*before, *spoilt, *after]

    def _remark(self, matter: Round, now: datetime, text: str) -> dict[str, Any]:
        detail = HAPPENINGS["update"].act(self.store, matter, now, {"fields": {"remark": text}})
        return write(self.store, matter, "update", now, detail)

    def happen(self, number: str, kind: str, **detail: Any) -> dict[str, Any]:
        """Something happens to the current round of a ticket; returns {status, round, version, event}."""
        now = self.now()
        with self.store:
            matter = self.store.newest(number)
            if matter is None:
                raise KeyError(number)
            if not is_possible(kind, matter):
                raise ValueError(f"{kind} cannot happen in status {matter.status}")
            if detail.get("round", matter.round) != matter.round:
                raise ValueError(f"the current round is {matter.round}")
            event = self._let_happen(matter, kind, now, detail)
            if self.world.autopilot:
                autopilot.foresee(self.store, matter, kind, now, self.world.pace)
        return {"status": matter.status, "round": matter.round, "version": matter.version, "event": event["eventId"]}

    def _let_happen(self, matter: Round, kind: str, now: datetime, detail: dict[str, Any]) -> dict[str, Any]:
        told = HAPPENINGS[kind].act(self.store, matter, now, detail)
        event = write(self.store, matter, kind, now, told)
        store(self.store, matter, now, event)
        return event

    def book(self) -> list[dict[str, Any]]:
        """Every round dispatched to our unit."""
        digests = self.store.reply_digests("reply")
        return [
            {"number": one.number, "round": one.round, "state": one.status, "meaning": MEANINGS[one.status],
             "reply_digest": digests.get((one.number, one.round), ""), "redo_no": one.doc["redo_no"], "version": one.version}
            for one in self.store.rounds() if one.doc["ticket"]["assignedDeptCode"] == UNIT
        ]  # fmt: skip

    def strays(self) -> int:
        """How many items without a number it made up."""
        return self.store.last("strays")

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted command."""
        return self.store.commands()

    def tick(self, now: datetime) -> None:
        """The autopilot's decisions."""
        if self.world.autopilot:
            autopilot.act(self, self.store, self.now())

    def close(self) -> None:
        """Close the book."""
        self.store.close()
