"""`python -m tests.benchmarks`: each benchmark on a database of its own, its ratios as they come, a table at the end.

``--size`` (or SIZE) XS, S, M, L; ``--only`` (or ONLY) names parted by commas; ``--json FILE`` writes the lines as well.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests.servers import NoServer, Server, postgres

from . import database
from .measuring import Line, table

NAMES = ("import", "sweep", "firing", "lateness", "deadlines", "recalculation", "queue", "web")
#: A name for several: what the clocks cost.
GROUPS = {"clocks": ("deadlines", "sweep", "firing", "lateness", "recalculation")}
MODULES = {
    "import": "importing",
    "sweep": "sweeping",
    "firing": "firing",
    "lateness": "lateness",
    "deadlines": "deadlines",
    "recalculation": "recalculating",
    "queue": "queue",
    "web": "web",
}
SIZES = ("XS", "S", "M", "L")


def main() -> int:
    """0; 2 for a size or name that is not known, or without a server. An aim that is missed is printed, and no failure."""
    options = _options()
    asked = [name for name in options.only.split(",") if name] or list(NAMES)
    only = [each for name in asked for each in GROUPS.get(name, (name,))]
    if unknown := [name for name in only if name not in NAMES]:
        sys.stderr.write(f"没有这项 / no such benchmark: {', '.join(unknown)}; {', '.join([*NAMES, *GROUPS])}\n")
        return 2
    try:
        server = postgres.find()
    except NoServer as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        os.environ["HOTLINE_VAR"] = folder
        try:
            lines = _run(server, only, options.size)
        finally:
            server.close()
    print(f"\n{table(lines)}\n\nus: microseconds on this machine in this minute; compare the ratios.")
    if options.json:
        Path(options.json).write_text(
            json.dumps({"size": options.size, "server": server.source, "lines": [each.plain() for each in lines]}, indent=1),
            encoding="utf-8",
        )  # fmt: skip
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--size", default=os.environ.get("SIZE", "") or "S", choices=SIZES, type=str.upper)
    parser.add_argument("--only", default=os.environ.get("ONLY", ""))
    parser.add_argument("--json", default=os.environ.get("JSON", ""))
    return parser.parse_args()


def _run(server: Server, only: list[str], size: str) -> list[Line]:
    print(f"size {size}; {server.source}; {os.cpu_count()} cores", flush=True)
    lines: list[Line] = []
    with database.prepared(server):
        for name in only:
            begin = monotonic()
            module = importlib.import_module(f"tests.benchmarks.{MODULES[name]}")
            with database.copied(server, name):
                for line in module.run(size):
                    lines.append(line)
                    aim = f" (aim {line.aimed}: {line.verdict})" if line.aim is not None else ""
                    print(f"{line.name} [{line.size}] against {line.against}: {line.ratio:.2f}{aim}", flush=True)
            print(f"  {name}: {monotonic() - begin:.0f} s", flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(main())
