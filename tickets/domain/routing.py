"""Routing rules and an incoming matter give a decision: section, co-handlers and the reason in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .words import Channel, MatterType, Urgency


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at. Texts as they came; ``project`` is the project's name."""

    channel: Channel
    type: MatterType
    urgency: Urgency
    title: str
    content: str
    category: str = ""
    area_code: str = ""
    place: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions given must hold; within one condition any value is enough. Lower ``order`` is asked first."""

    id: int
    order: int
    name: str
    section_id: int
    co_section_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """``section_id`` None: nobody matched, the office decides. ``reason`` is a sentence pair."""

    section_id: int | None
    co_section_ids: tuple[int, ...] = ()
    rule_id: int | None = None
    reason_zh: str = ""
    reason_en: str = ""
    matched: tuple[str, ...] = field(default=())


NOBODY = Decision(None, reason_zh="没有规则适用，待办公室派单", reason_en="No rule applies: the office dispatches")
BY_RULE = re.compile(r"依据规则“(?P<name>.*)”：(?P<why>.*)", re.DOTALL)
ANY_ZH, ANY_EN = "全部", "every matter"
AGAIN = re.compile(r"第(\d+)轮派单")


def in_english(reason_zh: str) -> str:
    """The reason of a decision that was kept in Chinese, in English; what a person wrote stays as he wrote it."""
    if reason_zh == NOBODY.reason_zh:
        return NOBODY.reason_en
    if again := AGAIN.fullmatch(reason_zh):
        return f"Dispatched to us for round {again[1]}"
    found = BY_RULE.fullmatch(reason_zh)
    return f"Rule “{found['name']}”: {ANY_EN if found['why'] == ANY_ZH else found['why']}" if found else reason_zh


def route(facts: Facts, rules: Iterable[Rule]) -> Decision:
    """The first rule that matches, by order then id."""
    for rule in sorted(rules, key=lambda r: (r.order, r.id)):
        matched = match(rule, facts)
        if matched is not None:
            why = "、".join(matched)
            return Decision(
                rule.section_id,
                rule.co_section_ids,
                rule.id,
                f"依据规则“{rule.name}”：{why or ANY_ZH}",
                f"Rule “{rule.name}”: {why or ANY_EN}",
                tuple(matched),
            )
    return NOBODY


def match(rule: Rule, facts: Facts) -> list[str] | None:
    """The values that made the rule match, or None."""
    matched: list[str] = []
    text = f"{facts.title}\n{facts.content}"
    exact = ((rule.channels, facts.channel), (rule.types, facts.type), (rule.urgencies, facts.urgency))
    for wanted, word_had in exact:
        if wanted and str(word_had) not in wanted:
            return None
    for wanted, have in (
        (rule.words, text),
        (rule.places, f"{facts.place}\n{text}"),
        (rule.projects, f"{facts.project}\n{text}"),
    ):
        hits = [word for word in wanted if word and word in have]
        if wanted and not hits:
            return None
        matched += hits
    for wanted, have in ((rule.categories, facts.category), (rule.areas, facts.area_code)):
        hits = [start for start in wanted if start and have.startswith(start)]
        if wanted and not hits:
            return None
        matched += hits
    return matched
