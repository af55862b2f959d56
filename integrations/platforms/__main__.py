"""``python -m integrations.platforms``: the stand-ins of the four platforms in one process on one port."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from .base import Keys, World
from .build import build
from .clock import Clock


def parser() -> argparse.ArgumentParser:
    """The options; keys come from PLATFORM_… in the environment."""
    options = argparse.ArgumentParser(prog="python -m integrations.platforms", description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8610, help="0: any free one")
    options.add_argument(
        "--folder", type=Path, default=Path("var/platforms"), help="books, and inspection/{inbox,outbox,receipts}"
    )
    options.add_argument("--records", default="made-up", help="made-up, none, or a folder of CSV files")
    options.add_argument("--push-to", "--webhook", default="", help="where the business platform's webhooks go")
    options.add_argument("--address", default="", help="how others reach this process (default http://HOST:PORT)")
    clock = options.add_mutually_exclusive_group()
    clock.add_argument("--now", type=datetime.fromisoformat, help="ISO 8601; the clock runs on from there")
    clock.add_argument("--clock-offset", type=float, default=0.0, help="seconds")
    options.add_argument("--misbehave", default="", help="NAME,… or PLATFORM:NAME=SHARE,…")
    options.add_argument("--paused", action="store_true", help="send nothing until told (the default)")
    options.add_argument("--send", action="store_true", help="send all records at the start")
    options.add_argument("--autopilot", action="store_true", help="decide replies and requests in due course")
    options.add_argument("--pace", type=float, default=5.0, help="seconds between the steps of the autopilot")
    return options


def world_of(options: argparse.Namespace) -> World:
    """The world the options describe."""
    clock = Clock(timedelta(seconds=options.clock_offset))
    if options.now:
        clock.set(options.now)
    return World(
        folder=options.folder.resolve(),
        clock=clock,
        keys=Keys.from_environment(),
        push_to=options.push_to,
        address=options.address or f"http://{options.host}:{options.port}",
        autopilot=options.autopilot,
        pace=options.pace,
    )


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    options = parser().parse_args()
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    server = build(
        world_of(options), options.records, host=options.host, port=options.port, misbehave=options.misbehave
    )
    server.start()
    print(
        f"platforms on {server.platforms and list(server.platforms)} at port {server.port}", file=sys.stderr, flush=True
    )
    if options.send and not options.paused:
        server.control.feeder.send()
    ended.wait()
    server.close()


if __name__ == "__main__":
    main()
