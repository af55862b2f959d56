"""The control API of the stand-ins, for tests and demonstrations: only from this machine, never part of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from .base import Platform, Record, Request, Response, World, json_response
from .feeder import Feeder
from .misbehave import COMMON

Body = dict[str, Any]


class Control:
    """``/_control/…``: GET health, book, commands, pushes, progress, misbehave; POST send, dispatch, happen, misbehave, clock."""

    def __init__(self, world: World, platforms: Mapping[str, Platform], feeder: Feeder) -> None:
        self.world, self.platforms, self.feeder = world, platforms, feeder
        self._gets: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "health": self._health,
            "book": lambda query: {"rows": self._asked(query).book()},
            "commands": lambda query: {"rows": self._asked(query).commands()},
            "pushes": lambda query: {"rows": self._asked(query).pushes()},
            "progress": lambda query: self.feeder.progress(),
            "misbehave": lambda query: {"on": self.world.switchboard.shown()},
        }
        self._posts: dict[str, Callable[[Body], Any]] = {
            "send": self._send,
            "dispatch": self._dispatch,
            "happen": self._happen,
            "misbehave": self._misbehave,
            "clock": self._clock,
        }

    def handle(self, request: Request) -> Response:
        """Answer with JSON; 400 names what is wrong, 404 what is unknown, 409 what the state forbids."""
        name = request.path.removeprefix("/_control/").strip("/")
        known: Mapping[str, Callable[[Any], Any]] = self._gets if request.method == "GET" else self._posts
        if name not in known or request.method not in ("GET", "POST"):
            return json_response({"error": f"no such control: {request.method} {name}"}, 404)
        try:
            return json_response(known[name](request.query if request.method == "GET" else _object(request.body)))
        except KeyError as missing:
            return json_response({"error": f"unknown: {missing}"}, 404)
        except (TypeError, ValueError) as wrong:
            return json_response({"error": str(wrong)}, 409 if name == "happen" else 400)

    def _asked(self, query: Mapping[str, str]) -> Platform:
        return self.platforms[query.get("platform", "")]

    def _health(self, query: Mapping[str, str]) -> Body:
        return {"ok": True, "now": self.world.clock.now().isoformat(), "platforms": list(self.platforms)}

    def _send(self, body: Body) -> Body:
        if "per_second" in body:
            self.feeder.drip(float(body["per_second"]))
            return self.feeder.progress()
        return {"sent": self.feeder.send(body.get("count"), body.get("platform", ""))} | self.feeder.progress()

    def _dispatch(self, body: Body) -> Body:
        if "count" in body:
            return {"sent": self.feeder.send(int(body["count"]), body.get("platform", ""))}
        return {"number": self.feeder.dispatch(record_of(body, self.world.clock.now()))}

    def _happen(self, body: Body) -> Body:
        detail = {name: value for name, value in body.items() if name not in ("platform", "number", "kind")}
        platform = self.platforms[body["platform"]]
        with platform.lock:
            return {"done": platform.happen(str(body["number"]), str(body["kind"]), **detail)}

    def _misbehave(self, body: Body) -> Body:
        how = dict(body)
        platform, name = self.platforms[how.pop("platform")], how.pop("name")
        if name not in (*COMMON, *platform.misbehaviours):
            raise KeyError(name)
        self.world.switchboard.set(platform.name, name, **how)
        return {"on": self.world.switchboard.shown()}

    def _clock(self, body: Body) -> Body:
        self.world.clock.set(datetime.fromisoformat(str(body["now"])))
        return self._health({})


def record_of(body: Body, now: datetime) -> Record:
    """A Record of the fields of Record, beside ``platform`` or under ``record``; call_time is a text in ISO 8601, else ``now``."""
    given: Body = {"platform": body.get("platform")} | (
        body["record"] if isinstance(body.get("record"), dict) else body
    )
    unknown = sorted(set(given) - {one.name for one in fields(Record)})
    if unknown:
        raise ValueError(f"unknown fields of a record: {', '.join(unknown)}")
    if not given.get("number"):
        raise ValueError("a record needs its number")
    return Record(**{**given, "call_time": _moment(given.get("call_time"), now)})


def _moment(text: Any, now: datetime) -> datetime | str:
    try:
        return datetime.fromisoformat(str(text)).astimezone(now.tzinfo) if text else now
    except ValueError:
        return str(text)


def _object(raw: bytes) -> Body:
    value = json.loads(raw or b"{}")
    if not isinstance(value, dict):
        raise TypeError("an object is expected")
    return value
