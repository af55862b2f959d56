"""Two texts side by side with what differs marked: by runs of signs, words and figures kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Indel

Piece = tuple[str, bool]
#: So much of each text is compared; what follows is shown as it is.
LONGEST = 3_000
#: Two equal signs between two differing runs are chance, and read better as part of the difference.
CHANCE = 2
_TOKENS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


def marked(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Each text as pieces of (text, whether it differs)."""
    first, second = _TOKENS.findall(one[:LONGEST]), _TOKENS.findall(other[:LONGEST])
    same = [
        (block.src_start, block.src_end, block.dest_start, block.dest_end)
        for block in Indel.opcodes(first, second)
        if block.tag == "equal" and (block.src_end - block.src_start > CHANCE or _is_edge(block, first, second))
    ]
    left = _pieces(first, ((start, end) for start, end, _, _ in same))
    right = _pieces(second, ((start, end) for _, _, start, end in same))
    return _rest(left, one), _rest(right, other)


def _is_edge(block: object, first: Sequence[str], second: Sequence[str]) -> bool:
    """An equal run at the beginning of both, or at the end of both, is no chance."""
    at = block  # an Editop span of rapidfuzz
    begins = at.src_start == 0 and at.dest_start == 0  # type: ignore[attr-defined]
    return bool(begins or (at.src_end == len(first) and at.dest_end == len(second)))  # type: ignore[attr-defined]


def _pieces(tokens: Sequence[str], same: Iterable[tuple[int, int]]) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for start, end in [*same, (len(tokens), len(tokens))]:
        if start > at:
            found.append(("".join(tokens[at:start]), True))
        if end > start:
            found.append(("".join(tokens[start:end]), False))
        at = end
    return found


def _rest(pieces: list[Piece], whole: str) -> list[Piece]:
    return [*pieces, (whole[LONGEST:], False)] if len(whole) > LONGEST else pieces
