"""Packages of the inspection office: a notice with its problems as xlsx and/or docx, photos, and the marker written last."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

OUR_NAME = "宿州市重点工程建设管理局"


@dataclass(frozen=True, slots=True)
class Problem:
    """One numbered problem; ``deadline`` is one of date, dotted, month_day, working_days, at_once, serial or '' (the overall one)."""

    seq: str
    place: str
    content: str
    photos: tuple[str, ...] = ()
    deadline: str = ""
    unit: str = OUR_NAME


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice: ``number`` is the 文号 with 〔〕, ``base`` the package's name, ``round`` 1 or that of a re-inspection."""

    base: str
    number: str
    title: str
    office: str
    issued: date
    due: date | None
    problems: tuple[Problem, ...]
    round: int = 1
    layout: int = 0

    def moved(self, **changes: object) -> Notice:
        """The same notice with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def deadline_text(notice: Notice, problem: Problem) -> str | date:
    """How the problem's own deadline stands on the paper ('' = none, a date = a real date cell)."""
    due = notice.due or notice.issued + timedelta(days=7)
    forms: dict[str, str | date] = {
        "": "", "date": due.isoformat(), "dotted": f"{due.year}.{due.month}.{due.day}", "month_day": f"{due.month}月{due.day}日前",
        "working_days": "收到通知后3个工作日内", "at_once": "立行立改", "serial": due,
    }  # fmt: skip
    return forms.get(problem.deadline, problem.deadline)


def photo(text: str, size: int = 0) -> bytes:
    """A small valid PNG whose colour follows from ``text``, padded to ``size`` bytes when that is more."""
    colour = sha256(text.encode()).digest()[:3]
    rows = b"".join(b"\x00" + colour * 8 for _ in range(8))
    picture = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    picture += _chunk(b"tEXt", b"Comment\x00" + sha256(text.encode()).hexdigest().encode())
    if size > len(picture) + 200:
        picture += _chunk(b"prVt", bytes(size - len(picture) - 150))
    return picture + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def put(path: Path, content: bytes) -> None:
    """Write under a ``.part`` name and rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def marker(files: Mapping[str, bytes], encoding: str = "utf-8") -> bytes:
    """The lines ``<sha256>␠␠<path>`` of a marker, in UTF-8 or GBK."""
    return "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode(encoding)


def write(inbox: Path, base: str, files: Mapping[str, bytes], *, encoding: str = "utf-8", late: int = 0,
          empty_marker: bool = False) -> dict[str, str]:  # fmt: skip
    """Put a package, the marker last; the last ``late`` files are listed in it but not put. Returns path -> sha256 of all."""
    line = b"" if empty_marker else marker(files, encoding)
    for name in list(files)[: len(files) - late]:
        put(inbox / name, files[name])
    put(inbox / f"{base}.done", line)
    return {name: sha256(content).hexdigest() for name, content in files.items()} | {
        f"{base}.done": sha256(line).hexdigest()
    }


def digest(text: str) -> str:
    """Digest of a reply: SHA-256 of the UTF-8 text with every line end as LF; '' for none."""
    return sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest() if text else ""
