"""The inspection offices' wire: folders. Packages are whole by their marker, receipts by rename; ``inbox`` is never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from integrations.files import FileRefused, read_csv
from integrations.protocol import AdapterError, Unmappable
from integrations.reading import decode

BASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
PAPERS = (".xlsx", ".docx", ".pdf")
FILE_LIMIT = 20 * 1024 * 1024
_LINE = re.compile(r"^([0-9A-Fa-f]{64})\s+\*?(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker as it stands now; ``id`` changes with its time and text (for an empty one, with the files it stands for)."""

    base: str
    id: str
    mtime_ns: int
    listed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package: its path inside the inbox, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A whole package: every file there, every hash right."""

    marker: Marker
    files: tuple[File, ...]

    @property
    def digest(self) -> str:
        """Of all files: the same package under a new marker has the same."""
        return sha256("\n".join(f"{file.sha256} {file.path}" for file in self.files).encode()).hexdigest()


class Incomplete(Exception):
    """A file is missing or its hash is not the marker's: leave it, look again."""


class InspectionFolder:
    """``folder`` holds inbox (theirs), outbox (ours), receipts (theirs). Raises AdapterError when it is not there."""

    def __init__(self, folder: str) -> None:
        self.root = Path(folder)
        self.inbox, self.outbox, self.receipts = (self.root / name for name in ("inbox", "outbox", "receipts"))

    def check(self) -> None:
        """A share that is not mounted must not look like an empty one."""
        if not self.inbox.is_dir():
            raise AdapterError(f"收件目录不存在，请检查共享目录是否挂载：{self.inbox}", code="folder")

    def markers(self) -> list[Marker]:
        """Every marker, oldest first."""
        self.check()
        found = [self._marker(path) for path in self.inbox.glob("*.done") if BASE.fullmatch(path.stem)]
        return sorted((marker for marker in found if marker), key=lambda marker: (marker.mtime_ns, marker.base))

    def _marker(self, path: Path) -> Marker | None:
        try:
            raw, mtime_ns = path.read_bytes(), path.stat().st_mtime_ns
            lines = [_LINE.match(line) for line in decode(raw).splitlines()]
        except (OSError, Unmappable):
            return None
        listed = tuple((line[1].lower(), line[2].replace("\\", "/")) for line in lines if line)
        state = f"{path.stem} {mtime_ns} ".encode() + raw
        if not listed:
            stats = [(file, (self.inbox / file).stat()) for file in self._members(path.stem)]
            state += "\n".join(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats).encode()
        return Marker(path.stem, sha256(state).hexdigest()[:12], mtime_ns, listed)

    def _members(self, base: str) -> list[str]:
        """Everything of a base name, as an empty marker means it."""
        papers = [f"{base}{kind}" for kind in PAPERS if (self.inbox / f"{base}{kind}").is_file()]
        photos = [path for path in (self.inbox / base).rglob("*") if path.is_file() and not _is_stray(path.name)]
        return papers + sorted(path.relative_to(self.inbox).as_posix() for path in photos)

    def package(self, marker: Marker) -> Package:
        """The package of a marker. Raises Incomplete."""
        listed = marker.listed or tuple(("", path) for path in self._members(marker.base))
        files = tuple(
            self._file(marker.base, path, wanted) for wanted, path in listed if not _is_stray(Path(path).name)
        )
        if not any(file.path.lower().endswith(PAPERS) for file in files):
            raise Incomplete("没有通知或清单文件")
        return Package(marker, files)

    def _file(self, base: str, listed: str, wanted: str) -> File:
        path = self._inside(listed)
        if path is None or not listed.startswith((f"{base}/", f"{base}.")):
            raise Incomplete(f"标记列出的路径不属于本包：{listed[:80]}")
        try:
            found, size = _hash(path), path.stat().st_size
        except OSError as trouble:
            raise Incomplete(f"缺少文件：{listed[:80]}") from trouble
        if wanted and found != wanted:
            raise Incomplete(f"校验不符：{listed[:80]}")
        return File(listed, size, found)

    def read(self, path: str) -> bytes:
        """The bytes of a file of the inbox, at most 20 MB. Raises AdapterError."""
        file = self._inside(path)
        if file is None:
            raise AdapterError("附件路径超出收件目录", code="foreign_path", permanent=True)
        try:
            if file.stat().st_size > FILE_LIMIT:
                raise AdapterError(f"附件超过20MB,请向督查单位索取压缩件：{path}", code="too_large", permanent=True)
            return file.read_bytes()
        except OSError as trouble:
            raise AdapterError(f"附件尚未就绪：{path}", code="file_missing", retry_after=60.0) from trouble

    def _inside(self, path: str) -> Path | None:
        """The file, if neither the path nor a link in it leads out of the inbox."""
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            return None
        file = self.inbox / path
        return file if file.resolve().is_relative_to(self.inbox.resolve()) else None

    def receipt_files(self) -> Iterator[tuple[Path, str]]:
        """Receipts, oldest first, each with an id that changes with its time and size."""
        found = [(path, path.stat()) for path in self.receipts.glob("*.receipt*.json") if path.is_file()]
        for path, stat in sorted(found, key=lambda pair: (pair[1].st_mtime_ns, pair[0].name)):
            state = f"{path.name} {stat.st_mtime_ns} {stat.st_size}"
            yield path, sha256(state.encode()).hexdigest()[:12]

    def ledger(self, day: str) -> list[dict[str, str]]:
        """The rows of the ledger of ``day`` (yyyy-mm-dd) by header. Raises AdapterError while it is not there."""
        path = self.receipts / f"ledger_{day.replace('-', '')}.csv"
        try:
            rows = read_csv(path.read_bytes(), path.name)
        except FileNotFoundError as trouble:
            raise AdapterError(f"台账尚未生成：{path.name}", code="no_ledger") from trouble
        except FileRefused as refused:
            raise AdapterError(refused.zh, code=refused.code, permanent=True) from refused
        return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if any(row)] if rows else []

    def newest_ledger(self) -> list[dict[str, str]]:
        """The rows of the newest ledger; [] when there is none yet."""
        days = sorted(path.stem[len("ledger_") :] for path in self.receipts.glob("ledger_????????.csv"))
        return self.ledger(days[-1]) if days else []


def _hash(path: Path) -> str:
    found = sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1024 * 1024):
            found.update(piece)
    return found.hexdigest()


def _is_stray(name: str) -> bool:
    """Lock files of office programs and half-written ones are no part of a package."""
    return name.startswith(("~$", ".")) or name.lower().endswith((".tmp", ".part"))
