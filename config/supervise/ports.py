"""What only one house can have: a port, and the folder of its data."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path
from typing import IO

LAST = 65_535


def hold(folder: Path) -> IO[str] | None:
    """The lock of a folder of data, held while the file is open; None when another house lives there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "house.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def any_free(host: str = "127.0.0.1") -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
