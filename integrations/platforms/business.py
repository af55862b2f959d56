"""The business-environment platform as a stand-in: webhooks out, signed REST in, its decisions and its own book."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from . import autopilot, files
from .base import UNIT, Platform, Record, Request, Response, World
from .book import Book, Round
from .business_answers import BY_STATUS, Problem, problem
from .business_api import SCHEMA as NONCES
from .business_api import Api
from .business_demand import MEANINGS, OVER, doc_of, shown
from .business_happenings import HAPPENINGS, is_possible
from .business_mischief import spoil
from .business_push import SCHEMA, Pusher
from .business_signing import Links
from .values import with_offset

SETTLED = OVER | {"solved"}


class Business(Platform):
    """Base ``/openapi/v1``; pushes to ``world.push_to``."""

    name = "business"
    misbehaviours = ("late_push", "two_keys")

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Book(world.book_path("business"), SCHEMA + NONCES)
        self.links = Links(world.keys.secret)
        self.api = Api(self, self.store)
        self._next_sweep = world.clock.now()
        self.pusher = Pusher(world, self.store, self.now)

    def now(self) -> datetime:
        """The platform's own clock, which may be minutes off."""
        board = self.world.switchboard
        skew = board.seconds(self.name, "clock_skew", 240) if board.is_on(self.name, "clock_skew") else 0
        return self.world.clock.now() + timedelta(seconds=skew)

    def due(self, name: str, where: str = "") -> bool:
        """Whether to misbehave now."""
        return self.world.switchboard.due(self.name, name, where)

    def shown(self, matter: Round, now: datetime) -> dict[str, Any]:
        """The whole demand as of now."""
        return shown(matter, now, self.links, self.world.address)

    def handle(self, request: Request) -> Response:
        """Answer any request below the base."""
        return self.api.handle(request)

    def refusal(self, status: int, headers: Any) -> Response:
        """429 and 503 as problems."""
        return problem(Problem(BY_STATUS[status]), headers)

    def dispatch(self, record: Record, now: datetime) -> str:
        """A demand is assigned to our bureau; a later round of an unanswered one ends that one first."""
        with self.store:
            known = self.store.newest(record.number) if record.number else None
            if known and known.round >= record.round:
                return record.number
            if known and known.status not in SETTLED:
                self._let_happen(known, "withdraw", now, {"reason": "重新派单"})
            self._open(record, known.version if known else 0, now)
        return record.number

    def _open(self, record: Record, version: int, now: datetime) -> None:
        doc = doc_of(record, now, files.of_record(self.store, record, "A"))
        matter = Round(record.number, record.round, "assigned", version, doc)
        again = record.round > 1
        detail = {"reason": str(record.extra.get("reason", "再次派单"))} if again else {}
        event = self._write(matter, "demand.reassigned" if again else "demand.assigned", now, detail)
        if not record.number:
            event["data"].pop("demandNo")
            event["data"]["demand"] |= {"demandNo": ""}
            self._announce(matter, now, event)
        elif record.extra.get("unit", UNIT) != UNIT:
            self.store.save(matter, now)
        else:
            self._announce(matter, now, *self._disturbed(event, matter, now))
            self.store.save(matter, now)

    def _disturbed(self, event: dict[str, Any], matter: Round, now: datetime) -> list[Any]:
        before, after = [], []
        if self.due("late_dispatch"):
            before.append(self._written(matter, "urge", now, {}))
        if self.due("older_update"):
            texts = ("企业补充:请尽快回电。", "企业补充:已无需回电。")
            after = [self._written(matter, "update", now, {"fields": {"projectName": text}}) for text in texts][::-1]
        spoilt = spoil(event, self.due, self._next_id)
        for stray in spoilt[1:]:
            if not isinstance(stray, dict) or "demandNo" not in stray["data"]:
                self.store.serial("strays")
        return [*before, *spoilt, *after]

    def _next_id(self) -> str:
        return f"evt_{self.store.serial('event'):016d}"

    def _write(self, matter: Round, kind: str, now: datetime, detail: dict[str, Any]) -> dict[str, Any]:
        matter.version += 1
        data = {
            "demandNo": matter.number,
            "round": matter.round,
            "seq": matter.version,
            "detail": detail,
            "demand": self.shown(matter, now),
        }
        return {"id": self._next_id(), "type": kind, "timestamp": with_offset(now), "data": data}

    def _written(self, matter: Round, kind: str, now: datetime, detail: dict[str, Any]) -> dict[str, Any]:
        happening = HAPPENINGS[kind]
        return self._write(matter, happening.type, now, happening.act(self.store, matter, now, detail))

    def _announce(self, matter: Round, now: datetime, *events: Any) -> None:
        """Into the catch-up and onto the way to us, in this order."""
        for event in events:
            known = isinstance(event, dict)
            id = event["id"] if known else f"stray_{self.store.serial('stray')}"
            self.store.add_event(id, matter, event["type"] if known else "stray", now, event)
            body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            self.pusher.queue(id, body.encode("gb18030" if self.due("gbk", "push") else "utf-8"))

    def happen(self, number: str, kind: str, **detail: Any) -> dict[str, Any]:
        """Something happens to the current round of a demand; ``ping`` and ``resume`` (push
        again after a 410) are about the webhook alone.
        Returns {status, round, seq, event}."""
        if kind == "resume":
            self.pusher.resume()
        if kind in ("ping", "resume"):
            return self._ping()
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
        return {"status": matter.status, "round": matter.round, "seq": matter.version, "event": event["id"]}

    def _let_happen(self, matter: Round, kind: str, now: datetime, detail: dict[str, Any]) -> dict[str, Any]:
        event = self._written(matter, kind, now, detail)
        self._announce(matter, now, event)
        self.store.save(matter, now)
        return event

    def _ping(self) -> dict[str, Any]:
        id = self._next_id()
        body = {"type": "endpoint.ping", "timestamp": with_offset(self.now()), "data": {}}
        self.pusher.queue(id, json.dumps(body, separators=(",", ":")).encode())
        return {"event": id}

    def book(self) -> list[dict[str, Any]]:
        """Every round assigned to our unit, with its three moments."""
        digests = self.store.reply_digests("solve")
        return [
            {"number": one.number, "round": one.round, "state": one.status, "meaning": MEANINGS[one.status],
             "reply_digest": digests.get((one.number, one.round), ""), "redo_no": one.doc["redo_no"], "version": one.version,
             "started_at": one.doc["started_at"], "answered_at": one.doc["answered_at"], "solved_at": one.doc["solved_at"]}
            for one in self.store.rounds() if one.doc["demand"]["unit"]["code"] == UNIT
        ]  # fmt: skip

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted command."""
        return self.store.commands()

    def pushes(self) -> list[dict[str, Any]]:
        """Every attempt to push."""
        return self.pusher.attempts()

    def strays(self) -> int:
        """How many events without a number it made up."""
        return self.store.last("strays")

    def tick(self, now: datetime) -> None:
        """The autopilot's decisions; old nonces forgotten."""
        if self.world.autopilot:
            autopilot.act(self, self.store, self.now())
        if now >= self._next_sweep:
            self._next_sweep = now + timedelta(minutes=5)
            self.api.forget_nonces(self.now())

    def close(self) -> None:
        """End the pushes, close the book."""
        self.pusher.close()
        self.store.close()
