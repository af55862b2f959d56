"""How a ratio is taken: both sides in turn, round after round, and the medians compared."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any, Literal

Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One ratio. ``ours`` and ``other`` in microseconds for each unit; ``aim`` None: for the record."""

    name: str
    size: str
    ours: float
    other: float
    ratio: float
    aim: float | None = None
    better: Literal["at most", "at least"] = "at most"
    against: str = ""

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return "-"
        met = self.ratio <= self.aim if self.better == "at most" else self.ratio >= self.aim
        return "PASS" if met else "over" if self.better == "at most" else "under"

    @property
    def aimed(self) -> str:
        return "" if self.aim is None else f"{'<=' if self.better == 'at most' else '>='} {self.aim:g}"

    def plain(self) -> dict[str, Any]:
        """For the JSON file."""
        return {**asdict(self), "verdict": self.verdict}


@contextmanager
def quiet() -> Iterator[None]:
    """Without the collector of garbage, which would hit one side by chance."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(work: Work) -> float:
    """How long one call takes."""
    with quiet():
        begin = perf_counter()
        work()
        return perf_counter() - begin


def side_by_side(*works: Work, rounds: int, calls: int = 1) -> list[float]:
    """Median seconds of one call of each work; A B, A B, … each round calling each ``calls`` times."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for place, work in enumerate(works):
            taken[place].append(seconds(lambda work=work: [work() for _ in range(calls)]) / calls)
    return [median(each) for each in taken]


def table(lines: list[Line]) -> str:
    """The lines as columns; the times are of this machine in this minute, only the ratios are to be compared."""
    rows = [("what", "against", "size", "ours us", "other us", "ratio", "aim", "")]
    rows += [
        (each.name, each.against, each.size, _us(each.ours), _us(each.other), f"{each.ratio:.2f}", each.aimed, each.verdict)
        for each in lines
    ]  # fmt: skip
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    left = 3
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _us(microseconds: float) -> str:
    return f"{microseconds:,.1f}" if microseconds >= 1 else f"{microseconds:.3f}"
