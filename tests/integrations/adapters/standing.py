"""A stand-in of one platform, served over real HTTP inside this process, with its book at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.platforms.base import Platform, Record, World
from integrations.platforms.build import build
from integrations.platforms.clock import Clock
from integrations.reading import SHANGHAI

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


@dataclass
class Standing:
    """The world of a stand-in, the platform in it, and its address."""

    world: World
    platform: Platform
    url: str

    def now(self) -> datetime:
        return self.world.clock.now()

    def dispatch(self, number: str, **facts: Any) -> None:
        """A matter is dispatched to us."""
        given = {
            "title": "样例路夜间施工噪声扰民",
            "content": "每晚十一点后仍在浇筑,影响休息。",
            "caller": "测试甲",
            "phone": "19900001234",
            "place": "样例路",
        }
        with self.platform.lock:
            self.platform.dispatch(
                Record(self.platform.name, number, call_time=self.now(), **(given | facts)), self.now()
            )

    def happen(self, number: str, kind: str, **detail: Any) -> None:
        """The platform decides something."""
        with self.platform.lock:
            self.platform.happen(number, kind, **detail)

    def misbehave(self, name: str, **how: Any) -> None:
        self.world.switchboard.set(self.platform.name, name, **how)

    def row(self, number: str, round: int = 1) -> dict[str, Any]:
        """What its book says of one round."""
        with self.platform.lock:
            (row,) = [one for one in self.platform.book() if (one["number"], one["round"]) == (number, round)]
        return row


@contextmanager
def standing(name: str, folder: Path) -> Iterator[Standing]:
    """The stand-in of one platform, its clock at ``NOW``, with no records of its own."""
    clock = Clock()
    clock.set(NOW)
    world = World(folder=folder, clock=clock, address="http://127.0.0.1:0")
    server = build(world, only=(name,))
    server.start()
    try:
        yield Standing(world, server.platforms[name], f"http://127.0.0.1:{server.port}")
    finally:
        server.close()
