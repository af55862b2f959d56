"""个人信息 in free text: where numbers of a person stand (phones, identity cards, bank cards, plates), by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .words import Labelled


class Personal(Labelled):
    """Kinds of numbers that lead to a person."""

    ID_CARD = "id_card", "身份证号", "Identity card number"
    BANK_CARD = "bank_card", "银行卡号", "Bank card number"
    MOBILE = "mobile", "手机号", "Mobile number"
    LANDLINE = "landline", "固定电话", "Telephone number"
    PLATE = "plate", "车牌号", "Number plate"


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: its kind, place and the signs themselves (full-width digits made plain)."""

    kind: Personal
    start: int
    end: int
    text: str


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"  # so that an 18-digit ticket number is none
_GAP = r"[\s\-－–—·]?"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
#: In this order: what one of them has covered is no number for the next.
PATTERNS: tuple[tuple[Personal, re.Pattern[str]], ...] = (
    (
        Personal.ID_CARD,
        re.compile(rf"(?<![0-9]){_REGION}{_GAP}(?:18|19|20)\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{3}}[\dXxＸ](?![0-9])"),
    ),
    (
        Personal.BANK_CARD,
        re.compile(rf"(?<![0-9])(?:[3-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?)(?![0-9])"),
    ),
    (Personal.MOBILE, re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9])")),
    (
        Personal.ID_CARD,
        re.compile(rf"(?<![0-9]){_REGION}\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{{3}}(?![0-9])"),
    ),
    (Personal.LANDLINE, re.compile(rf"(?<![0-9])0\d{{2,3}}{_GAP}[2-9]\d{{6,7}}(?![0-9])")),
    (
        Personal.PLATE,
        re.compile(rf"[{_PROVINCES}][A-HJ-NP-Za-hj-np-z][\s·•.]?[A-HJ-NP-Za-hj-np-z0-9]{{5,6}}(?![A-Za-z0-9])"),
    ),
)


def plain(text: str) -> str:
    """The text with full-width digits made plain: the same length, so that places stay."""
    return text.translate(_FULL_WIDTH)


#: Seven digits with gaps, or what begins like a plate: without one of them there is nothing to look for.
_QUICK = re.compile(rf"\d(?:{_GAP}\d){{6}}|[{_PROVINCES}][A-HJ-NP-Za-hj-np-z]")


def may_hold(text: str) -> bool:
    """The quick answer, which is nearly always no; full-width digits are digits here too."""
    return _QUICK.search(text) is not None


def find(text: str) -> Iterator[Found]:
    """Every number of a person in the text; overlapping ones once."""
    read = plain(text)
    taken = bytearray(len(read))
    for kind, pattern in PATTERNS:
        for hit in pattern.finditer(read):
            start, end = hit.span()
            if taken.find(1, start, end) < 0:
                taken[start:end] = b"\1" * (end - start)
                yield Found(kind, start, end, hit[0])
