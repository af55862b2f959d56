"""What a file is by its own bytes: the types of the wire, each by extension and by content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePath

ZIP_ENTRIES, ZIP_UNPACKED = 5_000, 300 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class UnableToStore(Exception):
    """A file cannot be kept: which property, and what to do, in both languages."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.field, self.zh, self.en = field, zh, en


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _is_mp3(content: bytes) -> bool:
    return content.startswith(b"ID3") or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0)


def _is_mp4(content: bytes) -> bool:
    return content[4:8] == b"ftyp"


def _office(folder: str) -> Callable[[bytes], bool]:
    """A zip of Office with the folder of its kind; one that would unpack to far more than it holds is none."""

    def looks(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
            return False
        if len(entries) > ZIP_ENTRIES or sum(entry.file_size for entry in entries) > ZIP_UNPACKED:
            return False
        names = [entry.filename for entry in entries]
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return looks


#: Extension -> does the content look like it? (wire §1: attachments)
TYPES: Mapping[str, Callable[[bytes], bool]] = {
    ".jpg": _begins(b"\xff\xd8\xff"),
    ".jpeg": _begins(b"\xff\xd8\xff"),
    ".png": _begins(b"\x89PNG\r\n\x1a\n"),
    ".pdf": _is_pdf,
    ".doc": _begins(OLE),
    ".xls": _begins(OLE),
    ".docx": _office("word/"),
    ".xlsx": _office("xl/"),
    ".mp3": _is_mp3,
    ".mp4": _is_mp4,
}
ALLOWED = "jpg png pdf doc docx xls xlsx mp3 mp4"


def check_content(name: str, content: bytes) -> None:
    """Raise UnableToStore for a type that is not taken, or a content that is not what its name says."""
    suffix = PurePath(name).suffix.lower()
    looks = TYPES.get(suffix)
    if looks is None:
        kind = suffix.lstrip(".") or "无扩展名"
        raise UnableToStore(
            "type",
            f"不收此类附件（{kind}），可用：{ALLOWED}。",
            f"Files of type “{kind}” are not taken; allowed: {ALLOWED}.",
        )
    if not looks(content):
        raise UnableToStore(
            "content",
            f"附件内容与扩展名 {suffix} 不符，请核对后重新上传。",
            f"The content is not what {suffix} says: check the file and send it again.",
        )
