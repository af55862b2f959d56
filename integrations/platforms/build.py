"""Puts the stand-ins together: the platforms, their records, the feeder, the control and the server."""

from __future__ import annotations

from .base import Platform, Record, World
from .control import Control
from .feeder import Feeder
from .misbehave import COMMON
from .serve import Server


def _hotline(world: World) -> Platform:
    from .hotline import Hotline

    return Hotline(world)


def _business(world: World) -> Platform:
    from .business import Business

    return Business(world)


def _petition(world: World) -> Platform:
    from .petition import Petition

    return Petition(world)


def _inspection(world: World) -> Platform:
    from .inspection import Inspection

    return Inspection(world)


MAKERS = {"hotline": _hotline, "business": _business, "petition": _petition, "inspection": _inspection}


def platforms_of(world: World, only: tuple[str, ...] = ()) -> list[Platform]:
    """The four platforms, or only those named."""
    return [make(world) for name, make in MAKERS.items() if not only or name in only]


def records_of(world: World, source: str) -> list[Record]:
    """``none``, ``made-up``, or the records of a folder."""
    if source in ("", "none"):
        return []
    from . import records

    now = world.clock.now()
    return list(records.made_up(now) if source == "made-up" else records.load(source, now))


def build(
    world: World,
    records: str = "none",
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    misbehave: str = "",
    only: tuple[str, ...] = (),
) -> Server:
    """The server, its port taken, not yet answering. ``records``: as in ``records_of``; ``misbehave``: NAME,… of all platforms, or
    PLATFORM:NAME=SHARE,…"""
    platforms = {platform.name: platform for platform in platforms_of(world, only)}
    for word in filter(None, misbehave.split(",")):
        _switch(world, platforms, word.strip())
    loaded = [record for record in records_of(world, records) if record.platform in platforms]
    feeder = Feeder(world, platforms, loaded)
    server = Server(list(platforms.values()), Control(world, platforms, feeder), host=host, port=port)
    if world.address.endswith(":0"):
        world.address = f"{world.address[:-2]}:{server.port}"
    return server


def _switch(world: World, platforms: dict[str, Platform], word: str) -> None:
    """One word of the option. Raises ValueError for a misbehaviour nobody knows."""
    who, _, what = word.rpartition(":")
    name, _, share = what.partition("=")
    chosen = [one for one in platforms.values() if who in ("", one.name) and name in (*COMMON, *one.misbehaviours)]
    if not chosen:
        raise ValueError(f"--misbehave: nobody knows {word}")
    for platform in chosen:
        world.switchboard.set(platform.name, name, share=float(share or 0.05))
