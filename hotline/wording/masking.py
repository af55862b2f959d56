"""Text that may be shown to anyone at a desk: names shortened, phones, identity cards, bank cards and plates covered."""

from __future__ import annotations

from tickets.domain.personal import Found, Personal, find, may_hold, plain

#: How many signs stay in front; the last four stay behind. Of a plate the province and the last sign stay.
KEPT = {Personal.ID_CARD: 6, Personal.BANK_CARD: 4, Personal.MOBILE: 3, Personal.LANDLINE: 4}
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "尉迟", "皇甫", "令狐", "司徒", "东方", "夏侯", "慕容")


def mask_text(text: str) -> str:
    """Free text with every number of a person covered; its other figures (ticket numbers, sums, dates) stay."""
    if not may_hold(text):
        return text
    read, at = plain(text), 0
    pieces: list[str] = []
    for hit in sorted(find(read), key=lambda hit: hit.start):
        pieces += read[at : hit.start], _covered(hit)
        at = hit.end
    return "".join(pieces) + read[at:]


def _covered(hit: Found) -> str:
    if hit.kind is Personal.PLATE:
        return hit.text[:2] + "****" + hit.text[-1]
    return hit.text[: KEPT[hit.kind]] + "****" + hit.text[-4:]


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
