"""Bytes to text and back: byte order marks, UTF-8, GB18030, canonical JSON, digests."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from integrations.protocol import Unmappable

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def decode(raw: bytes, *encodings: str) -> str:
    """Bytes to text: a byte order mark first, then the named encodings, UTF-8 and GB18030, each strictly. Raises Unmappable."""
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    first = [name for mark, name in marked.items() if raw.startswith(mark)]
    for name in (*first, *encodings, "utf-8", "gb18030"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unmappable(
        "body", "字节既不是UTF-8也不是GB18030,请平台重发", "The bytes are neither UTF-8 nor GB18030: ask for them again"
    )


def decode_json(raw: bytes) -> Any:
    """JSON in UTF-8 or GB18030, with or without a byte order mark. Raises Unmappable when it is no JSON."""
    try:
        return json.loads(decode(raw), parse_constant=str, parse_int=_integer)
    except (ValueError, RecursionError) as trouble:
        raise Unmappable(
            "body", "内容不是有效的JSON,请平台重发", "The body is not valid JSON: ask for it again"
        ) from trouble


def _integer(written: str) -> int | str:
    """An absurdly long integer stays text: it must not make a whole page unreadable."""
    return int(written) if len(written) <= 40 else written


def decode_xml(raw: bytes, charset: str = "") -> str:
    """XML as text without its declaration: byte order mark, declared encoding, then the charset of Content-Type. Raises Unmappable."""
    declared = _ENCODING.match(raw.removeprefix(b"\xef\xbb\xbf"))
    names = [_wide(declared[1].decode("ascii"))] if declared else []
    names += [_wide(charset)] if charset else []
    return _DECLARATION.sub("", decode(raw, *names).removeprefix("\ufeff"), count=1)


def _wide(name: str) -> str:
    """gb2312 and GBK are read as their superset; UTF-16 without its mark cannot hold an ASCII declaration."""
    folded = name.strip().strip("\"'").lower()
    if folded.startswith("utf-16"):
        return "utf-8"
    return "gb18030" if folded in {"gb2312", "gbk", "gb18030", "cp936", "x-gbk"} else folded


def canonical(value: Any) -> bytes:
    """The same value always gives the same bytes: keys sorted, no blanks, UTF-8 (ASCII escapes where a lone surrogate forbids it)."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def digest(raw: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(raw).hexdigest()


def reply_digest(text: str) -> str:
    """The digest by which both books compare a reply: line breaks as LF, nothing trimmed; no reply gives ''."""
    if not text:
        return ""
    return digest(text.replace("\r\n", "\n").replace("\r", "\n").encode())
