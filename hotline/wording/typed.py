"""What an address or a form says where a number is expected."""

from __future__ import annotations

LONGEST = 18  # digits: what every database takes


def whole(text: object) -> int | None:
    """The whole number that a text is, in ASCII digits and of a size that can be looked up; else None."""
    said = str(text)
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST else None
