"""The switchboard of misbehaviours: off by default, each for a number of times or at a share, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any

AT_THE_DOOR = (
    "down",
    "slow",
    "rate_limit",
    "maintenance",
    "error_after_commit",
    "drop_after_commit",
    "cut_page",
    "gbk",
)
IN_THE_FEED = (
    "twice", "shuffle", "older_update", "late_dispatch", "no_number", "null_text", "bad_date", "unknown_event", "not_object",
    "counters_text", "attachments_text",
)  # fmt: skip
IN_THE_PUSH = ("wrong_signature", "old_timestamp", "new_key_only", "never_push")
COMMON = (*AT_THE_DOOR, *IN_THE_FEED, *IN_THE_PUSH, "clock_skew", "odd_demand")
"""The names every platform may be told; one that a platform has no use for never becomes due."""


@dataclass
class Switch:
    """One misbehaviour of one platform: ``times`` left to do it, or the ``share`` of occasions; ``where``: only on paths or kinds
    that contain this text; ``seconds``: how long or how far off (slow, clock_skew, Retry-After)."""

    times: int = 0
    share: float = 0.0
    where: str = ""
    seconds: float | None = None
    done: int = 0


class Switchboard:
    """Who misbehaves how. Seeded: the same questions in the same order get the same answers."""

    def __init__(self, seed: int = 20260302) -> None:
        self._random = Random(seed)
        self._switches: dict[tuple[str, str], Switch] = {}
        self._lock = Lock()

    def set(self, platform: str, name: str, **how: Any) -> None:
        """``times``: n, or ``share``: 0–1, or ``off``: True; also ``where`` and ``seconds``. Neither: every time."""
        with self._lock:
            if how.pop("off", False):
                self._switches.pop((platform, name), None)
                return
            if "times" not in how and "share" not in how:
                how["share"] = 1.0
            self._switches[platform, name] = Switch(**how)

    def due(self, platform: str, name: str, where: str = "") -> bool:
        """Whether it misbehaves now; asking uses up one of its times."""
        switch = self._switches.get((platform, name))
        if switch is None or (switch.where and switch.where not in where):
            return False
        with self._lock:
            if switch.times > 0:
                switch.times -= 1
            elif not switch.share or self._random.random() >= switch.share:
                return False
            switch.done += 1
            return True

    def is_on(self, platform: str, name: str) -> bool:
        """Whether it is switched on; nothing is used up."""
        switch = self._switches.get((platform, name))
        return switch is not None and (switch.times > 0 or switch.share > 0)

    def seconds(self, platform: str, name: str, default: float) -> float:
        """How long, or how far off."""
        switch = self._switches.get((platform, name))
        return default if switch is None or switch.seconds is None else float(switch.seconds)

    def shuffle(self, items: list[Any]) -> None:
        """Mix in place."""
        with self._lock:
            self._random.shuffle(items)

    def shown(self) -> list[dict[str, Any]]:
        """What is on: {platform, name, times, share, done}."""
        return [
            {"platform": platform, "name": name, "times": s.times, "share": s.share, "done": s.done}
            for (platform, name), s in sorted(self._switches.items())
        ]
