"""The life of a ticket in Markdown, drawn from the transition table: a Mermaid diagram of the states and a table of every act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tickets.domain.states import BEFORE_MERGE, OPEN, SAME, TABLE, WORKING, Edge, State
from tickets.domain.words import Labelled, Role

Language = Literal["zh", "en"]
BEGIN, END = "<!-- life -->", "<!-- /life -->"
#: A pseudo state: an edge that leaves from every open state is drawn once.
ANY_OPEN = "any_open"

WORDS: dict[str, dict[Language, str]] = {
    "receive": {"zh": "受理登记", "en": "Receive"},
    "all": {"zh": "任一状态", "en": "any state"},
    "open": {"zh": "任一在办状态", "en": "any open state"},
    "working": {"zh": "反馈前任一在办状态", "en": "any open state before the reply is sent"},
    "except": {"zh": "任一状态，{} 除外", "en": "any state but {}"},
    "same": {"zh": "不变", "en": "stays"},
    "before_merge": {"zh": "并单前的状态", "en": "the state before the merge"},
    "section": {"zh": "（限主办科室）", "en": " (of the lead section)"},
    "details": {
        "zh": "全部动作：从哪些状态、到哪个状态、由谁办理",
        "en": "Every act: from which states, to which, by whom",
    },
    "head": {"zh": "| 动作 | 从 | 到 | 由谁 |", "en": "| Act | From | To | Who |"},
    "comma": {"zh": "、", "en": ", "},
}
BOUND = (Role.HANDLER, Role.CHIEF)


def section(language: Language) -> str:
    """What stands between the markers of a README, the markers included."""
    details = f"<details><summary>{_said('details', language)}</summary>\n\n{table(language)}\n</details>"
    return f"{BEGIN}\n```mermaid\n{diagram(language)}\n```\n\n{details}\n{END}"


def replaced(text: str, language: Language) -> str:
    """A README with its section drawn anew. Raises ValueError when the markers are not there once each, in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the markers {BEGIN} and {END} must stand there once each, in this order")
    before, rest = text.split(BEGIN)
    return before + section(language) + rest.split(END)[1]


def diagram(language: Language) -> str:
    """A Mermaid state diagram: every act that changes the state; acts between the same two states share an arrow."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_label(state, language)}" as {state.value}' for state in State]
    lines.append(f'    state "{_said("open", language)}" as {ANY_OPEN}')
    lines.append(f"    [*] --> {State.REGISTERED.value}: {_said('receive', language)}")
    arrows: dict[tuple[str, str], list[str]] = {}
    for edge in TABLE:
        for source, target in _arrows(edge):
            arrows.setdefault((source, target), []).append(_label(edge.action, language))
    comma = _said("comma", language)
    lines += [f"    {source} --> {target}: {comma.join(acts)}" for (source, target), acts in arrows.items()]
    return "\n".join(lines)


def _arrows(edge: Edge) -> Iterator[tuple[str, str]]:
    if edge.target == SAME:
        return
    if edge.target == BEFORE_MERGE:
        before = next(each for each in TABLE if each.target == State.MERGED)
        yield from ((State.MERGED.value, state.value) for state in State if state in before.sources)
    elif edge.sources == OPEN:
        yield ANY_OPEN, State(edge.target).value
    else:
        yield from ((state.value, State(edge.target).value) for state in State if state in edge.sources)


def table(language: Language) -> str:
    """Every row of the transition table as a row of a Markdown table."""
    rows = [
        f"| {_label(edge.action, language)} | {_sources(edge, language)} | {_target(edge, language)} | {_who(edge, language)} |"
        for edge in TABLE
    ]
    return "\n".join([_said("head", language), "|---|---|---|---|", *rows, ""])


def _sources(edge: Edge, language: Language) -> str:
    named = {frozenset(State): "all", OPEN: "open", WORKING: "working"}
    if edge.sources in named:
        return _said(named[edge.sources], language)
    others = frozenset(State) - edge.sources
    if len(others) == 1:
        return _said("except", language).format(_label(next(iter(others)), language))
    return _listed((state for state in State if state in edge.sources), language)


def _target(edge: Edge, language: Language) -> str:
    if edge.target in (SAME, BEFORE_MERGE):
        return _said(str(edge.target), language)
    return _label(State(edge.target), language)


def _who(edge: Edge, language: Language) -> str:
    names = []
    for role in Role:
        if role in edge.roles:
            reach = _said("section", language) if edge.reach != "any" and role in BOUND else ""
            names.append(_label(role, language) + reach)
    return _said("comma", language).join(names)


def _listed(words: Iterator[State], language: Language) -> str:
    return _said("comma", language).join(_label(word, language) for word in words)


def _label(word: Labelled, language: Language) -> str:
    return word.zh if language == "zh" else word.en


def _said(key: str, language: Language) -> str:
    return WORDS[key][language]
