"""A record read field by field: what cannot be placed is noted, what cannot be missing is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.protocol import Unmappable
from integrations.reading.values import LARGEST_COUNTER, clean, counter, deadline, flag, is_nothing, many, moment, text

LONGEST_NUMBER = 64
LARGEST_ROUND = 32_767


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

    def counter(self, key: str, default: int = 0, largest: int = LARGEST_COUNTER) -> int:
        """A non-negative integer up to ``largest``, ``default`` for nothing."""
        got = int(self._try(counter, key, default))
        if got > largest:
            self.note(key, got)
            return default
        return got

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
                f"{key} 是小数，末位数字已丢失，请平台按文本重发",
                f"{key} is a float and has lost digits: have it sent as text",
            )
        try:
            written = text(value)
        except ValueError:
            written = ""
        if not written or len(written) > LONGEST_NUMBER:
            raise Unmappable(
                key,
                f"缺少有效编号 {key}，请平台补发或手工登记",
                f"No usable number in {key}: have it sent again or enter it by hand",
            )
        return written

    def whole(self, key: str) -> int:
        """A small counter (the round) without which the record has no place. Raises Unmappable."""
        try:
            got = counter(self.raw(key))
        except ValueError:
            got = None
        if got is None or got > LARGEST_ROUND:
            raise Unmappable(
                key, f"{key} 缺失或不是整数，请平台补发", f"{key} is missing or no integer: have it sent again"
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
                f"{key} 的时间无效：{shown}，请更正后重放",
                f"{key} is not a possible time: {shown}; correct and replay",
            ) from trouble
