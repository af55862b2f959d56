"""Punctuation between words that are put together, as the reader's language sets it: 甲、乙（丙）：丁 or A, B (C): D."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .labels import pair

SIGNS = {",": ("、", ", "), ";": ("；", "; "), ":": ("：", ": ")}


def sign(latin: str) -> str:
    """The sign between two words: a comma of a list, a semicolon or a colon. Raises KeyError for another one."""
    return pair(*SIGNS[latin])


def listed(words: Iterable[Any]) -> str:
    """Words one after another."""
    return sign(",").join(map(str, words))


def aside(words: Any) -> str:
    """Words in brackets behind others; nothing for no words."""
    return pair(f"（{words}）", f" ({words})") if words else ""
