"""Starts the child that opens a file, bounds its time, and turns its answer into plain contents."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .contents import Document, Pages, Paragraph, Row, Sheet, Table
from .refusal import FileRefused

MAX_BYTES = 20 * 1024**2
WALL_SECONDS = 60.0
CHILD = Path(__file__).with_name("child.py")


def read_xlsx(data: bytes, name: str = "") -> list[Sheet]:
    """The visible sheets of an .xlsx in order. Raises FileRefused."""
    return [Sheet(sheet["name"], _rows(sheet["rows"])) for sheet in _ask("xlsx", data, name)["sheets"]]


def read_docx(data: bytes, name: str = "") -> Document:
    """The paragraphs and tables of a .docx in order. Raises FileRefused."""
    return Document(tuple(_block(block) for block in _ask("docx", data, name)["blocks"]))


def read_pdf(data: bytes, name: str = "") -> Pages:
    """The text lines of a .pdf; none for a scan (``is_scan``). Raises FileRefused."""
    found = _ask("pdf", data, name)
    return Pages(tuple(found["lines"]), found["count"])


def _block(block: dict[str, Any]) -> Paragraph | Table:
    return Paragraph(block["text"]) if "text" in block else Table(_rows(block["rows"]))


def _rows(rows: list[list[str]]) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in rows)


def _ask(kind: str, data: bytes, name: str) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise FileRefused("too_big", name)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(CHILD), kind],
            input=data,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused("too_slow", name) from error
    if done.returncode != 0:
        raise FileRefused("too_slow", name)
    found: dict[str, Any] = json.loads(done.stdout)
    if "refused" in found:
        raise FileRefused(found["refused"], name)
    return found
