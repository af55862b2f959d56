"""What every stand-in is made of: a record, a request, a response, the world it lives in, and the platform itself."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Self

from .clock import Clock
from .misbehave import Switchboard

UNIT, UNIT_NAME = "341300ZD", "宿州市重点工程建设管理局"


@dataclass
class Record:
    """One matter that a platform dispatches to the bureau, whatever its channel.

    ``number`` follows from the source alone (``""``: the platform lost it); ``call_time`` may be a text that is no date;
    ``urgency``: "1" ordinary, "2" urgent, "3" most urgent; ``reply``: what the bureau said, when the source tells;
    ``extra``: what one platform wants beyond this, and ``raw``: fields replaced on the wire.
    """

    platform: str
    number: str
    round: int = 1
    title: str = ""
    content: str = ""
    caller: str = ""
    phone: str = ""
    nature: str = "投诉"
    category: str = ""
    place: str = ""
    project: str = ""
    urgency: str = "1"
    anonymous: bool = False
    confidential: bool = False
    report: bool = False
    call_time: datetime | str | None = None
    reply: str | None = None
    replied_at: datetime | str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Headers(dict[str, str]):
    """Header fields by name, in any case."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        super().__init__({name.lower(): value for name, value in (values or {}).items()})

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """The value of a field, or ``default``."""
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())


@dataclass
class Request:
    """One HTTP request. ``path``: from the platform's own prefix on (``/api/…``), percent-decoded; ``target``: path and query as
    sent; ``length``: bytes of the body as declared, which may be more than ``body`` holds (over ``serve.BODY_LIMIT``: empty)."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    raw_query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    target: str = ""
    length: int = 0


@dataclass
class Response:
    """One answer. ``drop``: the line breaks before a byte is sent; ``cut``: it breaks in the middle of the body;
    ``delay``: seconds before the answer, waited outside the platform's lock."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: bool = False
    delay: float = 0.0


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``value`` as JSON in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"} | dict(headers or {}))


@dataclass
class Keys:
    """The keys with which we and the platforms know each other; ``PLATFORM_…`` in the environment replaces the demonstration's."""

    hotline: str = "demo-hotline-key"
    app_id: str = "szzdj"
    secret: str = "demo-business-secret"  # noqa: S105
    webhook: str = "whsec_ZXhhbXBsZS1rZXktb2YtdGhlLXdpcmUtZG9jdW1lbnQ="
    webhook_next: str = "whsec_dGhlLW5leHQta2V5LW9mLXRoZS1idXNpbmVzcy1wbGF0Zm9ybQ=="
    unitcode: str = UNIT
    token: str = "demo-petition-token"  # noqa: S105

    VARIABLES: ClassVar[dict[str, str]] = {
        "hotline": "PLATFORM_HOTLINE_KEY",
        "app_id": "PLATFORM_BUSINESS_APP_ID",
        "secret": "PLATFORM_BUSINESS_SECRET",
        "webhook": "PLATFORM_WEBHOOK_SECRET",
        "webhook_next": "PLATFORM_WEBHOOK_SECRET_NEXT",
        "unitcode": "PLATFORM_PETITION_UNITCODE",
        "token": "PLATFORM_PETITION_TOKEN",
    }

    @classmethod
    def from_environment(cls) -> Keys:
        """The demonstration's keys with what the environment says on top."""
        return cls(
            **{name: os.environ[variable] for name, variable in cls.VARIABLES.items() if os.environ.get(variable)}
        )


@dataclass
class World:
    """What the platforms share: where they keep things, what time it is, how they misbehave.

    ``push_to``: where the business platform's webhooks go (``""``: nowhere); ``address``: how others reach this process;
    ``autopilot``: replies and requests are decided in due course without anybody's word, ``pace`` seconds after each step.
    """

    folder: Path
    clock: Clock = field(default_factory=Clock)
    switchboard: Switchboard = field(default_factory=Switchboard)
    keys: Keys = field(default_factory=Keys)
    push_to: str = ""
    address: str = "http://127.0.0.1:8610"
    autopilot: bool = False
    pace: float = 5.0
    memory: bool = False

    def book_path(self, name: str) -> str:
        """Where a platform keeps its book: ``FOLDER/<name>.sqlite3``, or in memory."""
        if self.memory:
            return ":memory:"
        self.folder.mkdir(parents=True, exist_ok=True)
        return str(self.folder / f"{name}.sqlite3")


class Platform(ABC):
    """One outside platform. The server holds ``lock`` round every call; nothing that waits for others happens under it.

    ``misbehaviours``: names it knows beyond those of ``misbehave.COMMON``.
    """

    name: ClassVar[str]
    misbehaviours: tuple[str, ...] = ()
    lock: RLock

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Every platform has its lock, whatever its own beginning looks like."""
        platform = super().__new__(cls)
        platform.lock = RLock()
        return platform

    @abstractmethod
    def handle(self, request: Request) -> Response | None:
        """Answer one request; None: no such path."""

    @abstractmethod
    def dispatch(self, record: Record, now: datetime) -> str:
        """A matter is dispatched to our bureau; returns its number. A known (number, round) is calm: nothing happens twice.
        A later round of a known number is a new dispatch of it."""

    @abstractmethod
    def happen(self, number: str, kind: str, **detail: Any) -> dict[str, Any]:
        """The platform decides something (redo, bounce, accept, close, urge, supervise, return_decision, extension_decision,
        satisfaction, withdraw, redispatch, update, add_dept). Returns what it did. Raises KeyError: unknown number or kind;
        ValueError: not in this state."""

    @abstractmethod
    def book(self) -> list[dict[str, Any]]:
        """Rows {number, round, state (the platform's own code), meaning (registered, in_progress, return_asked, sent, bounced,
        follow_up, redo, closed, returned, terminated, rejected), reply_digest, redo_no}."""

    def refusal(self, status: int, headers: Mapping[str, str]) -> Response:
        """How its gateway says 429 or 503."""
        return Response(status, b"", {"Content-Type": "text/plain"} | dict(headers))

    def commands(self) -> list[dict[str, Any]]:
        """Every accepted command, oldest first: {key, name, number, round, at, body, receipt}."""
        return []

    def pushes(self) -> list[dict[str, Any]]:
        """Every attempt to push an event to us: {event, at, status, note}."""
        return []

    def strays(self) -> int:
        """How many items without a number it sent beside the records."""
        return 0

    def tick(self, now: datetime) -> None:  # noqa: B027
        """Time-driven work; called about five times a second, in a thread of this platform alone."""

    def close(self) -> None:  # noqa: B027
        """Files closed, threads ended."""
