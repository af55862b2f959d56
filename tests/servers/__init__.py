"""A real PostgreSQL and a real Redis for the tests, on every machine; each finder says where its server came from."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass


class NoServer(Exception):
    """None of the ways led to a server; the text says what to do."""


@dataclass
class Server:
    """``url`` to speak to it, ``source`` in words for the summary, ``close`` to end what we started or made."""

    url: str
    source: str
    close: Callable[[], None] = lambda: None


def apt_install(*packages: str) -> bool:
    """The last resort, on a Debian machine as root: may take a minute; False when it did not work."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return False
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *packages]):
        if subprocess.run(["apt-get", *arguments], env=env, capture_output=True, check=False, timeout=600).returncode:
            return False
    return True
