"""Half-open spans of whole numbers, and a count that steps over them: the arithmetic beneath every pause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, without the empty ones; those that touch or overlap are one."""
    whole: list[Span] = []
    for first, end in sorted(spans):
        if end <= first:
            continue
        if whole and first <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((first, end))
    return whole


def advance(first: int, amount: int, blocked: Sequence[Span]) -> int:
    """The smallest end with ``amount`` unblocked numbers in [first, end). ``blocked`` is in order and joined."""
    end = first + amount
    for blocked_first, blocked_end in blocked:
        if blocked_end <= first:
            continue
        if blocked_first >= end:
            break
        end += blocked_end - max(blocked_first, first)
    return end


def free(first: int, end: int, blocked: Sequence[Span]) -> int:
    """How many numbers of [first, end) are unblocked; 0 when the span is reversed."""
    if end <= first:
        return 0
    return end - first - sum(max(0, min(end, b) - max(first, a)) for a, b in blocked)
