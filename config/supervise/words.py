"""What the supervisor says: Chinese with English beside, one line a step."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from pathlib import Path
from typing import TextIO

COLUMN = 46


class Speaker:
    """Writes lines with the seconds since the start."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out, self.started = out, time.monotonic()

    def __call__(self, chinese: str, english: str = "") -> None:
        seconds = time.monotonic() - self.started
        self.write(f"[{seconds:5.1f} s] {padded(chinese)}{english}".rstrip())

    def write(self, line: str) -> None:
        """One plain line; a closed terminal is no reason to fail."""
        try:
            print(line, file=self.out or sys.stdout, flush=True)
        except (OSError, ValueError):
            return


def padded(text: str, columns: int = COLUMN) -> str:
    """With blanks up to a column; a Chinese character takes two."""
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(columns - width, 2)


def accounts(path: Path) -> list[str]:
    """The demonstration accounts as lines, from the file the seed writes: a list of objects with username, password, role."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    rows = rows.get("accounts", []) if isinstance(rows, dict) else rows
    lines = []
    for row in rows:
        who = " ".join(str(row[key]) for key in ("role", "label", "name", "section") if row.get(key))
        lines.append(f"    {padded(str(row.get('username', '')), 22)}{padded(str(row.get('password', '')), 22)}{who}")
    return lines
