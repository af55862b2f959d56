"""Finds a Chromium for the pages: the environment's, the machine's, apt's. It is not a server, but it is fetched like one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from . import NoServer, apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: As root and in a container: no sandbox of its own, no shared memory of 64 MB.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]
WORDS = ("/usr/lib/chromium/locales", "/opt/google/chrome/locales")
FONTS = "fonts-wqy-microhei"
#: How a test is skipped that needs one: the only skip that a whole run forgives, and tells.
MISSING = "no Chromium"


def find() -> str:
    """The program's path. Raises NoServer. One process at a time asks apt, the others wait for what it brings."""
    if path := os.environ.get("CHROMIUM", "").strip() or _on_this_machine():
        return path
    with (Path(tempfile.gettempdir()) / "hotline-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _on_this_machine():
            apt_install("chromium", FONTS)
    if path := _on_this_machine():
        return path
    raise NoServer("No Chromium: install the package chromium (and fonts-wqy-microhei), or set CHROMIUM to its path.")


def speaking(language: str) -> dict[str, str]:
    """The environment in which it speaks this language itself; its words and a Latin face are fetched on a Debian machine."""
    if not any(Path(folder, "zh-CN.pak").is_file() for folder in WORDS):
        apt_install("chromium-l10n", "fonts-liberation")
    return {"LANGUAGE": "zh_CN" if language.startswith("zh") else "en_US"}


def _on_this_machine() -> str:
    return next((path for name in NAMES if (path := shutil.which(name))), "")
