"""A plain platform over real HTTP with a book of its own, and the small adapter that speaks to it: for the mechanics of pull and push."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from django.test import override_settings

from integrations.http import Answer, Wire, refused, retry_after
from integrations.protocol import Book, Item, Page, Unmappable
from integrations.reading import canonical, decode_json, reply_digest
from tests.integrations.scripted import Asked, Say, Scripted, as_json
from tests.tickets.making import NOW
from tickets.domain.messages import FileRef, Happening, Incoming, Matter, Outgoing, Party, Receipt, Telling
from tickets.domain.words import Channel

PAGE = 50


class Clock:
    """A moment that moves when told."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


# --- the platform ----------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """One command the platform has acted on."""

    key: str
    number: str
    telling: str
    body: bytes
    receipt: str


@dataclass
class PlainPlatform:
    """``feed``: what it will give; ``moods``: what it does with the next commands: ok, lost (acts, then 500), drop (acts, then cuts the
    line), or an HTTP status; ``told``: its book."""

    feed: list[Any] = field(default_factory=list)
    openings: dict[str, Any] = field(default_factory=dict)
    moods: deque[Any] = field(default_factory=deque)
    pull_moods: deque[int] = field(default_factory=deque)
    moods_of: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    retry: str = "7"
    asked: list[Asked] = field(default_factory=list)

    def by(self, asked: Asked) -> Say:
        self.asked.append(asked)
        parts = urlsplit(asked.path)
        way = parts.path.strip("/").split("/")
        if way[0] == "feed":
            return self._feed(int(parse_qs(parts.query).get("after", ["0"])[0] or 0))
        if way[0] == "one":
            return self._one(way[1])
        if way[0] == "files":
            return Say(self.files[way[1]]) if way[1] in self.files else as_json({}, 404)
        return self._tell(asked, way[1], way[2])

    def _feed(self, after: int) -> Say:
        if self.pull_moods and (mood := self.pull_moods.popleft()) != 200:
            return as_json({}, mood, Retry_After=self.retry)
        items = self.feed[after : after + PAGE]
        return as_json({"items": items, "next": str(after + len(items)), "more": after + len(items) < len(self.feed)})

    def _one(self, number: str) -> Say:
        replies = [told for told in self.told if told.number == number and told.telling == "reply"]
        opening = self.openings.get(number)
        if opening is None and number not in self.states and not replies:
            return as_json({}, 404)
        text = json.loads(replies[-1].body)["text"] if replies else ""
        state = self.states.get(number, "sent" if replies else "in_progress")
        return as_json({"opening": opening, "state": state, "digest": reply_digest(text)})

    def _tell(self, asked: Asked, number: str, telling: str) -> Say:
        mood = self.moods_of.get(number) or (self.moods.popleft() if self.moods else "ok")
        if isinstance(mood, int):
            return as_json({"state": self.states.get(number, "")}, mood, Retry_After=self.retry)
        receipt = self._act(asked, number, telling)
        if mood == "lost":
            return as_json({}, 500)
        return Say(b"{", drop=True) if mood == "drop" else as_json({"receipt": receipt, "state": "in_progress"})

    def _act(self, asked: Asked, number: str, telling: str) -> str:
        key = asked.headers["idempotency-key"]
        for told in self.told:
            if told.key == key:
                assert told.body == asked.body, "other bytes under the same key"
                return told.receipt
        told = Told(key, number, telling, asked.body, f"R{len(self.told) + 1:04d}")
        self.told.append(told)
        return told.receipt


def dispatch(number: str, *, round: int = 1, version: int = 1, **more: Any) -> dict[str, Any]:
    """An opening record."""
    return {
        "id": f"d-{number}-{round}-{version}", "kind": "dispatched", "number": number, "round": round, "version": version,
        "title": "样例路夜间施工噪声", "at": NOW.isoformat(), **more,
    }  # fmt: skip


def chase(number: str, *, round: int = 1, version: int = 2, **more: Any) -> dict[str, Any]:
    """An event about an inquiry."""
    return {
        "id": f"c-{number}-{round}-{version}", "kind": "chased", "number": number, "round": round, "version": version,
        "at": NOW.isoformat(), **more,
    }  # fmt: skip


# --- its adapter -----------------------------------------------------------------------------------------------------


class PlainAdapter:
    """Stands in the hotline's place."""

    code: ClassVar[str] = "hotline"
    channel: ClassVar[Channel] = Channel.HOTLINE
    label: ClassVar[tuple[str, str]] = ("宿事速办", "Citizen-service hotline")
    tells: ClassVar[frozenset[Telling]] = frozenset(Telling)

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._wire = Wire(str(settings["url"]), read=float(settings.get("read", 3)))

    def fetch(self, cursor: str) -> Page:
        data = self._json(self._wire.send("GET", "/feed", params={"after": cursor} if cursor else None))
        return Page(tuple(_item(record) for record in data["items"]), data["next"], more=data["more"])

    def fetch_one(self, number: str) -> list[Item]:
        answer = self._wire.send("GET", f"/one/{number}")
        opening = None if answer.status == 404 else self._json(answer)["opening"]
        return [_item({**opening, "id": f"fetched-{opening['id']}"})] if opening else []

    def read(self, item: Item) -> list[Incoming]:
        record = decode_json(item.raw)
        if not isinstance(record, dict) or not record.get("number"):
            raise Unmappable("number", "缺少编号,请平台补发", "The number is missing: have it sent again")
        if record.get("kind") == "bug":
            raise RuntimeError(f"cannot read 测试甲 19900001234: {record['number']}")
        return [_incoming(record)]

    def deliver(self, outgoing: Outgoing) -> Receipt:
        facts = {key: str(value) for key, value in outgoing.facts.items()}
        body = json.dumps({**facts, "files": [file.name for file in outgoing.files]}, sort_keys=True).encode()
        path = f"/tell/{outgoing.number}/{outgoing.telling}"
        data = self._json(self._wire.send("POST", path, body=body, headers={"Idempotency-Key": outgoing.key}))
        return Receipt(receipt_no=data["receipt"], outer_state=data["state"])

    def look(self, number: str, round: int) -> Book | None:
        answer = self._wire.send("GET", f"/one/{number}")
        if answer.status == 404:
            return None
        data = self._json(answer)
        return Book(number, round, data["state"], reply_digest=data["digest"])

    def download(self, ref: str, url: str) -> bytes:
        answer = self._wire.send("GET", f"/files/{ref}")
        if answer.status == 404:
            from integrations.protocol import AdapterError

            raise AdapterError("附件尚未就绪", code="404", retry_after=60)
        return answer.body

    def ledger(self, day: str) -> list[Book]:
        return []

    def _json(self, answer: Answer) -> dict[str, Any]:
        if answer.status != 200:
            wait = retry_after(answer.headers, NOW) if answer.status in (429, 503) else None
            raise refused(answer.status, f"平台拒绝({answer.status})", wait=wait)
        try:
            data: dict[str, Any] = json.loads(answer.body)
        except ValueError as trouble:
            raise refused(500, "答复不可读") from trouble
        return data


def _item(record: Any) -> Item:
    raw = canonical(record)
    known = record if isinstance(record, dict) else {}
    identity = f"{known['number']}#{known['round']}" if known.get("number") and known.get("round") else ""
    return Item(str(known.get("id", "")), raw, identity=identity)


def _incoming(record: Mapping[str, Any]) -> Incoming:
    happening, matter = Happening(record["kind"]), None
    if happening in (Happening.DISPATCHED, Happening.UPDATED):
        matter = Matter(
            title=record["title"],
            content=f"{record['title']},请处理。",
            party=Party(name="测试甲", phone="19900001234"),
            place="样例路",
            dispatched_at=datetime.fromisoformat(record["at"]),
            files=tuple(FileRef(name=name, ref=ref) for ref, name in record.get("files", {}).items()),
        )
    return Incoming(
        source="hotline", channel=Channel.HOTLINE, number=record["number"], round=record["round"], happening=happening,
        occurred_at=datetime.fromisoformat(record["at"]), version=record["version"], event_id=record["id"], matter=matter,
        outer_state="registered" if matter else "", detail={"content": "请尽快联系"},
    )  # fmt: skip


def foreign_task(port: int) -> Any:
    """A task whose broker is at a port of this machine where no broker is."""
    app = Celery("foreign", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)

    def work(*, source: str) -> None:
        raise AssertionError(source)

    return app.task(work, name="foreign.push", lazy=False)


@contextmanager
def connected(platform: PlainPlatform, **settings: Any) -> Iterator[str]:
    """The platform on a port of this machine, connected as the hotline; gives its address."""
    with Scripted(by=platform.by) as server:
        given = {"url": server.url, "adapter": "tests.integrations.exchange.PlainAdapter", **settings}
        with override_settings(INTEGRATIONS={"hotline": given}):
            yield server.url
