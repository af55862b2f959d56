"""The benchmarks run from beginning to end on a real PostgreSQL; how fast anything was is no matter of a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import ROOT
from tests.benchmarks.measuring import Line, side_by_side, table

RATIOS = {
    "import, rate", "replay, 0 rows", "single way, rate", "idle sweep", "idle sweep, flat", "firing", "deadline, working days",
    "deadline, working days, flat", "deadline, working hours", "deadline, working hours, flat", "queue, page 1", "queue, any depth",
    "recalculation, applied", "recalculation, taken back", "recalculation, rows held",
}  # fmt: skip

MAY_BE_NOTHING = {"notes at once on one ticket, 500s", "sweeper and database, idle"}


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SIZE", "ONLY", "JSON", "DJANGO_SETTINGS_MODULE")
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False
    )  # fmt: skip


@pytest.mark.slow
def test_every_ratio_is_printed_and_written(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = benchmarks("--size", "XS", "--json", str(file))
    assert done.returncode == 0, done.stderr[-3000:]
    lines = json.loads(file.read_text(encoding="utf-8"))["lines"]
    assert {line["name"] for line in lines} >= RATIOS
    for line in lines:
        assert line["ratio"] > 0 or line["name"] in MAY_BE_NOTHING, line
        assert f"{line['name']} [{line['size']}]" in done.stdout


def test_an_unknown_name_is_said() -> None:
    done = benchmarks("--only", "cooking")
    assert done.returncode == 2
    assert "cooking" in done.stderr


def test_verdicts_and_table() -> None:
    met = Line("a", "1", 1.0, 2.0, 0.5, 1.5)
    assert [met.verdict, Line("b", "1", 3.0, 2.0, 1.51, 1.5).verdict] == ["PASS", "over"]
    assert [Line("c", "1", 1, 1, 0.69, 0.7, "at least").verdict, Line("d", "1", 1, 1, 2.0).verdict] == ["under", "-"]
    assert table([met]).splitlines()[1].endswith("PASS")


def test_sides_take_turns() -> None:
    order: list[str] = []
    taken = side_by_side(lambda: order.append("a"), lambda: order.append("b"), rounds=2)
    assert "".join(order) == "ababab"
    assert all(each > 0 for each in taken)
