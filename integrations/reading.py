"""What every wire needs: bytes to text, nothing-values, local times, numbers as text, codes, digests, and a record read field by field."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from integrations.protocol import Unmappable

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = frozenset({"", "-", "无"})
NO_DATES = frozenset({(1, 1, 1), (1900, 1, 1)})
YES, NO = frozenset({"1", "true", "是"}), frozenset({"0", "false", "否"})
LARGEST_COUNTER = 2_147_483_647
LONGEST_NUMBER = 64

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


# --- bytes -----------------------------------------------------------------------------------------------------------


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
        return json.loads(decode(raw), parse_constant=str)
    except (ValueError, RecursionError) as trouble:
        raise Unmappable(
            "body", "内容不是有效的JSON,请平台重发", "The body is not valid JSON: ask for it again"
        ) from trouble


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


# --- digests ---------------------------------------------------------------------------------------------------------


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


# --- single values ---------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Text a database and a file can hold: no NUL or other control characters, lone surrogates replaced."""
    return _SURROGATE.sub("\ufffd", _UNSTORABLE.sub("", text))


def is_nothing(value: Any) -> bool:
    """Whether the wire's value means "not given"."""
    return value is None or (isinstance(value, str) and clean(value).strip() in NOTHING)


def text(value: Any) -> str:
    """A scalar as trimmed text, '' for nothing, an integer as its digits. Raises ValueError for a float or a structure."""
    if is_nothing(value):
        return ""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    raise ValueError(f"not a text: {type(value).__name__}")


def moment(value: Any) -> datetime | None:
    """A moment in Asia/Shanghai (a date alone is its 00:00), None for nothing. Raises ValueError for an impossible one."""
    return _moment(value, ends_day=False)


def deadline(value: Any) -> datetime | None:
    """As ``moment``, but a date alone is the end of that day (24:00)."""
    return _moment(value, ends_day=True)


def _moment(value: Any, *, ends_day: bool) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    written = value.isoformat() if isinstance(value, date) else text(value)
    if not written:
        return None
    found = _MOMENT.fullmatch(written)
    if found is None:
        raise ValueError(f"not a date: {written[:40]}")
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    if (year, month, day) in NO_DATES:
        return None
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    days = 1 if (ends_day and found[4] is None) or (hour, minute, second) == (24, 0, 0) else 0
    try:
        start = datetime.combine(date(year, month, day), time(hour % 24 if days else hour, minute, second))
        return (start + timedelta(days=days)).replace(tzinfo=_offset(found[7])).astimezone(SHANGHAI)
    except OverflowError as trouble:
        raise ValueError(f"not a date: {written[:40]}") from trouble


def _offset(written: str | None) -> timezone | ZoneInfo:
    if not written:
        return SHANGHAI
    if written == "Z":
        return UTC
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[-2:])))


def iso(value: datetime | None) -> str:
    """A moment for ``Incoming.detail``: ISO 8601 with offset, '' for none."""
    return value.isoformat() if value else ""


def local(value: Any) -> str:
    """A moment as the wires write it, ``2026-03-02 09:15:00`` in Asia/Shanghai; '' for nothing."""
    when = moment(value)
    return when.strftime("%Y-%m-%d %H:%M:%S") if when else ""


def last_day(value: Any) -> str:
    """The date that means this deadline on a wire where a date is its whole day: 24:00 belongs to the day it ends."""
    if isinstance(value, str) and len(value.strip()) <= 10:
        when = moment(value)
    else:
        when = deadline(value)
        when = when - timedelta(microseconds=1) if when else None
    return when.strftime("%Y-%m-%d") if when else ""


def flag(value: Any) -> bool | None:
    """0/1, true/false, 是/否; None for nothing. Raises ValueError for anything else."""
    if isinstance(value, float) and value in (0.0, 1.0):
        return bool(value)
    written = text(value).lower()
    if not written:
        return None
    if written in YES or written in NO:
        return written in YES
    raise ValueError(f"not a flag: {written[:40]}")


def counter(value: Any) -> int | None:
    """A non-negative integer or its digits; None for nothing. Raises ValueError for anything else."""
    if isinstance(value, bool):
        raise ValueError("not a counter: a boolean")
    written = text(value)
    if not written:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", written) or int(written) > LARGEST_COUNTER:
        raise ValueError(f"not a counter: {written[:40]}")
    return int(written)


def many(value: Any, separators: str = ";") -> tuple[str, ...]:
    """A list, or a text parted by ``separators`` (their full-width twins too), as texts without the empty ones."""
    if isinstance(value, list):
        parts: Iterable[str] = (text(part) for part in value)
    else:
        parts = re.split("[" + re.escape(separators + ";") + "]", text(value))
    return tuple(part.strip() for part in parts if part.strip())


# --- a record --------------------------------------------------------------------------------------------------------


class Fields:
    """One record being read: takes values by key, and notes in ``unmapped`` what it could not place instead of failing.

    An entry of ``unmapped`` is ``key`` for an unknown key and ``key=value`` for an unknown code or an unusable value.
    """

    def __init__(self, record: Mapping[str, Any], prefix: str = "", unmapped: list[str] | None = None) -> None:
        self.record, self.prefix = record, prefix
        self.unmapped: list[str] = [] if unmapped is None else unmapped
        self._left = dict.fromkeys(record)

    def raw(self, key: str) -> Any:
        """The value as it came; the key now counts as known."""
        self._left.pop(key, None)
        return self.record.get(key)

    def skip(self, *keys: str) -> None:
        """Keys that are known and carry nothing we keep outside the raw record."""
        for key in keys:
            self._left.pop(key, None)

    def note(self, key: str, value: Any = None) -> None:
        """Add one entry to the unmapped list."""
        shown = "" if value is None else f"={clean(str(value))[:40]}"
        self.unmapped.append(f"{self.prefix}{clean(key)[:80]}{shown}")

    def finish(self) -> None:
        """Note every key nobody asked for."""
        for key in self._left:
            self.note(key)
        self._left = {}

    def _try(self, convert: Any, key: str, default: Any) -> Any:
        value = self.raw(key)
        try:
            got = convert(value)
        except ValueError:
            self.note(key, value)
            return default
        return default if got is None else got

    def text(self, key: str) -> str:
        """Trimmed text, '' for nothing or for a value that is no text."""
        return str(self._try(text, key, ""))

    def flag(self, key: str, default: bool = False) -> bool:
        """A boolean, ``default`` for nothing."""
        return bool(self._try(flag, key, default))

    def maybe(self, key: str) -> bool | None:
        """A boolean that may be unknown."""
        got: bool | None = self._try(flag, key, None)
        return got

    def counter(self, key: str, default: int = 0) -> int:
        """A non-negative integer, ``default`` for nothing."""
        return int(self._try(counter, key, default))

    def moment(self, key: str) -> datetime | None:
        """A moment; an impossible one is noted and dropped."""
        got: datetime | None = self._try(moment, key, None)
        return got

    def deadline(self, key: str) -> datetime | None:
        """A deadline (a date alone ends with its day); an impossible one is noted and dropped."""
        got: datetime | None = self._try(deadline, key, None)
        return got

    def many(self, key: str) -> tuple[str, ...]:
        """Texts from a list or a text parted by ``;``."""
        return tuple(self._try(many, key, ()))

    def coordinate(self, key: str) -> str:
        """A longitude or latitude as text; here a float is what one expects."""
        return str(self._try(lambda value: repr(value) if isinstance(value, float) else text(value), key, ""))

    def code(self, key: str, table: Mapping[str, Any], default: Any) -> Any:
        """The meaning of a code; nothing gives ``default``, an unknown code is noted and gives ``default``."""
        written = self.text(key)
        if written and written not in table:
            self.note(key, written)
        return table.get(written, default)

    def child(self, key: str) -> Fields:
        """A nested object sharing this unmapped list; anything else than an object is noted and read as empty."""
        value = self.raw(key)
        if not isinstance(value, Mapping):
            if not is_nothing(value):
                self.note(key, type(value).__name__)
            value = {}
        return Fields(value, f"{self.prefix}{key}.", self.unmapped)

    def children(self, key: str) -> list[Fields]:
        """A list of objects; what is no list or no object is noted."""
        value = self.raw(key)
        if not isinstance(value, list):
            if not is_nothing(value):
                self.note(key, type(value).__name__)
            return []
        rows = [row for row in value if isinstance(row, Mapping)]
        if len(rows) < len(value):
            self.note(key, "not objects")
        return [Fields(row, f"{self.prefix}{key}.", self.unmapped) for row in rows]

    def number(self, key: str) -> str:
        """The ticket's number: text or an integer. Raises Unmappable when missing, a float (digits are lost) or too long."""
        value = self.raw(key)
        if isinstance(value, float):
            raise Unmappable(
                key,
                f"{key} 是小数,末位数字已丢失,请平台按文本重发",
                f"{key} is a float and has lost digits: have it sent as text",
            )
        try:
            written = text(value)
        except ValueError:
            written = ""
        if not written or len(written) > LONGEST_NUMBER:
            raise Unmappable(
                key,
                f"缺少有效编号 {key},请平台补发或手工登记",
                f"No usable number in {key}: have it sent again or enter it by hand",
            )
        return written

    def whole(self, key: str) -> int:
        """A counter without which the record has no place. Raises Unmappable."""
        try:
            got = counter(self.raw(key))
        except ValueError:
            got = None
        if got is None:
            raise Unmappable(
                key, f"{key} 缺失或不是整数,请平台补发", f"{key} is missing or no integer: have it sent again"
            )
        return got

    def needed_moment(self, key: str) -> datetime | None:
        """A moment that may be missing but not wrong: clocks start from it. Raises Unmappable for an impossible one."""
        value = self.raw(key)
        try:
            return moment(value)
        except ValueError as trouble:
            shown = clean(str(value))[:40]
            raise Unmappable(
                key,
                f"{key} 的时间无效:{shown},请更正后重放",
                f"{key} is not a possible time: {shown}; correct and replay",
            ) from trouble
