"""What the adapter must remember beside the cursor, as small files under ``<folder>/.hotline``: each written whole, then renamed.

The exchange folder is often a network share, so there is one file per fact and no database: first sights (when, in which order),
where a problem stands, which reply file was taken for which key, and the last verdict on each answered row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from integrations.protocol import AdapterError


def short(text: str) -> str:
    """A file name for any text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class Memory:
    """Facts by kind and name; a fact is a JSON object. Raises AdapterError when the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / ".hotline"

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """A remembered fact; None for none."""
        try:
            found: dict[str, Any] = json.loads(self._path(kind, name).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found

    def put(self, kind: str, name: str, fact: dict[str, Any]) -> dict[str, Any]:
        """Remember, replacing what was there."""
        path = self._path(kind, name)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(fact), "ascii")
            part.replace(path)
        except OSError as trouble:
            raise AdapterError(f"交换目录不可写：{path.parent}", code="folder") from trouble
        return fact

    def claim(self, kind: str, name: str, fact: dict[str, Any]) -> bool:
        """Remember only if nobody has: exactly one of several callers gets True."""
        path = self._path(kind, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="ascii") as stream:
                json.dump(fact, stream)
        except FileExistsError:
            return False
        except OSError as trouble:
            raise AdapterError(f"交换目录不可写：{path.parent}", code="folder") from trouble
        return True

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        """Every fact of a kind."""
        for path in sorted((self._root / kind).glob("*.json")):
            yield json.loads(path.read_bytes())

    def first_sight(self, name: str, mtime_ns: int, now: datetime) -> dict[str, Any]:
        """When something was first seen and its place in the order: ``{"at": ISO, "version": int}``, the same ever after.

        Versions rise with every first sight, and with the files' own times, so that a lost memory starts high enough."""
        known = self.get("seen", short(name))
        if known is not None:
            return known
        last = (self.get("order", "last") or {"version": 0})["version"]
        version = max(last + 1, mtime_ns // 1_000_000)
        self.put("order", "last", {"version": version})
        return self.put("seen", short(name), {"at": now.isoformat(timespec="seconds"), "version": version})

    def _path(self, kind: str, name: str) -> Path:
        return self._root / kind / f"{name}.json"
