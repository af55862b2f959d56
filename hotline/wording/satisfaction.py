"""满意度, as the sources count it: 1 very satisfied … 5 very dissatisfied."""

from __future__ import annotations

from .labels import pair

SATISFACTION: tuple[tuple[int, str, str], ...] = (
    (1, "非常满意", "Very satisfied"),
    (2, "满意", "Satisfied"),
    (3, "基本满意", "Fairly satisfied"),
    (4, "不满意", "Dissatisfied"),
    (5, "非常不满意", "Very dissatisfied"),
)


def satisfactions() -> list[tuple[str, str]]:
    """Code and label, for a choice."""
    return [(str(code), pair(zh, en)) for code, zh, en in SATISFACTION]
