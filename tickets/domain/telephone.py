"""Telephone numbers as they are typed and as they are kept."""

from __future__ import annotations

import re

_GAPS = re.compile(r"[\s\-－–—()（）]")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0\d{9,11}$)")
_NUMBER = re.compile(r"\+?[0-9*#]{3,20}(?:(?:转|分机|[,，xX#]|ext\.?)[0-9]{1,6})?")
#: A mobile number, or a landline with its area code: enough to know one from another.
_WHOLE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")


def plain(text: str) -> str:
    """Without gaps, brackets and the country's 86."""
    return _COUNTRY.sub("", _GAPS.sub("", text))


def is_number(text: str) -> bool:
    """Whether somebody could be called by what was typed: figures, perhaps with an extension (转 8001)."""
    return bool(_NUMBER.fullmatch(plain(text)))


def is_whole(number: str) -> bool:
    """Whether a plain number can be one person's: not while half of it is typed."""
    return bool(_WHOLE.fullmatch(number))
