"""The stand-ins running in this process on a free port: ``with Running(folder) as platforms``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from integrations.platforms.base import World
from integrations.platforms.build import build
from integrations.platforms.clock import Clock


class Running:
    """``base``: the address; ``control``: the control API; ``keys``: the keys of the demonstration.

    Options: ``records`` (none, made-up, a folder), ``now``, ``push_to``, ``autopilot``, ``pace``, ``misbehave``, ``only`` (names).
    """

    def __init__(
        self,
        folder: Path,
        *,
        records: str = "none",
        now: datetime | None = None,
        push_to: str = "",
        autopilot: bool = False,
        pace: float = 0.0,
        misbehave: str = "",
        only: tuple[str, ...] = (),
    ) -> None:
        clock = Clock()
        if now:
            clock.set(now)
        address = "http://127.0.0.1:0"
        self.world = World(folder, clock, push_to=push_to, autopilot=autopilot, pace=pace, address=address)
        self.server = build(self.world, records, misbehave=misbehave, only=only)
        self.keys = self.world.keys
        self.base = f"http://127.0.0.1:{self.server.port}"
        self.http = httpx.Client(base_url=self.base, timeout=20, trust_env=False)

    def __enter__(self) -> Running:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it; its books stay in the folder."""
        self.http.close()
        self.server.close()

    def control(self, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> dict[str, Any]:
        """GET without a body, POST with one; the answer's object. The status must be ``status``."""
        address = f"/_control/{path}"
        response = self.http.get(address) if body is None else self.http.post(address, content=json.dumps(body))
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def book(self, platform: str) -> dict[tuple[str, int], dict[str, Any]]:
        """(number, round) -> row of the platform's book."""
        return {(row["number"], row["round"]): row for row in self.control(f"book?platform={platform}")["rows"]}
