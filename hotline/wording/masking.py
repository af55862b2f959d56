"""Text that may be shown to anyone at a desk: names shortened, phones, identity cards, bank cards and plates covered."""

from __future__ import annotations

import re

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"  # so that an 18-digit ticket number is none
_GAP = r"[\s\-－–—·]?"
_ID_CARD = re.compile(rf"(?<![0-9]){_REGION}{_GAP}(?:18|19|20)\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{3}}[\dXxＸ](?![0-9])")
_OLD_ID_CARD = re.compile(rf"(?<![0-9]){_REGION}\d{{2}}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{{3}}(?![0-9])")
_BANK_CARD = re.compile(rf"(?<![0-9])(?:[3-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?)(?![0-9])")
_MOBILE = re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9])")
_LANDLINE = re.compile(rf"(?<![0-9])0\d{{2,3}}{_GAP}[2-9]\d{{6,7}}(?![0-9])")
_PLATE = re.compile(rf"[{_PROVINCES}][A-HJ-NP-Za-hj-np-z][\s·•.]?[A-HJ-NP-Za-hj-np-z0-9]{{5,6}}(?![A-Za-z0-9])")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "尉迟", "皇甫", "令狐", "司徒", "东方", "夏侯", "慕容")


def mask_text(text: str) -> str:
    """Free text with every number of a person covered; its other figures (ticket numbers, sums, dates) stay."""
    plain = text.translate(_FULL_WIDTH)
    for pattern, keep in ((_ID_CARD, 6), (_BANK_CARD, 4), (_MOBILE, 3), (_OLD_ID_CARD, 6), (_LANDLINE, 4)):
        plain = pattern.sub(lambda found, keep=keep: _covered(found[0], keep), plain)  # type: ignore[misc]
    return _PLATE.sub(lambda found: found[0][:2] + "****" + found[0][-1], plain)


def _covered(digits: str, keep: int) -> str:
    return digits[:keep] + "****" + digits[-4:]


def mask_phone(phone: str) -> str:
    """199****1234; short numbers keep their last two signs only."""
    if not phone:
        return ""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 9 else "****" + phone[-2:]


def mask_id(number: str) -> str:
    """The first and the last sign; where somebody was born and when is covered too."""
    return number[:1] + "*" * 8 + number[-1:] if number else ""


def mask_name(name: str) -> str:
    """测**: the surname only."""
    if not name:
        return ""
    kept = 2 if name.startswith(_COMPOUND) else 1
    return name[:kept] + "*" * max(1, min(len(name) - kept, 3))
